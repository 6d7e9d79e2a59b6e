"""Applications at several destinations, of several types, with options; sessions as long as a policy says."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0011"
down_revision: str | None = "doorward_0010"
branch_labels: str | None = None
depends_on: str | None = None

_applications = sa.table(
    "applications", sa.column("id"), sa.column("hostname"), sa.column("destinations", sa.Text())
)


def upgrade() -> None:
    """An application's hostname becomes the one destination that it has."""
    _add("applications", _text("type", "self_hosted"), _json("destinations", "[]"), _json("options", "{}"))
    for table in ("policies", "application_policies"):
        _add(table, sa.Column("session_duration", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_applications.c.id, _applications.c.hostname)).all():
        places = json.dumps([{"hostname": row.hostname, "path": ""}])
        connection.execute(
            sa.update(_applications).where(_applications.c.id == row.id).values(destinations=places)
        )
    _without_hostname()


def _without_hostname() -> None:
    """SQLite makes such a table anew, and what refers to its rows stands aside meanwhile: foreign keys
    are watched."""
    op.execute("CREATE TABLE kept_policies AS SELECT * FROM application_policies")
    op.execute("DELETE FROM application_policies")
    with op.batch_alter_table("applications") as applications:
        applications.drop_constraint("uq_applications_hostname", type_="unique")
        applications.drop_column("hostname")
        applications.alter_column("session_duration", existing_type=sa.BigInteger(), nullable=True)
    op.execute("INSERT INTO application_policies SELECT * FROM kept_policies")
    op.execute("DROP TABLE kept_policies")


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def _text(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _json(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default=default)
