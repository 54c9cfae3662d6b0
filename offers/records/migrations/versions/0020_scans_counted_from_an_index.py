"""Scans of a poster by who reads the code: they are counted from an index alone, where a page of posters read each row."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_scans_of_poster", "scans", ["poster_id", "kind", "at"])
    op.drop_index("ix_scans_poster", table_name="scans")


def downgrade() -> None:
    op.create_index("ix_scans_poster", "scans", ["poster_id", "at"])
    op.drop_index("ix_scans_of_poster", table_name="scans")
