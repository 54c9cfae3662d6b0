"""A device that is linked to a customer brings along what was made in it on pages."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.devices import link_device
from offers.personal import export_customer
from offers.pickups import put_order
from offers.records.tables import Consent, Conversation, ConversationMessage, Customer, Delivery, Device, Order, Scan
from offers.rules.order import OrderBody
from offers.saving import save_offer
from offers.visitors import Wording, say
from tests.offers.scanned import hang, poster_town, scan
from tests.offers.stories import KEYS, NOON, Town, at
from tests.offers.test_recognising import PHONE, add_conversation, add_order, ask, browser, enter, row

WORDING = Wording("my-offers-1", "nl")


def test_orders_conversations_scans_and_coupons_go_along(town: Town) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne")
    device, nobody = browser(town)
    seen = scan(town, poster, campaign)
    saved = town.write(lambda session: save_offer(session, seen, device, language="nl", keys=KEYS, now=NOON))
    add_order(town, nobody)
    add_conversation(town, nobody, device, seen)
    town.write(
        lambda session: session.add(
            ConversationMessage(id="msg_1", conversation_id="cnv_1", sender="customer", said="Size 38?", at=NOON)
        )
    )
    town.write(lambda session: link_device(session, device, "sanne", now=at(1)))
    assert row(town, Order, "o-1").customer_id == "sanne"
    talk = row(town, Conversation, "cnv_1")
    assert (talk.customer_id, talk.device_id) == ("sanne", device)
    assert row(town, ConversationMessage, "msg_1") is not None
    again = row(town, Scan, seen)
    assert (again.customer_id, again.device_id, again.finished_by) == ("sanne", device, "saved")
    assert [(one.id, one.customer_id) for one in town.coupons()] == [(saved.coupon_id, "sanne")]
    assert row(town, Customer, nobody) is None
    tables = town.read(lambda session: export_customer(session, "sanne", now=NOON))["tables"]
    assert [len(tables[name]) for name in ("orders", "conversations", "scans", "coupons")] == [1, 1, 1, 1]


def test_what_was_agreed_to_on_the_page_goes_along_with_its_words(town: Town) -> None:
    town.customer("sanne", consents=())
    device, _ = browser(town)
    town.write(lambda session: say(session, device, {"offers": True}, WORDING, now=NOON))
    town.write(lambda session: link_device(session, device, "sanne", now=at(1)))
    newest = select(Consent).where(Consent.customer_id == "sanne").order_by(Consent.id.desc())
    receipt = town.read(lambda session: session.scalars(newest).first())
    assert receipt is not None
    assert (receipt.purpose, receipt.given, receipt.text_version, receipt.language) == (
        "offers",
        True,
        "my-offers-1",
        "nl",
    )
    assert row(town, Customer, "sanne").offers


def test_a_message_of_an_order_that_still_waits_goes_along(town: Town) -> None:
    """Its customer is told that it is ready, whether the link or the message was first."""
    town.place()
    town.customer("sanne", consents=())
    device, nobody = browser(town)

    def ready(session: Session) -> Any:
        body = OrderBody.model_validate({"customer": nobody, "place": "kalverstraat", "status": "ready"})
        return put_order(session, "o-1", body, keys=KEYS, now=NOON)

    town.write(partial(_reach, device=device))
    town.write(lambda session: say(session, device, {"orders": True}, WORDING, now=NOON))
    town.write(ready)
    [waiting] = town.deliveries(nobody)
    town.write(lambda session: link_device(session, device, "sanne", now=at(1)))
    told = row(town, Delivery, waiting["id"])
    assert (told.customer_id, told.device_id, told.order_id, told.state) == ("sanne", device, "o-1", "queued")
    assert row(town, Customer, "sanne").orders


def _queued(session: Session, customer: str, device: str, kind: str) -> None:
    plain: dict[str, Any] = {"context": {}, "state": "queued", "created_at": NOON, "not_before": NOON, "attempts": 0}
    session.add(
        Delivery(
            id=f"dlv_{kind}",
            customer_id=customer,
            device_id=device,
            source_id="cnv_1",
            kind=kind,
            moment=kind,
            expires_at=at(60),
            **plain,
        )
    )


def test_an_answer_that_still_waits_goes_along_and_an_offer_does_not(town: Town) -> None:
    town.customer("sanne")
    device, nobody = browser(town)
    seen = scan(town, hang(town, place=None), customer_id=nobody, device_id=device)
    town.place()
    add_conversation(town, nobody, device, seen)
    for kind in ("reply", "offer"):
        town.write(partial(_queued, customer=nobody, device=device, kind=kind))
    town.write(lambda session: link_device(session, device, "sanne", now=at(1)))
    told = row(town, Delivery, "dlv_reply")
    assert (told.customer_id, told.device_id, told.state) == ("sanne", device, "queued")
    assert row(town, Delivery, "dlv_offer") is None


def test_who_is_recognised_takes_a_waiting_answer_along_to_their_new_device(town: Town) -> None:
    town.place()
    town.customer("sanne", phone=PHONE)
    device, nobody = browser(town)
    seen = scan(town, hang(town), customer_id=nobody, device_id=device)
    add_conversation(town, nobody, device, seen)
    town.write(partial(_queued, customer=nobody, device=device, kind="reply"))
    made = enter(town, seen, ask(town).form_id, device=device)
    assert made is not None
    told, talk = row(town, Delivery, "dlv_reply"), row(town, Conversation, "cnv_1")
    assert (told.customer_id, told.device_id) == ("sanne", made.device_id)
    assert (talk.customer_id, talk.device_id) == ("sanne", made.device_id)


def test_another_device_of_the_same_stranger_keeps_what_is_theirs(town: Town) -> None:
    town.place()
    town.customer("sanne")
    device, nobody = browser(town)
    browser(town, nobody)
    add_order(town, nobody)
    seen = scan(town, hang(town), customer_id=nobody, device_id=device)
    town.write(lambda session: link_device(session, device, "sanne", now=NOON + timedelta(minutes=1)))
    assert row(town, Order, "o-1").customer_id == nobody
    assert row(town, Scan, seen).customer_id == nobody


def _reach(session: Session, device: str) -> None:
    one = session.get_one(Device, device)
    one.push_token, one.push_hash, one.push_kind, one.push_seen_at = "{}", "hash", "web_push", NOON
