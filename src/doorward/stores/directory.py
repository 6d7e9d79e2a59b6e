"""What identity providers' directories push."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from doorward.model.directory import (
    FOLDED,
    Attribute,
    Criterion,
    DirectoryGroup,
    DirectoryGroupId,
    DirectoryUser,
    DirectoryUserId,
    Found,
    Part,
    folded,
)
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import IdentityProviderId
from doorward.stores.database import Database
from doorward.stores.mapping import directory as mapping
from doorward.stores.mapping.rows import ReadRow, Row
from doorward.stores.tables import directory_groups as groups
from doorward.stores.tables import directory_members as members
from doorward.stores.tables import directory_users as users

# Values in one statement; databases limit the number of parameters (SQLite 32,766, PostgreSQL 65,535).
BATCH = 1000


class SqlDirectory:
    """``ports.directory.Directory`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(
        self, provider: IdentityProviderId, criteria: Sequence[Criterion], part: Part
    ) -> Found[DirectoryUser]:
        """Those who are there and meet every criterion, oldest first."""
        there = and_(users.c.provider == provider, users.c.grave == "", *_meeting(users, criteria))
        rows, total = await self._part(users, there, part)
        return Found(items=[mapping.user_from_row(row) for row in rows], total=total)

    async def known_as(self, provider: IdentityProviderId, names: Collection[str]) -> Sequence[DirectoryUser]:
        """Everybody, tombstones included, whom one of these names calls; oldest first."""
        found: dict[str, DirectoryUser] = {}
        every = sorted(names)
        async with self._database.reading() as connection:
            for start in range(0, len(every), BATCH):
                batch = every[start : start + BATCH]
                called = or_(
                    users.c.external_id.in_(batch),
                    users.c.folded_user_name.in_(batch),
                    users.c.folded_email.in_(batch),
                )
                query = select(users).where(users.c.provider == provider, called)
                for row in (await connection.execute(query)).mappings():
                    found[row["id"]] = mapping.user_from_row(row)
        return sorted(found.values(), key=lambda user: (user.created, user.id))

    async def save_user(self, user: DirectoryUser, *, expected: int) -> DirectoryUser:
        """Raises Conflict when it changed meanwhile, or its user name is taken."""
        saved = replace(user, version=expected + 1)
        try:
            async with self._database.writing() as connection:
                await _write(connection, users, mapping.user_to_row(saved), expected)
                if saved.deleted:
                    await connection.execute(delete(members).where(members.c.user == saved.id))
        except IntegrityError as error:
            raise Conflict(f"somebody else has the user name {user.user_name!r}") from error
        return saved

    async def groups(
        self,
        provider: IdentityProviderId,
        criteria: Sequence[Criterion],
        part: Part,
        *,
        with_members: bool = True,
    ) -> Found[DirectoryGroup]:
        """Those that meet every criterion, oldest first."""
        meeting = and_(groups.c.provider == provider, *_meeting(groups, criteria))
        rows, total = await self._part(groups, meeting, part)
        inside: dict[str, set[DirectoryUserId]] = {row["id"]: set() for row in rows}
        if with_members:
            async with self._database.reading() as connection:
                for group_id in inside:
                    inside[group_id] = await _members(connection, group_id)
        return Found(items=[mapping.group_from_row(row, inside[row["id"]]) for row in rows], total=total)

    async def save_group(self, group: DirectoryGroup, *, expected: int) -> DirectoryGroup:
        """Raises Conflict when it changed meanwhile, or its name is taken."""
        saved = replace(group, version=expected + 1)
        try:
            async with self._database.writing() as connection:
                await _write(connection, groups, mapping.group_to_row(saved), expected)
                known = await _present(connection, group.provider, group.members)
                stored = await _members(connection, group.id)
                await _leave(connection, group.id, stored - known)
                await _join(connection, group.id, known - stored)
        except IntegrityError as error:
            raise Conflict(f"another group is called {group.display_name!r}") from error
        return replace(saved, members=frozenset(known))

    async def remove_group(
        self, provider: IdentityProviderId, group_id: DirectoryGroupId, *, expected: int
    ) -> None:
        """Raises NotFound, and Conflict when it changed meanwhile."""
        it = and_(groups.c.provider == provider, groups.c.id == group_id)
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(groups).where(it, groups.c.version == expected))
            if gone.rowcount != 1:
                there = await connection.execute(select(groups.c.id).where(it))
                if there.one_or_none() is None:
                    raise NotFound(f"there is no group {group_id!r}")
                raise _changed()

    async def keep_only(self, providers: Collection[IdentityProviderId]) -> None:
        """Forget what other providers pushed."""
        async with self._database.writing() as connection:
            for table in (groups, users):
                await connection.execute(delete(table).where(table.c.provider.not_in(sorted(providers))))

    async def _part(
        self, table: Table, meeting: ColumnElement[bool], part: Part
    ) -> tuple[Sequence[ReadRow], int]:
        query: Select[ReadRow] = (
            select(table).where(meeting).order_by(table.c.created, table.c.id).offset(part.skip)
        )
        if part.count is not None:
            query = query.limit(part.count)
        async with self._database.reading() as connection:
            counted = await connection.execute(select(func.count()).select_from(table).where(meeting))
            total = counted.scalar_one()
            rows = (await connection.execute(query)).mappings().all() if part.count != 0 else []
        return rows, total


def _meeting(table: Table, criteria: Sequence[Criterion]) -> list[ColumnElement[bool]]:
    return [_meets(table, criterion) for criterion in criteria]


def _meets(table: Table, criterion: Criterion) -> ColumnElement[bool]:
    """Values are parameters and columns a closed list: nothing of a filter becomes SQL."""
    attribute, value = criterion.attribute, criterion.value
    if attribute is Attribute.MEMBER and table is groups:
        return groups.c.id.in_(select(members.c.group).where(members.c.user == value))
    if attribute is Attribute.ACTIVE and table is users:
        return users.c.active.is_(value == "true")
    column = f"folded_{attribute}" if attribute in FOLDED else attribute.value
    if column not in table.c:
        return false()
    return table.c[column] == (folded(value) if attribute in FOLDED else value)


async def _write(connection: AsyncConnection, table: Table, row: Row, expected: int) -> None:
    """Insert a new row, or update the one that is at ``expected`` still."""
    if expected == 0:
        await connection.execute(insert(table), row)
        return
    it = and_(table.c.id == row["id"], table.c.provider == row["provider"], table.c.version == expected)
    if (await connection.execute(update(table).where(it).values(row))).rowcount != 1:
        raise _changed()


async def _members(connection: AsyncConnection, group_id: str) -> set[DirectoryUserId]:
    found = await connection.execute(select(members.c.user).where(members.c.group == group_id))
    return {DirectoryUserId(value) for value in found.scalars()}


async def _present(
    connection: AsyncConnection, provider: IdentityProviderId, ids: Collection[DirectoryUserId]
) -> set[DirectoryUserId]:
    """Those of ``ids`` who are people of this provider, and there."""
    every, present = sorted(ids), set[DirectoryUserId]()
    for start in range(0, len(every), BATCH):
        query = select(users.c.id).where(
            users.c.provider == provider, users.c.grave == "", users.c.id.in_(every[start : start + BATCH])
        )
        present |= {DirectoryUserId(value) for value in (await connection.execute(query)).scalars()}
    return present


async def _leave(
    connection: AsyncConnection, group_id: DirectoryGroupId, ids: Collection[DirectoryUserId]
) -> None:
    every = sorted(ids)
    for start in range(0, len(every), BATCH):
        batch = every[start : start + BATCH]
        await connection.execute(
            delete(members).where(members.c.group == group_id, members.c.user.in_(batch))
        )


async def _join(
    connection: AsyncConnection, group_id: DirectoryGroupId, ids: Collection[DirectoryUserId]
) -> None:
    if ids:
        await connection.execute(insert(members), [{"group": group_id, "user": one} for one in sorted(ids)])


def _changed() -> Conflict:
    return Conflict("it changed meanwhile: read it again")
