"""Passkeys, apps that show codes (their secrets encrypted) and recovery codes (as hashes)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import IdentityProviderId
from doorward.ports.credentials import CodeApp, Held, Owner, Passkey
from doorward.stores.database import Database
from doorward.stores.encryption import Envelope
from doorward.stores.mapping.rows import ReadRow, Row
from doorward.stores.sealing import seal, unseal
from doorward.stores.tables import code_apps, passkeys, recovery_codes


class SqlCredentials:
    """``ports.credentials.Credentials`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    async def held(self, owner: Owner) -> Held:
        """Everything that the owner has. Raises Invalid when a secret does not decrypt."""
        keys = select(passkeys).where(_of(passkeys, owner)).order_by(passkeys.c.created, passkeys.c.id)
        app = select(code_apps).where(_of(code_apps, owner))
        codes = select(func.count()).select_from(recovery_codes).where(_of(recovery_codes, owner))
        async with self._database.reading() as connection:
            key_rows = (await connection.execute(keys)).mappings().all()
            app_row = (await connection.execute(app)).mappings().one_or_none()
            count = (await connection.execute(codes)).scalar_one()
        return Held(
            passkeys=[_passkey(row) for row in key_rows],
            app=None if app_row is None else _app(unseal(code_apps, app_row, self._envelope)),
            recovery_codes=count,
        )

    async def passkey(self, passkey_id: str) -> Passkey:
        """Raises NotFound."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(passkeys).where(passkeys.c.id == passkey_id))
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound("there is no such passkey")
        return _passkey(row)

    async def add_passkey(self, passkey: Passkey) -> None:
        """Raises Conflict when the id is taken."""
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(passkeys), _row(passkey))
        except IntegrityError as error:
            raise Conflict("this passkey is here already") from error

    async def rename_passkey(self, owner: Owner, passkey_id: str, name: str) -> None:
        """Raises NotFound."""
        change = update(passkeys).where(passkeys.c.id == passkey_id, _of(passkeys, owner)).values(name=name)
        async with self._database.writing() as connection:
            changed = await connection.execute(change)
        if changed.rowcount != 1:
            raise NotFound("there is no such passkey")

    async def remove_passkey(self, owner: Owner, passkey_id: str) -> None:
        """Raises NotFound."""
        removal = delete(passkeys).where(passkeys.c.id == passkey_id, _of(passkeys, owner))
        async with self._database.writing() as connection:
            removed = await connection.execute(removal)
        if removed.rowcount != 1:
            raise NotFound("there is no such passkey")

    async def use_passkey(self, passkey_id: str, *, sign_count: int, now: datetime) -> bool:
        """Remember a use, in one statement; False when the count does not go up (WebAuthn section
        6.1.1)."""
        counts = passkeys.c.sign_count < sign_count
        counted = counts if sign_count else passkeys.c.sign_count == 0
        use = (
            update(passkeys)
            .where(passkeys.c.id == passkey_id, counted)
            .values(sign_count=sign_count, last_used=now)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(use)).rowcount == 1

    async def set_app(self, owner: Owner, secret: str, *, step: int, now: datetime) -> None:
        """Set up an app, in place of one that was there."""
        row: Row = {
            "identity_provider": owner.provider,
            "email": owner.email,
            "secret": secret,
            "last_step": step,
            "created": now,
            "last_used": None,
        }
        async with self._database.writing() as connection:
            await connection.execute(delete(code_apps).where(_of(code_apps, owner)))
            await connection.execute(insert(code_apps), seal(code_apps, row, self._envelope))

    async def remove_app(self, owner: Owner) -> None:
        """Raises NotFound."""
        async with self._database.writing() as connection:
            removed = await connection.execute(delete(code_apps).where(_of(code_apps, owner)))
        if removed.rowcount != 1:
            raise NotFound("there is no app that shows codes")

    async def use_step(self, owner: Owner, step: int, *, now: datetime) -> bool:
        """Use one step of the app's clock, in one statement."""
        use = (
            update(code_apps)
            .where(_of(code_apps, owner), code_apps.c.last_step < step)
            .values(last_step=step, last_used=now)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(use)).rowcount == 1

    async def set_recovery_codes(self, owner: Owner, hashes: Collection[str]) -> None:
        """Replace all of them."""
        known = {"identity_provider": owner.provider, "email": owner.email}
        async with self._database.writing() as connection:
            await connection.execute(delete(recovery_codes).where(_of(recovery_codes, owner)))
            for code_hash in hashes:
                await connection.execute(insert(recovery_codes), {**known, "code_hash": code_hash})

    async def use_recovery_code(self, owner: Owner, code_hash: str) -> bool:
        """Use and forget one, in one statement."""
        use = delete(recovery_codes).where(
            _of(recovery_codes, owner), recovery_codes.c.code_hash == code_hash
        )
        async with self._database.writing() as connection:
            return (await connection.execute(use)).rowcount == 1

    async def forget(self, owners: Collection[Owner]) -> None:
        """Forget everything of these people's."""
        if not owners:
            return
        async with self._database.writing() as connection:
            for owner in owners:
                for table in (passkeys, code_apps, recovery_codes):
                    await connection.execute(delete(table).where(_of(table, owner)))


def _of(table: Table, owner: Owner) -> ColumnElement[bool]:
    return and_(table.c.identity_provider == owner.provider, table.c.email == owner.email)


def _row(passkey: Passkey) -> Row:
    return {
        "id": passkey.id,
        "identity_provider": passkey.owner.provider,
        "email": passkey.owner.email,
        "public_key": passkey.public_key,
        "sign_count": passkey.sign_count,
        "name": passkey.name,
        "created": passkey.created,
        "last_used": passkey.last_used,
        "backup_eligible": passkey.backup_eligible,
    }


def _passkey(row: ReadRow) -> Passkey:
    return Passkey(
        id=row["id"],
        owner=Owner(IdentityProviderId(row["identity_provider"]), row["email"]),
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        name=row["name"],
        created=row["created"],
        last_used=row["last_used"],
        backup_eligible=row["backup_eligible"],
    )


def _app(row: ReadRow) -> CodeApp:
    return CodeApp(secret=row["secret"], created=row["created"], last_used=row["last_used"])
