"""How a file of an older version becomes one of this version; a newer one is refused."""

from __future__ import annotations

from gateway.store import local_schema, schema
from gateway.store.driver import Database, Migrations, statements, transaction
from gateway.store.errors import StoreTooNew

GATEWAY = Migrations("gateway")
LOCAL = Migrations("local")


@GATEWAY(name="0001 first tables")
def _gateway_0001(db: Database) -> None:
    for statement in statements(schema.GATEWAY):
        db.conn.execute(statement)


@GATEWAY(name="0002 what became of each batch")
def _gateway_0002(db: Database) -> None:
    for statement in statements(schema.OUTCOME):
        db.conn.execute(statement)


@GATEWAY(name="0003 which version stands at a recipient")
def _gateway_0003(db: Database) -> None:
    for statement in statements(schema.ETAG):
        db.conn.execute(statement)


@GATEWAY(name="0004 looks at clocks")
def _gateway_0004(db: Database) -> None:
    for statement in statements(schema.SET_RIGHT):
        db.conn.execute(statement)


@LOCAL(name="0001 first tables")
def _local_0001(db: Database) -> None:
    for statement in statements(local_schema.LOCAL):
        db.conn.execute(statement)


@LOCAL(name="0002 looks at clocks of what waits")
def _local_0002(db: Database) -> None:
    for statement in statements(local_schema.LOOKS):
        db.conn.execute(statement)


def bring_up_to_date(db: Database, migrations: Migrations) -> None:
    """Apply what is pending, all of it or nothing.

    Raises:
        StoreTooNew: a newer version of this program wrote the file.
    """
    applied = {step.name for step in migrations.applied(db)}
    pending = {step.name for step in migrations.pending(db)}
    known = {step.name for step in migrations.pending(Database(memory=True))}
    if applied - known:
        raise StoreTooNew("A newer version of this program wrote these files.")
    if pending:
        with transaction(db):
            migrations.apply(db)
