"""Keys with a name, who made them and when they were used last; and the log of who did what, to be looked through."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SOUGHT = {"ix_audit_by": "user_id", "ix_audit_what": "what"}


def upgrade() -> None:
    op.add_column("server_keys", sa.Column("name", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column("server_keys", sa.Column("made_by", sa.String(), nullable=True))
    op.add_column("server_keys", sa.Column("used_at", UtcTime(), nullable=True))
    for name, column in SOUGHT.items():
        op.create_index(name, "audit", [column, "at", "id"])


def downgrade() -> None:
    for name in SOUGHT:
        op.drop_index(name, "audit")
    for name in ("used_at", "made_by", "name"):
        op.drop_column("server_keys", name)
