"""In which version each geofence was last changed, and places that are paused."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("places", sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("geofences", sa.Column("changed", sa.Integer(), server_default="0", nullable=False))
    # nobody follows from an older version: every process reads all when it starts with this schema
    op.execute("UPDATE geofences SET changed = since")
    op.create_index("ix_geofences_changed", "geofences", ["changed"])
    op.add_column("geofence_version", sa.Column("removed_in", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    # what was out of force by a pause would come back into force around whoever stands there, and tell them
    op.execute(
        "UPDATE geofences SET since = (SELECT number + 1 FROM geofence_version)"
        " WHERE retired_at IS NULL AND place_id IN (SELECT id FROM places WHERE paused)"
    )
    op.execute("UPDATE geofence_version SET number = number + 1 WHERE EXISTS (SELECT 1 FROM places WHERE paused)")
    op.drop_column("geofence_version", "removed_in")
    op.drop_index("ix_geofences_changed", table_name="geofences")
    op.drop_column("geofences", "changed")
    op.drop_column("places", "paused")
