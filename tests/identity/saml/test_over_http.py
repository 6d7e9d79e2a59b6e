"""A sign-in at the fake provider's website, form by form."""

from __future__ import annotations

import asyncio
import html
import re

import httpx

from doorward.model.identity_provider import Saml
from tests.fakes.saml import CALLBACK, FakeSamlProvider
from tests.fakes.saml_site import SamlSite

FORM = re.compile(r'<form method="post" action="([^"]+)">')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def test_a_person_signs_in_through_the_providers_pages() -> None:
    fake = FakeSamlProvider()
    transport = httpx.ASGITransport(SamlSite(fake, fake.clock).app())

    async def run() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="https://idp.example.com") as browser:
            metadata = (await browser.get("/metadata")).text
            provider = fake.provider(Saml(metadata=metadata))
            departure = await provider.depart(callback=CALLBACK)
            asked = (await browser.get(departure.url)).text
            where = html.unescape(FORM.findall(asked)[0])
            assert (await browser.post(where, data={"email": "eve@example.com"})).status_code == 403
            answered = (await browser.post(where, data={"email": "bob@example.com"})).text
        assert FORM.findall(answered) == [CALLBACK]
        answer = {name: html.unescape(value) for name, value in HIDDEN.findall(answered)}
        arrival = await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)
        assert arrival.identity.email == "bob@example.com"
        assert arrival.identity.groups == {"everyone"}

    asyncio.run(run())
