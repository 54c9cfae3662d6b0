"""Test sends alone: they are few among ten million deliveries, and a list of them would have read all of those."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TESTS = sa.text("kind = 'test'")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_tests", "deliveries", ["created_at", "id"], sqlite_where=TESTS, postgresql_where=TESTS
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_tests", table_name="deliveries")
