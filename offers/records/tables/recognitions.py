"""How a browser is recognised as a customer's: by a code to their phone, or by a link from the brand's app."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class PhoneCode(Table):
    """A code on its way to a customer's phone. The code itself lies nowhere: it is made from the secret key and the id."""

    __tablename__ = "phone_codes"

    id: Mapped[str] = mapped_column(primary_key=True)
    """The form that asks for the code carries it; one that leads to no row looks the same."""
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    language: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int]
    """Wrong codes so far; at most five."""
    sent_at: Mapped[datetime | None]
    failed: Mapped[int] = mapped_column(server_default="0")
    """How often the gateway did not take it."""
    used_at: Mapped[datetime | None]


class PageLink(Table):
    """A link from the brand's app to a page that knows the customer, good once."""

    __tablename__ = "page_links"

    mark: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the token (256 random bits, so no salt)."""
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
