"""Consents found by the text that was agreed to, so that a million receipts are not read to say how many of one there are."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_consents_given_under",
        "consents",
        ["text_version", "id"],
        sqlite_where=sa.text("given = 1"),  # as a statement asks for it there
        postgresql_where=sa.text("given"),
    )


def downgrade() -> None:
    op.drop_index("ix_consents_given_under", "consents")
