"""Offers with an end and a minimum basket, and what a message lacked that went out as the default text."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import Json, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offers", sa.Column("valid_until", UtcTime(), nullable=True))
    op.add_column("offers", sa.Column("minimum_basket", Json, nullable=True))
    op.add_column("deliveries", sa.Column("missing", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "missing")
    op.drop_column("offers", "minimum_basket")
    op.drop_column("offers", "valid_until")
