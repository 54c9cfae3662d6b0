"""Messages that wait out the quiet hours, and which variant of a campaign was decided."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deferrals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("moment", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("happened_at", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_deferrals_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_deferrals_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_deferrals_place_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deferrals")),
        sa.UniqueConstraint("customer_id", "campaign_id", "moment", name="uq_deferrals_once"),
    )
    op.create_index("ix_deferrals_due", "deferrals", ["not_before", "id"])
    op.add_column("decisions", sa.Column("variant", sa.String(), nullable=True))
    op.add_column("deliveries", sa.Column("variant", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "variant")
    op.drop_column("decisions", "variant")
    op.drop_index("ix_deferrals_due", table_name="deferrals")
    op.drop_table("deferrals")
