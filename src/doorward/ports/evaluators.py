"""What services need of evaluators outside: ask them a signed question, get an answer that holds."""

from __future__ import annotations

from typing import Protocol

from doorward.model.external_evaluation import ExternalEvaluation


class Evaluators(Protocol):
    """All of them together."""

    async def ask(self, evaluation: ExternalEvaluation, token: str, *, nonce: str) -> bool:
        """Send the signed question ``token``; return what the evaluator says.

        Raises Unavailable, with why, unless the answer is signed by a key that the evaluator publishes, is
        of now, and carries ``nonce``. How long that may take is the caller's to limit.
        """
        ...
