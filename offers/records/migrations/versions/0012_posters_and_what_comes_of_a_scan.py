"""Posters and scans, orders that are made on a page and paid, conversations, and how a browser is recognised."""

import sqlalchemy as sa
from alembic import op

from offers.records.database import UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WAITS = sa.text("kind = 'human' AND customer_id IS NOT NULL AND finished_at IS NULL AND reminded_at IS NULL")
OPEN = sa.text("state <> 'closed'")
HELD = sa.text("source = 'page' AND status = 'placed'")
PHONED = sa.text("phone IS NOT NULL")


def upgrade() -> None:
    op.add_column("places", sa.Column("phone", sa.String(), nullable=True))
    op.create_index("ix_customers_phone", "customers", ["phone"], sqlite_where=PHONED, postgresql_where=PHONED)
    _posters()
    _scans()
    op.add_column("orders", sa.Column("source", sa.String(), server_default="server", nullable=False))
    op.add_column("orders", sa.Column("code", sa.String(), nullable=True))
    op.add_column("orders", sa.Column("holds_stock", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("orders", sa.Column("scan_id", sa.String(), nullable=True))
    op.add_column("orders", sa.Column("coupon_id", sa.String(), nullable=True))
    op.create_index("ix_orders_scan_id", "orders", ["scan_id"])
    op.create_index("ix_orders_held", "orders", ["created_at"], sqlite_where=HELD, postgresql_where=HELD)
    _payments()
    _conversations()
    _recognitions()


def _posters() -> None:
    campaigns = ("campaign_id", "inside_campaign_id", "again_campaign_id", "then_campaign_id")
    op.create_table(
        "posters",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("place_id", sa.String(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("inside", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in campaigns),
        sa.Column("then_after", sa.Integer(), nullable=True),
        sa.Column("then_at", UtcTime(), nullable=True),
        sa.Column("starts_at", UtcTime(), nullable=True),
        sa.Column("ends_at", UtcTime(), nullable=True),
        sa.Column("digital_link", sa.String(), nullable=True),
        sa.Column("scanned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retired_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_posters_place_id"), ondelete="SET NULL"),
        *(
            sa.ForeignKeyConstraint([name], ["campaigns.id"], name=op.f(f"fk_posters_{name}"), ondelete="SET NULL")
            for name in campaigns
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posters")),
        sa.UniqueConstraint("code", name=op.f("uq_posters_code")),
        sa.UniqueConstraint("digital_link", name=op.f("uq_posters_digital_link")),
    )
    op.create_index("ix_posters_place_id", "posters", ["place_id"])
    op.create_index("ix_posters_campaign_id", "posters", ["campaign_id"])


def _scans() -> None:
    op.create_table(
        "scans",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("poster_id", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("device_class", sa.String(), nullable=False),
        sa.Column("os", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("in_store", sa.Boolean(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("finished_by", sa.String(), nullable=True),
        sa.Column("reminded_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name=op.f("fk_scans_poster_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_scans_campaign_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_scans_customer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_scans_device_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
    )
    for column in ("campaign_id", "customer_id", "device_id"):
        op.create_index(f"ix_scans_{column}", "scans", [column])
    op.create_index("ix_scans_poster", "scans", ["poster_id", "at"])
    op.create_index("ix_scans_at", "scans", ["at", "id"])
    op.create_index("ix_scans_waits", "scans", ["at"], sqlite_where=WAITS, postgresql_where=WAITS)


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("checkout_url", sa.String(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("paid_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_payments_provider_id")),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"])


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("place_id", sa.String(), nullable=True),
        sa.Column("scan_id", sa.String(), nullable=True),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("size", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("waiting_since", UtcTime(), nullable=True),
        sa.Column("first_answered_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("read_at", UtcTime(), nullable=True),
        sa.Column("closed_at", UtcTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [f"{what}_id"],
                [f"{what}s.id"],
                name=op.f(f"fk_conversations_{what}_id"),
                ondelete="CASCADE" if what == "customer" else "SET NULL",
            )
            for what in ("customer", "device", "place", "scan", "order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_customer_id", "conversations", ["customer_id"])
    op.create_index(
        "ix_conversations_open", "conversations", ["place_id", "updated_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_messages_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_conversation_messages_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_messages")),
    )
    op.create_index("ix_conversation_messages_of", "conversation_messages", ["conversation_id", "id"])


def _recognitions() -> None:
    op.create_table(
        "phone_codes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_phone_codes_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    op.create_index("ix_phone_codes_customer_id", "phone_codes", ["customer_id"])
    op.create_table(
        "page_links",
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_page_links_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_page_links")),
    )
    op.create_index("ix_page_links_customer_id", "page_links", ["customer_id"])


def downgrade() -> None:
    for table in ("page_links", "phone_codes", "conversation_messages", "conversations", "payments"):
        op.drop_table(table)
    op.drop_index("ix_orders_held", table_name="orders")
    op.drop_index("ix_orders_scan_id", table_name="orders")
    for column in ("holds_stock", "code", "coupon_id", "scan_id", "source"):
        op.drop_column("orders", column)
    op.drop_table("scans")
    op.drop_table("posters")
    op.drop_index("ix_customers_phone", table_name="customers")
    op.drop_column("places", "phone")
