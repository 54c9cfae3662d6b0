"""Lists that sort: deliveries and decisions of a campaign, a place or a state by time, so that a page of ten million reads as many rows as it shows."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXES = (
    # the campaign's own page leads to its rows, and to those in each state
    ("ix_deliveries_of_campaign", "deliveries", ["campaign_id", "created_at", "id"]),
    ("ix_deliveries_of_campaign_in", "deliveries", ["campaign_id", "state", "created_at", "id"]),
    # what failed is rare among what was sent
    ("ix_deliveries_in", "deliveries", ["state", "created_at", "id"]),
    ("ix_decisions_of_campaign", "decisions", ["campaign_id", "at", "id"]),
    ("ix_decisions_of_campaign_as", "decisions", ["campaign_id", "outcome", "at", "id"]),
    ("ix_decisions_of_place", "decisions", ["place_id", "at", "id"]),
    ("ix_decisions_as", "decisions", ["outcome", "at", "id"]),
)
FORMER = (("ix_deliveries_campaign_id", "deliveries"), ("ix_decisions_campaign_id", "decisions"))
"""What the campaigns' new ones begin with."""


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_deliveries_place ON deliveries ((context ->> 'place_id'), created_at, id)")
    for name, table in FORMER:
        op.drop_index(name, table_name=table)


def downgrade() -> None:
    for name, table in FORMER:
        op.create_index(name, table, ["campaign_id"])
    if op.get_context().dialect.name == "postgresql":
        op.drop_index("ix_deliveries_place", table_name="deliveries")
    for name, table, _ in INDEXES:
        op.drop_index(name, table_name=table)
