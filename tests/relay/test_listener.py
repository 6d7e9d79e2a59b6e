from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import ssl
from dataclasses import replace

import pytest
import uvloop
from cryptography import x509

from doorward.bootstrap.system import SystemClock
from tests.fakes.tunnel_world import SERVER_NAME, authority, to_the_end, until, world


def test_strangers_cost_nothing_for_long(capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay(replace(made.settings, most_greetings_per_source=3))
            silent = [await made.knock() for _ in range(3)]
            turned_away, _ = await made.knock()
            assert await turned_away.read() == b""
            async with asyncio.timeout(3):
                for reader, _ in silent:
                    with pytest.raises(ConnectionError):
                        await to_the_end(reader)
            for _ in range(20):
                reader, writer = await made.knock()
                writer.write(b"GET / HTTP/1.0\r\n\r\n" * 10)
                with contextlib.suppress(ConnectionError):
                    await reader.read()
            await made.start_connector()
            await until(lambda: made.control.metrics()["relay"]["greetings_failed"] == 23)
            assert made.control.metrics()["relay"]["greetings_turned_away"] == 1

    uvloop.run(scenario())
    assert capsys.readouterr().out.count("no proper greeting") <= 10


@pytest.mark.parametrize("steps", range(8))
def test_a_relay_that_stops_while_somebody_arrives_leaves_no_connection_behind(steps: int) -> None:
    async def scenario() -> None:
        async with world() as made:
            relay = await made.start_relay()
            with socket.create_connection(("127.0.0.1", made.port), timeout=3) as stranger:
                for _ in range(steps):
                    await asyncio.sleep(0)
                relay.cancel()
                await asyncio.wait([relay])
                with contextlib.suppress(ConnectionError):
                    assert stranger.recv(1) == b""

    uvloop.run(scenario())
    gc.collect()  # what was left open is a warning, and so an error


def test_only_tls_1_3_and_only_our_protocol_get_in() -> None:
    async def attempt(port: int, context: ssl.SSLContext) -> None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        try:
            await to_the_end(reader)
        finally:
            writer.close()

    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises(ConnectionError):
                await attempt(made.port, old)
            web = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            web.set_alpn_protocols(["h2"])
            with pytest.raises(ConnectionError):
                await attempt(made.port, web)
            await until(lambda: made.control.metrics()["relay"]["greetings_failed"] == 2)

    uvloop.run(scenario())


def test_a_certificate_that_was_replaced_is_used_and_a_damaged_one_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("doorward.relay.main.TICK", 0.02)

    async def serial(port: int) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=authority().pem.decode())
        context.set_alpn_protocols(["doorward/1"])
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=SERVER_NAME)
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return x509.load_der_x509_certificate(der).serial_number

    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            first = await serial(made.port)
            (made.folder / "relay.pem").write_text("damaged")
            await asyncio.sleep(0.1)
            assert await serial(made.port) == first
            issued = authority().issue([SERVER_NAME], now=SystemClock().now())
            (made.folder / "relay.key").write_bytes(issued.key)
            (made.folder / "relay.pem").write_bytes(issued.certificate)
            async with asyncio.timeout(3):
                while await serial(made.port) != issued.leaf.serial_number:
                    await asyncio.sleep(0.02)

    uvloop.run(scenario())
    assert "certificate not renewed" in capsys.readouterr().out
