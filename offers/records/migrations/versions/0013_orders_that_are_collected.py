"""Orders that are collected: who comes and when, web shops' hooks, the brand's own service texts, and positions' marks that only an order covers."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import Json, UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = sa.text("status NOT IN ('collected', 'cancelled')")
OF_ORDER = sa.text("order_id IS NOT NULL")
WAITS = sa.text("state = 'waiting'")
TIMES = ("said_at", "ready_at", "arrived_at", "closed_at", "noticed_at", "coming_since", "estimated_at")
NUMBERS = ("part", "parts", "coming_minutes", "minutes_low", "minutes_high")
WORDS = ("number", "shop_id")


def upgrade() -> None:
    for name in WORDS:
        op.add_column("orders", sa.Column(name, sa.String(), nullable=True))
    for name in NUMBERS:
        op.add_column("orders", sa.Column(name, sa.Integer(), nullable=True))
    for name in TIMES:
        op.add_column("orders", sa.Column(name, UtcTime(), nullable=True))
    op.add_column("orders", sa.Column("track", Json, nullable=True))
    # nobody wrote down when: the last that was learnt of it is near enough
    op.execute("UPDATE orders SET ready_at = updated_at WHERE status IN ('ready', 'on_the_way', 'nearby', 'arrived')")
    op.execute("UPDATE orders SET arrived_at = updated_at WHERE status = 'arrived'")
    op.execute("UPDATE orders SET closed_at = updated_at WHERE status IN ('collected', 'cancelled')")
    op.create_index("ix_orders_open", "orders", ["place_id", "status"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_orders_uncollected", "orders", ["ready_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_orders_closed", "orders", ["place_id", "closed_at"])
    for table in ("stays", "transitions"):
        op.add_column(table, sa.Column("for_orders", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("users", sa.Column("places", Json, server_default="[]", nullable=False))
    op.add_column("devices", sa.Column("order_id", sa.String(), nullable=True))
    op.create_index("ix_devices_of_order", "devices", ["order_id"], sqlite_where=OF_ORDER, postgresql_where=OF_ORDER)
    _shops()
    op.create_table(
        "service_texts",
        sa.Column("moment", sa.String(), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("moment", name=op.f("pk_service_texts")),
    )


def _shops() -> None:
    op.create_table(
        "shops",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=True),
        sa.Column("old_until", UtcTime(), nullable=True),
        sa.Column("api_token", sa.String(), nullable=True),
        sa.Column("statuses", Json, nullable=False),
        sa.Column("places", Json, nullable=False),
        sa.Column("default_place", sa.String(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("heard_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
    )
    op.create_index("ix_shops_origin", "shops", ["kind", "origin"])
    op.create_table(
        "shop_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("shop_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("happened_at", UtcTime(), nullable=True),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_events_shop_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_shop_events_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_events")),
        sa.UniqueConstraint("shop_id", "key", name="uq_shop_events_once"),
    )
    op.create_index("ix_shop_events_customer_id", "shop_events", ["customer_id"])
    op.create_index("ix_shop_events_waiting", "shop_events", ["not_before"], sqlite_where=WAITS, postgresql_where=WAITS)
    op.create_index("ix_shop_events_received", "shop_events", ["received_at", "id"])


def downgrade() -> None:
    for table in ("service_texts", "shop_events", "shops"):
        op.drop_table(table)
    op.drop_index("ix_devices_of_order", table_name="devices")
    op.drop_column("devices", "order_id")
    op.drop_column("users", "places")
    for table in ("transitions", "stays"):
        op.drop_column(table, "for_orders")
    for index in ("ix_orders_closed", "ix_orders_uncollected", "ix_orders_open"):
        op.drop_index(index, table_name="orders")
    for column in ("track", *TIMES, *NUMBERS, *WORDS):
        op.drop_column("orders", column)
