"""Whether ports are free, asked of the real machine."""

from __future__ import annotations

import os
import socket

import psutil
import pytest

from doorward.bootstrap.port_check import WantedPort, check_ports_free
from doorward.model.errors import Unavailable


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_taken_port_names_its_holder_and_the_option(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Unavailable) as caught:
            check_ports_free([WantedPort(host, port, "--https-port")])
    holder = f"process {os.getpid()} ({psutil.Process().name()})"
    assert str(caught.value) == (
        f"port {port} on {host} is taken by {holder}; give another with --https-port"
    )


def test_a_free_port_is_free_and_stays_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    check_ports_free([WantedPort("127.0.0.1", port, "--https-port")])
    check_ports_free([WantedPort("127.0.0.1", port, "--https-port")])


def test_a_port_with_connections_that_end_slowly_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()  # first to close: this side keeps the address in TIME_WAIT
    check_ports_free([WantedPort("127.0.0.1", port, "--https-port")])


@pytest.mark.parametrize(
    ("host", "says"),
    [("192.0.2.1", "nothing can listen on port 8443 of 192.0.2.1"), ("no address", "is not an address")],
)
def test_an_address_of_another_machine_is_refused(host: str, says: str) -> None:
    with pytest.raises(Unavailable, match=says):
        check_ports_free([WantedPort(host, 8443, "--https-host")])


@pytest.mark.parametrize("hosts", [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost")])
def test_ports_that_cannot_be_had_together_name_both_options(hosts: tuple[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    wanted = [WantedPort(hosts[0], port, "--https-port"), WantedPort(hosts[1], port, "--relay-port")]
    with pytest.raises(Unavailable) as caught:
        check_ports_free(wanted)
    assert str(caught.value) == (
        f"--https-port and --relay-port are both {port}; give one of them another port"
    )


def test_one_port_of_two_addresses_is_free_twice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    check_ports_free([WantedPort(host, port, "--https-port") for host in ("127.0.0.1", "127.0.0.2")])
