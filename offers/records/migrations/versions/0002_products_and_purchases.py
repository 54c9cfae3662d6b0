"""Products and purchases."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import Json, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("price_thousandths", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("sizes", Json, nullable=False),
        sa.Column("stock", Json, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_products")),
    )
    op.create_table(
        "purchases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("place_id", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("total_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("coupon", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_purchases_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_purchases_place_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
    )
    op.create_index("ix_purchases_at", "purchases", ["at", "id"])
    op.create_index("ix_purchases_customer", "purchases", ["customer_id", "at"])
    op.create_index("ix_purchases_place", "purchases", ["place_id", "at"])
    op.create_table(
        "purchase_items",
        sa.Column("purchase_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("size", sa.String(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_thousandths", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.id"], name=op.f("fk_purchase_items_purchase_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("purchase_id", "position", name=op.f("pk_purchase_items")),
    )


def downgrade() -> None:
    op.drop_table("purchase_items")
    op.drop_table("purchases")
    op.drop_table("products")
