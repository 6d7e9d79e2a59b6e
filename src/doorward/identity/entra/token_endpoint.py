"""Asking Entra's token endpoint: for people's tokens, and for Doorward's own.

Rule: a refusal that is about Doorward makes way for the next credential, if there is one; a refusal that is
about the person does not.
Rule: a code is given away once. Entra refuses a second time (AADSTS54005), so an answer that did not come
is not asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorward.identity.entra.client_credentials import ClientCredentials
from doorward.identity.entra.refusals import Said, said_in_answer
from doorward.identity.oidc.fetching import Fetcher, Unanswered, read
from doorward.model.entra_names import guid
from doorward.ports.clock import Randomness

WRONG_CREDENTIAL = "invalid_client"


class TokenEndpoint:
    """Questions to token endpoints of one authority."""

    def __init__(self, fetcher: Fetcher, credentials: ClientCredentials, *, randomness: Randomness) -> None:
        self._fetcher = fetcher
        self._credentials = credentials
        self._randomness = randomness

    async def ask(self, url: str, form: Mapping[str, str]) -> Mapping[str, object] | Said:
        """The document with tokens, or what Entra said instead.

        Raises:
            Unanswered: it could not be asked, or has a fault at this moment.
        """
        said: Mapping[str, object] | Said = {}
        for _, proof in self._credentials.forms(url):
            said = await self._ask(url, {**form, **proof})
            if not isinstance(said, Said):
                self._credentials.worked(proof)
                return said
            if said.error != WRONG_CREDENTIAL:
                return said
        if not isinstance(said, Said):
            raise Unanswered("There is no client secret and no certificate to ask Microsoft Entra ID with.")
        return said

    async def ask_with_each(
        self, url: str, form: Mapping[str, str]
    ) -> Mapping[str, Mapping[str, object] | Said | Unanswered]:
        """What comes of each credential, by its name: for the checklist."""
        found: dict[str, Mapping[str, object] | Said | Unanswered] = {}
        for name, proof in self._credentials.forms(url):
            try:
                found[name] = await self._ask(url, {**form, **proof})
            except Unanswered as silence:
                found[name] = silence
        return found

    async def _ask(self, url: str, form: Mapping[str, str]) -> Mapping[str, object] | Said:
        headers = {"client-request-id": guid(self._randomness.identifier())}
        answer = await self._fetcher.post(url, form=form, headers=headers)
        return read(answer, url=url) if answer.status == 200 else said_in_answer(answer)
