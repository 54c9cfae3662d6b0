"""Alembic's way in. The connection is handed over by offers.records.schema; there is no ini file."""

from alembic import context

from offers.records import tables
from offers.records.database import Table

assert tables.Place.metadata is Table.metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
