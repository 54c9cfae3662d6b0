"""What an address is and when it was last heard of, what deliveries learn of their push service, and which ways out pause."""

import hashlib

import sqlalchemy as sa
from alembic import op

from offers.records.database import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WAITS = sa.text("state = 'queued'")
HASHED = sa.text("push_hash IS NOT NULL")
LAST = """UPDATE devices SET push_token = NULL WHERE push_token <> '' AND EXISTS (SELECT 1 FROM devices AS later
    WHERE later.push_token = devices.push_token AND (later.updated_at, later.id) > (devices.updated_at, devices.id))"""
"""Two that had named one address at the same moment both had it: it is the last one's."""


def upgrade() -> None:
    op.add_column("devices", sa.Column("push_kind", sa.String(), nullable=True))
    op.add_column("devices", sa.Column("push_vapid", sa.String(), nullable=True))
    op.add_column("devices", sa.Column("push_seen_at", UtcTime(), nullable=True))
    op.add_column("devices", sa.Column("push_retired_at", UtcTime(), nullable=True))
    op.add_column("devices", sa.Column("push_retired_reason", sa.String(), nullable=True))
    op.execute(LAST)
    op.add_column("devices", sa.Column("push_hash", sa.String(), nullable=True))
    _hash_addresses(op.get_bind())
    op.create_index(
        "ix_devices_push_hash", "devices", ["push_hash"], unique=True, sqlite_where=HASHED, postgresql_where=HASHED
    )
    op.drop_index("ix_devices_push_token", table_name="devices")
    op.execute("UPDATE devices SET push_kind = 'token', push_seen_at = updated_at WHERE push_token IS NOT NULL")
    op.add_column("deliveries", sa.Column("image", sa.String(), nullable=True))
    op.add_column("deliveries", sa.Column("doubts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deliveries", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deliveries", sa.Column("provider_id", sa.String(), nullable=True))
    op.create_index(
        "ix_deliveries_next", "deliveries", ["turn", "expires_at", "id"], sqlite_where=WAITS, postgresql_where=WAITS
    )
    op.create_table(
        "push_lanes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("paused_until", UtcTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("alarm", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("since", UtcTime(), nullable=True),
        sa.Column("answered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mismatched", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pace", sa.Integer(), server_default="100", nullable=False),
        sa.Column("pace_at", UtcTime(), nullable=True),
        sa.Column("next_free_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_push_lanes")),
    )


def _hash_addresses(connection: sa.Connection) -> None:
    """Of what there was before: tokens alone."""
    if connection.dialect.name == "postgresql":
        hashed = "encode(sha256(convert_to(push_token, 'UTF8')), 'hex')"
        connection.exec_driver_sql(f"UPDATE devices SET push_hash = {hashed} WHERE push_token <> ''")  # noqa: S608 - no value is in it
        return
    found = connection.exec_driver_sql("SELECT id, push_token FROM devices WHERE push_token <> ''").all()
    rows = [(hashlib.sha256(token.encode()).hexdigest(), key) for key, token in found]
    if rows:
        connection.exec_driver_sql("UPDATE devices SET push_hash = ? WHERE id = ?", rows)


def downgrade() -> None:
    op.drop_table("push_lanes")
    op.drop_index("ix_devices_push_hash", table_name="devices")
    op.drop_column("devices", "push_hash")
    op.create_index("ix_devices_push_token", "devices", ["push_token"])
    op.drop_index("ix_deliveries_next", table_name="deliveries")
    for column in ("provider_id", "turn", "doubts", "image"):
        op.drop_column("deliveries", column)
    for column in ("push_retired_reason", "push_retired_at", "push_seen_at", "push_vapid", "push_kind"):
        op.drop_column("devices", column)
