"""Offers, their codes, and coupons."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import Json, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FREE = sa.text("taken_at IS NULL")
ENDS = sa.text("state = 'issued'")


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value_thousandths", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("budget", sa.Integer(), nullable=True),
        sa.Column("budget_per_place", sa.Integer(), nullable=True),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("code_reads", sa.String(), nullable=True),
        sa.Column("valid_for_s", sa.Integer(), nullable=True),
        sa.Column("text", Json, nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("redeemed", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.CheckConstraint("spent >= 0 AND (budget IS NULL OR spent <= budget)", name=op.f("ck_offers_within_budget")),
        sa.CheckConstraint("redeemed >= 0", name=op.f("ck_offers_redeemed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("code_reads", name=op.f("uq_offers_code_reads")),
    )
    op.create_table(
        "offer_places",
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_places_offer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("offer_id", "place_id", name=op.f("pk_offer_places")),
    )
    op.create_table(
        "offer_codes",
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("taken_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_codes_offer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_offer_codes")),
    )
    op.create_index(
        "ix_offer_codes_free", "offer_codes", ["offer_id", "mark"], sqlite_where=FREE, postgresql_where=FREE
    )
    op.create_index("ix_offer_codes_offer_id", "offer_codes", ["offer_id"])
    op.create_table(
        "coupons",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=True),
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("code_mark", sa.String(), nullable=True),
        sa.Column("reserved_at", UtcTime(), nullable=False),
        sa.Column("issued_at", UtcTime(), nullable=True),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("redeemed_at", UtcTime(), nullable=True),
        sa.Column("redeemed_place_id", sa.String(), nullable=True),
        sa.Column("purchase_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_coupons_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_coupons_offer_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_coupons_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_coupons_decision_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("decision_id", name="uq_coupons_once"),
    )
    op.create_index("ix_coupons_ends", "coupons", ["expires_at"], sqlite_where=ENDS, postgresql_where=ENDS)
    for column in ("customer_id", "offer_id", "campaign_id", "code_mark"):
        op.create_index(f"ix_coupons_{column}", "coupons", [column])
    op.add_column("deliveries", sa.Column("coupon", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "coupon")
    for table in ("coupons", "offer_codes", "offer_places", "offers"):
        op.drop_table(table)
