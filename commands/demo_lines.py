"""What happens, as lines for people: one an event of `GET /v1/events`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from offers.rules.in_words import why_not

STYLES = {
    "enters": "green",
    "stays": "magenta",
    "leaves": "red",
    "scan": "bold yellow",
    "push": "bold cyan",
    "no push": "dim",
    "order": "yellow",
    "offer": "bold green",
    "question": "bold magenta",
    "phone": "yellow",
}
CROSSINGS = {"enter": "enters", "dwell": "stays", "exit": "leaves"}
BY_ROLE = {"other": "the building of {where}", "approach": "the surroundings of {where}"}
NAME_WIDTH = 18
KIND_WIDTH = 9


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is one of STYLES, with the language behind it for a push."""

    time: str
    who: str
    kind: str
    what: str
    language: str = ""

    def text(self) -> Text:
        kind = f"{self.kind} {self.language}".strip()
        line = Text(f"{self.time}  {self.who:<{NAME_WIDTH}} ")
        line.append(f"{kind:<{KIND_WIDTH}}", STYLES[self.kind])
        return line.append(f" {self.what}", "dim" if self.kind == "no push" else "")


@dataclass(frozen=True, slots=True)
class Names:
    """Ids of a seed to what people call it."""

    people: Mapping[str, str]
    places: Mapping[str, str]
    campaigns: Mapping[str, str]
    posters: Mapping[str, str]
    zone: ZoneInfo
    """The town's: what happens is told in its time, as on the phones."""

    @classmethod
    def of_seed(cls, folder: Path) -> "Names":
        def items(file: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = json.loads((folder / file).read_text(encoding="utf-8"))
            return found

        def named(file: str) -> dict[str, str]:
            return {one["id"]: one.get("name") or one["id"] for one in items(file)}

        zone = ZoneInfo(items("places.json")[0]["time_zone"])
        return cls(named("customers.json"), named("places.json"), named("campaigns.json"), named("posters.json"), zone)

    def clock(self, at: str) -> str:
        return datetime.fromisoformat(at).astimezone(self.zone).strftime("%H:%M:%S")

    def line(self, event: Mapping[str, Any]) -> Line | None:
        """An event as a line; None for one that says nothing new, such as the decision whose push follows."""
        customer, place = str(event.get("customer") or ""), str(event.get("place") or "")
        who = "a passer-by" if customer.startswith("anon_") or not customer else self.people.get(customer, customer)
        where = self.places.get(place, place)
        match event.get("type"):
            case "transition":
                what = BY_ROLE.get(event["role"], "{where}").format(where=where)
                return Line(self.clock(event["at"]), who, CROSSINGS.get(event["kind"], event["kind"]), what)
            case "scan" if event["kind"] == "human":
                said = self.posters.get(str(event["poster"]), str(event["poster"]))
                more = [
                    word for word, holds in (("again", event["repeat"]), ("in the store", event["in_store"])) if holds
                ]
                what = ", ".join([said, *more])
                return Line(self.clock(event["at"]), who, "scan", what, event["language"] or "")
            case "decision" if event["outcome"] == "send" and event.get("trigger") == "scan":
                campaign = self.campaigns.get(event["campaign"], event["campaign"])
                return Line(self.clock(event["at"]), who, "offer", f"{campaign}, at {where}")
            case "conversation":
                now = datetime.now(self.zone).strftime("%H:%M:%S")
                return Line(now, "somebody", "question", f"{event['state']}, at {where}")
            case "decision" if event["outcome"] != "send":
                campaign = self.campaigns.get(event["campaign"], event["campaign"])
                why = f"{event['outcome']}: {why_not(event['outcome'], event['facts'], 'en')}"
                at = f", at {where}" if where else ""
                return Line(self.clock(event["at"]), who, "no push", f"{campaign}{at}: {why}")
            case "delivery" if event["state"] in ("sent", "unknown"):
                at = self.clock(event["sent_at"] or event["created_at"])
                said = " | ".join(one for one in (event["title"], event["body"]) if one) or str(event.get("moment"))
                return Line(at, who, "push", f"{said} (at {where})", event["language"] or "")
            case "delivery" if event["state"] in ("failed", "expired"):
                why = why_not(event["reason"] or event["state"], {}, "en")
                return Line(self.clock(event["created_at"]), who, "no push", f"taken back: {why}")
            case "order":
                return Line(
                    self.clock(event.get("at") or event["updated_at"]), who, "order", f"{event['id']} {event['status']}"
                )
        return None

    def phone_line(self, at: datetime, name: str, what: str, refused: str | None) -> Line:
        """What only a phone knows: that the server takes its positions, or not."""
        said = {
            "refused": f"not located: {why_not(refused or '', {}, 'en')}; the server refuses the pings",
            "located": "is located",
            "gone": f"has stopped: {refused}",
        }
        return Line(self.clock(at.isoformat()), name, "phone", said[what])
