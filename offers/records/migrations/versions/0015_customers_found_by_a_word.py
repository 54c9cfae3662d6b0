"""Indexes for customers found by a part of their name or id, and for an offer's coupons by their state."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

GROUPS = {"name": "gin_trgm_ops", "id": "gin_trgm_ops"}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        # one of PostgreSQL's own, and trusted: who may create in the database may have it
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index("ix_customers_named", "customers", ["name", "id"], postgresql_using="gin", postgresql_ops=GROUPS)
    op.create_index("ix_coupons_of_offer", "coupons", ["offer_id", "state", "id"])
    op.drop_index("ix_coupons_offer_id", table_name="coupons")


def downgrade() -> None:
    op.create_index("ix_coupons_offer_id", "coupons", ["offer_id"])
    op.drop_index("ix_coupons_of_offer", table_name="coupons")
    op.drop_index("ix_customers_named", table_name="customers")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP EXTENSION IF EXISTS pg_trgm")
