"""The errors that Doorward's own code raises, and nothing else.

AccessError
 ├── Invalid        what was given breaks a rule; names the field and the fix; retrying cannot help
 ├── NotFound       the thing named does not exist
 ├── Conflict       the thing exists already, or changed meanwhile
 ├── Refused        the caller may not, or the credentials are wrong
 │    └── SignInRefused   an identity provider said no: with what to do, and the ids its support asks for
 └── Unavailable    a part that is needed does not answer; retrying may help

Rims map these five classes to five answers; nothing else catches them.
"""

from __future__ import annotations


class AccessError(Exception):
    """Something Doorward can explain in a sentence."""

    retryable = False


class Invalid(AccessError):
    """A value breaks a rule. ``field`` is a path such as ``applications[0].hostname``."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem


class NotFound(AccessError):
    """There is no such thing."""


class Conflict(AccessError):
    """It exists already, or somebody changed it meanwhile."""


class Refused(AccessError):
    """The caller may not do this, or the credentials are wrong."""


class SignInRefused(Refused):
    """An identity provider did not sign somebody in, or took its word back.

    ``sentence`` is for the person, ``advice`` says what to do, ``code`` is the provider's own name for
    the fault (such as ``AADSTS50105``), ``correlation`` and ``occurred`` are what its support asks for.
    ``administrator`` is advice for whoever set the provider up. All are plain text.
    """

    def __init__(
        self,
        sentence: str,
        *,
        advice: str = "",
        administrator: str = "",
        code: str = "",
        correlation: str = "",
        occurred: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice
        self.administrator = administrator
        self.code = code
        self.correlation = correlation
        self.occurred = occurred


class Unavailable(AccessError):
    """A part that is needed does not answer."""

    retryable = True
