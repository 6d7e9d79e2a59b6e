"""Type ``local``: people whose passwords Doorward keeps itself."""

from __future__ import annotations

from doorward.declaration import values
from doorward.declaration.declared import DeclaredAccount, DeclaredAccounts
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import secret
from doorward.model.errors import Invalid
from doorward.model.identity_provider import SecondFactor

FIELDS = ("accounts", "second_factor")
PASSWORD_FIELDS = ("password", "password_file", "password_env")
ACCOUNT_FIELDS = (
    "email",
    "name",
    "groups",
    "disabled",
    *PASSWORD_FIELDS,
    "password_hash",
)

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024


def read(fields: Fields) -> DeclaredAccounts:
    """The fields of a provider of type ``local``."""
    return DeclaredAccounts(
        accounts=fields.required("accounts", _accounts, instead=()),
        second_factor=fields.optional("second_factor", _second_factor, SecondFactor.OPTIONAL),
    )


def _second_factor(at: At) -> SecondFactor:
    return values.one_of(at, {str(factor): factor for factor in SecondFactor}, noun="a second factor")


def _accounts(at: At) -> tuple[DeclaredAccount, ...]:
    return at.items(_account, unique={"email": lambda account: account.email})


def _account(at: At) -> DeclaredAccount:
    fields = at.fields(ACCOUNT_FIELDS)
    return DeclaredAccount(
        email=fields.required("email", values.email, instead=""),
        name=fields.optional("name", values.display_name, ""),
        groups=fields.optional("groups", values.words, frozenset()),
        password=_password(fields),
        password_hash=fields.optional("password_hash", values.password_hash, None),
        disabled=fields.optional("disabled", values.switch, default=False),
    )


def _password(fields: Fields) -> str | None:
    password = secret(fields, "password", "password_hash")
    if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        name = next(name for name in PASSWORD_FIELDS if name in fields)
        problem = f"must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        fields.at.reading.note(Invalid(fields.path(name), problem))
    return password
