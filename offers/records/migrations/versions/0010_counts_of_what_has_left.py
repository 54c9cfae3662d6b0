"""How many decisions, deliveries, coupons, visits and purchases have left, by day and of nobody."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_counts",
        sa.Column("day", UtcTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "kind", "what", "campaign_id", "place_id", "variant", "language", name=op.f("pk_day_counts")
        ),
    )
    op.create_index("ix_day_counts_campaign", "day_counts", ["campaign_id", "kind"])


def downgrade() -> None:
    op.drop_index("ix_day_counts_campaign", table_name="day_counts")
    op.drop_table("day_counts")
