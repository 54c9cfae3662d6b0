"""A town with a poster, and scans of it: for the stories of what comes of a scan."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.tables import Poster, Scan
from tests.offers.stories import LAT, LON, NOON, Town

CODE = "K7M49XQT2R"


def hang(town: Town, campaign: str | None = None, *, place: str | None = "kalverstraat", code: str = CODE) -> str:
    """A poster of a campaign at a place; its id."""
    poster_id = new_id("pst")

    def write(session: Session) -> None:
        session.add(
            Poster(
                id=poster_id,
                code=code,
                place_id=place,
                lat=LAT,
                lon=LON,
                inside=False,
                campaign_id=campaign,
                scanned=0,
                created_at=NOON,
                updated_at=NOON,
            )
        )

    town.write(write)
    return poster_id


def scan(town: Town, poster: str, campaign: str | None = None, *, at: datetime = NOON, **more: Any) -> str:
    """One opening of the poster's code; its id."""
    scan_id = new_id("scn")

    def write(session: Session) -> None:
        plain: dict[str, Any] = {
            "source": "web",
            "kind": "human",
            "device_class": "phone",
            "repeat": False,
            "in_store": False,
        }
        session.add(Scan(id=scan_id, poster_id=poster, campaign_id=campaign, at=at, **(plain | more)))

    town.write(write)
    return scan_id


def poster_town(town: Town, **offer: Any) -> tuple[str, str]:
    """A store, an offer, a live campaign of it at a poster; the ids of poster and campaign."""
    town.place()
    town.offer(**offer)
    campaign = town.campaign("station", on="scan", offer="ten-percent", messages=SAYS)
    return hang(town, campaign), campaign


SAYS = {"en": {"title": "For you", "body": "Ten percent off."}}
