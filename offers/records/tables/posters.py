"""Posters and their scans: one QR code at one placement, and each opening of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

WAITS = text("kind = 'human' AND customer_id IS NOT NULL AND finished_at IS NULL AND reminded_at IS NULL")


class Poster(Table):
    """A printed code stays when its campaign or place goes: whoever scans it still gets a page that helps."""

    __tablename__ = "posters"

    id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """Ten digits of rules/coupon_codes.py's alphabet, 50 random bits, as the address has it. Never used again."""
    name: Mapped[str | None]
    """Of the placement: "Amsterdam Centraal, hall"."""
    place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"), index=True)
    lat: Mapped[float]
    """Where it hangs: the place's own point when the poster was written without one."""
    lon: Mapped[float]
    inside: Mapped[bool] = mapped_column(server_default=false())
    """It hangs inside its store: each scan of it is one in the store."""
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="SET NULL"), index=True)
    inside_campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="SET NULL"))
    """For who scans it inside a store."""
    again_campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="SET NULL"))
    """For who scanned it before."""
    then_campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="SET NULL"))
    """After `then_after` scans, or from `then_at` on."""
    then_after: Mapped[int | None]
    then_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    digital_link: Mapped[str | None] = mapped_column(unique=True)
    """The GS1 key that leads here too, as `01/09506000134352` or `414/8712345000004/254/KALV-102`."""
    scanned: Mapped[int] = mapped_column(server_default="0")
    """Scans by people, counted only while the poster switches after a number of them."""
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Scan(Table):
    """One opening of a poster's code. Outlives who it was: an erased person's scans stay counted, as nobody's."""

    __tablename__ = "scans"
    __table_args__ = (
        Index("ix_scans_of_poster", "poster_id", "kind", "at"),
        Index("ix_scans_at", "at", "id"),
        Index("ix_scans_waits", "at", sqlite_where=WAITS, postgresql_where=WAITS),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """The page's own address has it: whoever knows it sees the page, as nobody in particular."""
    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id", ondelete="CASCADE"))
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="SET NULL"), index=True)
    """What the poster led to at that moment."""
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), index=True)
    """Once recognised: by the cookie at the scan, or by what they gave on the page."""
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    source: Mapped[str]
    """`web` or `app`."""
    kind: Mapped[str]
    """`human`, `preview` (a messenger that shows a link) or `bot`."""
    device_class: Mapped[str]
    """`phone`, `tablet`, `desktop`, `bot` or `other`."""
    os: Mapped[str | None]
    """`ios`, `android`, `windows`, `macos`, `linux`; none where the browser does not tell."""
    language: Mapped[str | None]
    repeat: Mapped[bool]
    """This browser, or this customer, scanned this poster before."""
    in_store: Mapped[bool]
    finished_at: Mapped[datetime | None]
    finished_by: Mapped[str | None]
    """`reserved`, `bought`, `saved` or `asked`: the last thing that was done on its page."""
    reminded_at: Mapped[datetime | None]
    """When it was looked at for `abandoned`; once, whatever came of it."""
