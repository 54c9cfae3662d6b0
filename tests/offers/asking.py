"""What stories of asking a store are told with: a poster with its scan, and both sides of a conversation."""

from datetime import datetime
from typing import Any

from offers import conversations, users
from offers.conversations import Answered, Question
from offers.records.ids import new_id
from offers.records.queries.conversations import messages_of
from offers.records.tables import Conversation, ConversationMessage, Poster, Scan, User
from tests.offers.stories import LAT, LON, NOON, Town

STORE = "kalverstraat"


def poster(town: Town, scan: str = "scn_1", campaign: str | None = None, place: str | None = STORE) -> str:
    """A poster at the store, and one scan of it."""

    def write(session: Any) -> None:
        hung = Poster(
            id=f"pst_{scan}", code=scan[-10:], place_id=place, lat=LAT, lon=LON, campaign_id=campaign,
            created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        session.add(hung)
        session.flush()
        session.add(
            Scan(
                id=scan, poster_id=hung.id, campaign_id=campaign, at=NOON, source="web", kind="human", device_class="phone",
                language="nl", repeat=False, in_store=False,
            )
        )  # fmt: skip

    town.write(write)
    return scan


def staff(town: Town, name: str = "Noor") -> str:
    """Somebody of a store's staff; their id."""
    email = f"{name.lower()}@shop.example"
    town.write(lambda session: users.create_user(session, email, "staff", now=NOON, name=name))
    return town.read(lambda session: session.query(User).filter_by(email=email).one().id)


def question(conversation: str = "", **more: Any) -> Question:
    plain: dict[str, Any] = {"topic": "size", "said": "Is maat 38 er nog?", "language": "nl", "place_id": STORE}
    return Question(
        **{"conversation_id": conversation or new_id("cnv"), **plain, "sku": "SNEAK-1", "size": "38", **more}
    )


def ask(town: Town, device: str | None = None, *, scan: str = "scn_1", now: datetime = NOON, **more: Any) -> str:
    """Asked from the scan's page; the conversation's id."""
    asked = question(**more)
    return town.write(
        lambda session: conversations.ask_about_scan(session, scan, device, asked, now=now)
    ).conversation_id


def say(town: Town, conversation: str, said: str = "En maat 39?", *, now: datetime, message: str = "") -> None:
    named = message or new_id("cms")
    town.write(lambda session: conversations.say(session, conversation, named, said, now=now))


def answer(
    town: Town,
    conversation: str,
    user: str,
    said: str = "Ja hoor.",
    *,
    now: datetime,
    seen: str = "",
    message: str = "",
) -> Answered:
    named = message or new_id("cms")
    return town.write(
        lambda session: conversations.answer(session, conversation, user, named, said, seen=seen, now=now)
    )


def row_of(town: Town, conversation: str) -> Conversation:
    return town.read(lambda session: session.get_one(Conversation, conversation))


def messages(town: Town, conversation: str) -> list[ConversationMessage]:
    return town.read(lambda session: list(messages_of(session, conversation)))
