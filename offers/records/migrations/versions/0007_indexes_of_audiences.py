"""Indexes for counting audiences: what was bought by category, who can be pushed to, tags; and customers beside times."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REACHABLE = sa.text("revoked_at IS NULL AND push_token IS NOT NULL")
WITH_CUSTOMER = (
    ("ix_purchases_at", "purchases", ["at", "id"]),
    ("ix_visits_place", "visits", ["place_id", "entered_at"]),
)
"""On PostgreSQL these answer who bought or came in a time without a look at the rows."""


def upgrade() -> None:
    op.create_index("ix_purchase_items_category", "purchase_items", ["category", "purchase_id"])
    op.create_index(
        "ix_devices_reachable", "devices", ["customer_id"], sqlite_where=REACHABLE, postgresql_where=REACHABLE
    )
    if op.get_context().dialect.name == "postgresql":
        op.create_index(
            "ix_customers_tags",
            "customers",
            ["tags"],
            postgresql_using="gin",
            postgresql_ops={"tags": "jsonb_path_ops"},
        )
        for name, table, columns in WITH_CUSTOMER:
            op.drop_index(name, table_name=table)
            op.create_index(name, table, columns, postgresql_include=["customer_id"])


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for name, table, columns in WITH_CUSTOMER:
            op.drop_index(name, table_name=table)
            op.create_index(name, table, columns)
        op.drop_index("ix_customers_tags", table_name="customers")
    op.drop_index("ix_devices_reachable", table_name="devices")
    op.drop_index("ix_purchase_items_category", table_name="purchase_items")
