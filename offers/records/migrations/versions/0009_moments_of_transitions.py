"""Which transitions made a moment for campaigns to decide, so that a campaign can be rehearsed over them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MADE = (
    """UPDATE transitions SET moment = 'enter:' || stays.moment FROM stays
    WHERE transitions.kind = 'enter' AND stays.device_id = transitions.device_id
    AND stays.geofence_id = transitions.geofence_id AND stays.entered_at = transitions.at
    AND stays.id IN (SELECT min(id) FROM stays GROUP BY moment) AND {seen}""",
    """UPDATE transitions SET moment = 'dwell:' || stays.moment FROM stays
    WHERE transitions.kind = 'dwell' AND stays.device_id = transitions.device_id
    AND stays.geofence_id = transitions.geofence_id AND stays.dwelled_at = transitions.at""",
    """UPDATE transitions SET moment = 'exit:' || stays.moment
    FROM stays JOIN (SELECT moment, max(left_at) AS last FROM stays GROUP BY moment HAVING count(*) = count(left_at)) AS whole
    ON whole.moment = stays.moment AND whole.last = stays.left_at
    WHERE transitions.kind = 'exit' AND stays.device_id = transitions.device_id
    AND stays.geofence_id = transitions.geofence_id AND stays.left_at = transitions.at AND {seen}""",
)
"""What was recorded before, as well as its stays still tell: of a stay that went on after an end that nobody saw, only the last end."""
SEEN = "(transitions.reason IS NULL OR transitions.reason = 'jumped')"
"""Any other reason is the desk's doing, or the customer's own: an edit, a withdrawal, a device that was revoked."""


def upgrade() -> None:
    op.add_column("transitions", sa.Column("moment", sa.String(), nullable=True))
    for statement in MADE:
        op.execute(statement.format(seen=SEEN))


def downgrade() -> None:
    op.drop_column("transitions", "moment")
