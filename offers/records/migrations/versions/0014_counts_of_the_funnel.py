"""The funnel of campaigns by day, in counts and of nobody; coupons are found by the day they were reserved."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = ("grain", "campaign_id", "day", "place_id", "variant", "language", "reason")
STEPS = ("matched", "held_out", "sent", "messages", "accepted", "received", "opened", "redeemed")
FOLLOWED = ("watched", "visited", "bought")
COUNTS = ("many", *STEPS, *(f"{step}_{group}" for step in FOLLOWED for group in ("send", "held_out")))


def upgrade() -> None:
    op.create_table(
        "funnel_counts",
        *(sa.Column(name, sa.String(), nullable=False) for name in KEY),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_funnel_counts")),
    )
    op.create_index("ix_funnel_counts_day", "funnel_counts", ["day", "grain"])
    op.create_index("ix_funnel_counts_place", "funnel_counts", ["grain", "place_id", "day"])
    op.create_table(
        "funnel_days",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("counted_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_funnel_days")),
    )
    op.create_index("ix_coupons_reserved", "coupons", ["reserved_at"])


def downgrade() -> None:
    op.drop_index("ix_coupons_reserved", table_name="coupons")
    op.drop_table("funnel_days")
    op.drop_index("ix_funnel_counts_place", table_name="funnel_counts")
    op.drop_index("ix_funnel_counts_day", table_name="funnel_counts")
    op.drop_table("funnel_counts")
