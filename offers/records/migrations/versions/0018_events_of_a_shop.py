"""The log of what a shop told: its events by time, and those in each state, so that a page of millions reads as many rows as it shows."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEXES = (
    # a shop that is silent for weeks stands beside one that tells of each order of a chain
    ("ix_shop_events_of_shop", ["shop_id", "received_at", "id"]),
    # what failed is rare among what was used
    ("ix_shop_events_in", ["shop_id", "state", "received_at", "id"]),
)


def upgrade() -> None:
    for name, columns in INDEXES:
        op.create_index(name, "shop_events", columns)


def downgrade() -> None:
    for name, _ in INDEXES:
        op.drop_index(name, table_name="shop_events")
