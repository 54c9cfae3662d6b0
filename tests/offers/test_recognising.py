"""A browser becomes a customer's: by a code to their phone, by a link of the app. What was done in it before goes along."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers import recognising, visitors
from offers.customers import erase_customer, put_customer
from offers.devices import revoke_device
from offers.my_offers import of_browser
from offers.recognising import Asked, Recognised
from offers.records.ids import new_id
from offers.records.queries.browsers import new_browser
from offers.records.tables import Conversation, Customer, Device, Order, PhoneCode, Scan
from offers.rules.phone_codes import LIFE, TRIES, YOUNG, phone_code
from offers.rules.profile import CustomerBody
from offers.saving import save_offer
from offers.visitors import Wording
from tests.at_once import at_once
from tests.offers.scanned import hang, poster_town, scan
from tests.offers.stories import KEYS, NOON, Town, at

PHONE, OTHER = "+31612345678", "+31687654321"


def ask(town: Town, phone: str = PHONE, *, now: datetime = NOON) -> Asked:
    return town.write(lambda session: recognising.ask_code(session, phone, language="nl", now=now))


def enter(
    town: Town, scan_id: str, form: str, typed: str | None = None, device: str | None = None, *, now: datetime = NOON
) -> Recognised | None:
    """With the right code unless another is typed."""
    code = phone_code(KEYS, form) if typed is None else typed
    return town.write(
        lambda session: recognising.enter_code(session, scan_id, form, code, device, language="nl", keys=KEYS, now=now)
    )


def wrong(form: str) -> str:
    return f"{(int(phone_code(KEYS, form)) + 1) % 1_000_000:06}"


def browser(town: Town, customer: str | None = None) -> tuple[str, str]:
    """A browser of a customer, or of a person nobody knows: device, customer."""

    def make(session: Session) -> tuple[str, str]:
        device = new_browser(session, "nl", NOON, customer)
        return device.id, device.customer_id

    return town.write(make)


def count(town: Town, table: Any) -> int:
    return town.read(lambda session: session.scalar(select(func.count()).select_from(table))) or 0


def row(town: Town, table: Any, key: str) -> Any:
    return town.read(lambda session: session.get(table, key))


@pytest.fixture
def page(town: Town) -> str:
    """A page of a poster without a campaign, and Sanne with her number."""
    town.place()
    town.customer("sanne", phone=PHONE)
    return scan(town, hang(town))


def test_a_known_number_gets_a_row_and_an_unknown_one_none(town: Town, page: str) -> None:
    known, unknown = ask(town), ask(town, OTHER)
    assert known.text_id == known.form_id
    assert unknown.text_id is None
    assert len(known.form_id) == len(unknown.form_id)
    assert known.form_id[:3] == unknown.form_id[:3] == "pc_"
    assert count(town, PhoneCode) == 1


def test_both_run_the_same_statements_up_to_the_row(town: Town, page: str) -> None:
    with town.statements() as known:
        ask(town)
    with town.statements() as unknown:
        ask(town, OTHER)
    assert known[: len(unknown)] == unknown
    assert [one.split()[0] for one in known[len(unknown) :]] == ["INSERT"]


def test_a_wrong_code_runs_the_same_statements_for_a_form_that_leads_nowhere(town: Town, page: str) -> None:
    forms = [ask(town).form_id, ask(town, OTHER).form_id]
    ran = []
    for form in forms:
        with town.statements() as seen:
            assert enter(town, page, form, wrong(form)) is None
        ran.append(seen)
    assert ran[0] == ran[1]
    assert row(town, PhoneCode, forms[0]).tries == 1


def test_a_number_that_several_have_gets_no_code(town: Town, page: str) -> None:
    town.customer("ben", phone=PHONE)
    assert ask(town).text_id is None
    assert count(town, PhoneCode) == 0


def test_a_number_that_somebody_only_typed_on_a_page_keeps_nobodys_code_back(town: Town, page: str) -> None:
    _, stranger = browser(town)

    def type_it(session: Session) -> None:
        session.get_one(Customer, stranger).phone = PHONE

    town.write(type_it)
    assert (asked := ask(town).text_id) is not None
    assert row(town, PhoneCode, asked).customer_id == "sanne"


def test_the_code_lies_nowhere_and_is_in_the_text(town: Town, page: str) -> None:
    form = ask(town).form_id
    code = phone_code(KEYS, form)
    kept = row(town, PhoneCode, form)
    assert code not in str(
        {name: getattr(kept, name) for name in (column.key for column in PhoneCode.__table__.columns)}
    )
    text = town.read(partial(recognising.text_to_send, code_id=form, keys=KEYS, host="shop.example", now=NOON))
    assert text is not None
    assert (text.text_id, text.to) == (form, PHONE)
    assert text.text.splitlines()[0].startswith(f"{code} is je code voor shop.example")
    assert text.text.splitlines()[-1] == f"@shop.example #{code}"


def test_a_text_is_sent_while_somebody_waits_for_it(town: Town, page: str) -> None:
    form = ask(town).form_id

    def due(now: datetime) -> bool:
        read = partial(recognising.text_to_send, code_id=form, keys=KEYS, host="shop.example", now=now)
        return town.read(read) is not None

    def waiting(now: datetime) -> list[str]:
        return town.read(lambda session: recognising.unsent_texts(session, now=now))

    assert waiting(NOON) == [], "the ring after the commit comes first"
    assert waiting(NOON + timedelta(seconds=11)) == [form]
    assert waiting(NOON + YOUNG + timedelta(seconds=1)) == []
    assert not due(NOON + YOUNG + timedelta(seconds=1))
    for _ in range(4):
        town.write(lambda session: recognising.note_text(session, form, sent=False, now=NOON))
    assert waiting(NOON + timedelta(seconds=11)) == [], "a gateway that never takes it is left alone"
    assert due(NOON)
    town.write(lambda session: recognising.note_text(session, form, sent=True, now=NOON))
    assert not due(NOON)


def test_a_right_code_makes_the_browser_the_customers_once(town: Town, page: str) -> None:
    form = ask(town).form_id
    made = enter(town, page, form)
    assert made is not None
    assert (made.customer_id, made.scan_id) == ("sanne", page)
    device = row(town, Device, made.device_id)
    assert (device.customer_id, device.platform, device.push_token) == ("sanne", "web", None)
    assert row(town, Scan, page).customer_id == "sanne"
    assert enter(town, page, form) is None, "used"


def test_a_code_as_people_type_it(town: Town, page: str) -> None:
    form = ask(town).form_id
    code = phone_code(KEYS, form)
    assert enter(town, page, form, f" {code[:3]}-{code[3:]} ") is not None


def test_a_code_is_over_after_ten_minutes(town: Town, page: str) -> None:
    form = ask(town).form_id
    assert enter(town, page, form, now=NOON + LIFE) is None
    assert enter(town, page, form, now=NOON + LIFE - timedelta(seconds=1)) is not None


def test_a_code_is_tried_five_times(town: Town, page: str) -> None:
    form = ask(town).form_id
    for _ in range(TRIES):
        assert enter(town, page, form, wrong(form)) is None
    assert enter(town, page, form) is None, "the right one comes too late"
    assert row(town, PhoneCode, form).tries == TRIES
    spare = ask(town).form_id
    for _ in range(TRIES - 1):
        enter(town, page, spare, wrong(spare))
    assert enter(town, page, spare) is not None


def test_a_code_of_nobody_opens_nothing_even_when_it_is_right(town: Town, page: str) -> None:
    assert enter(town, page, ask(town, OTHER).form_id) is None
    assert enter(town, page, "") is None
    assert enter(town, "scn_none", ask(town).form_id) is None


def test_codes_that_are_under_way_end_with_the_first_that_is_used(town: Town, page: str) -> None:
    first, second = ask(town).form_id, ask(town).form_id
    assert enter(town, page, second) is not None
    assert enter(town, page, first) is None


def test_a_code_entered_twice_at_once_is_used_once(town: Town, page: str) -> None:
    form = ask(town).form_id
    made: list[Recognised | None] = []
    at_once([lambda: made.append(enter(town, page, form)) for _ in range(4)])
    assert len([one for one in made if one]) == 1
    assert count(town, Device) == 1


def test_an_anonymous_browser_brings_along_what_was_made_in_it(town: Town) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne", phone=PHONE, consents=("offers",))
    device, nobody = browser(town)
    seen = scan(town, poster, campaign, customer_id=nobody, device_id=device)
    saved = town.write(lambda session: save_offer(session, seen, device, language="nl", keys=KEYS, now=NOON))
    add_order(town, nobody)
    add_conversation(town, nobody, device, seen)
    made = enter(town, seen, ask(town).form_id, device=device)
    assert made is not None
    assert made.device_id != device, "who had put the old cookie there is not recognised with it"
    [coupon] = town.coupons()
    assert (coupon.id, coupon.customer_id, coupon.state) == (saved.coupon_id, "sanne", "issued")
    assert row(town, Order, "o-1").customer_id == "sanne"
    talk = row(town, Conversation, "cnv_1")
    assert (talk.customer_id, talk.device_id) == ("sanne", made.device_id)
    again = row(town, Scan, seen)
    assert (again.customer_id, again.device_id) == ("sanne", made.device_id)
    assert row(town, Customer, nobody) is None
    old = row(town, Device, device)
    assert old.customer_id == "sanne"
    assert old.revoked_at == NOON
    assert town.read(lambda session: visitors.find_visitor(session, device)) is None


def test_messages_to_the_browser_go_on_under_its_new_device(town: Town, page: str) -> None:
    device, _ = browser(town)

    def subscribe(session: Session) -> None:
        row = session.get_one(Device, device)
        row.push_token, row.push_hash, row.push_kind = "{}", "hash", "web_push"
        row.push_vapid, row.push_seen_at = "key", NOON

    town.write(subscribe)
    wording = Wording("messages-1", "nl")
    town.write(lambda session: visitors.say(session, device, {"orders": True}, wording, now=NOON))
    made = enter(town, page, ask(town).form_id, device=device, now=at(1))
    assert made is not None
    moved, old = row(town, Device, made.device_id), row(town, Device, device)
    assert (moved.push_token, moved.push_hash, moved.push_kind, moved.push_vapid) == ("{}", "hash", "web_push", "key")
    assert (moved.push_seen_at, old.push_token, old.push_hash) == (NOON, None, None)
    sanne = row(town, Customer, "sanne")
    assert sanne.orders
    assert made.follows.forget == (device,)


def test_a_browser_of_another_known_customer_keeps_its_device_for_them(town: Town, page: str) -> None:
    town.customer("ben")
    device, _ = browser(town, "ben")
    made = enter(town, page, ask(town).form_id, device=device)
    assert made is not None
    assert made.device_id != device
    old = row(town, Device, device)
    assert (old.customer_id, old.revoked_at) == ("ben", None)
    assert row(town, Device, made.device_id).customer_id == "sanne"


def test_recognised_again_in_ones_own_browser(town: Town, page: str) -> None:
    device, _ = browser(town, "sanne")
    made = enter(town, page, ask(town).form_id, device=device)
    assert made is not None
    assert made.device_id != device
    assert row(town, Device, device).revoked_at == NOON


def test_who_is_recognised_gets_at_once_what_the_campaign_gives_them(town: Town) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne", phone=PHONE)
    seen = scan(town, poster, campaign)
    made = enter(town, seen, ask(town).form_id)
    assert made is not None
    [coupon] = town.coupons()
    assert (coupon.customer_id, coupon.state) == ("sanne", "issued")
    assert town.outcomes("sanne") == [("station", "scan", "send")]
    assert [event["type"] for event in made.follows.happened] == ["decision"]


def test_who_did_not_agree_to_offers_is_recognised_all_the_same(town: Town) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne", phone=PHONE, consents=())
    seen = scan(town, poster, campaign)
    assert enter(town, seen, ask(town).form_id) is not None
    assert town.coupons() == []
    assert town.outcomes("sanne") == [("station", "scan", "no_consent")]


def test_erased_meanwhile(town: Town, page: str) -> None:
    form = ask(town).form_id
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert enter(town, page, form) is None
    assert count(town, PhoneCode) == 0


def test_another_number_meanwhile_gets_the_text_and_a_number_that_is_gone_gets_none(town: Town, page: str) -> None:
    form = ask(town).form_id
    body = CustomerBody.model_validate({"name": "Sanne"})
    town.write(lambda session: put_customer(session, "sanne", body, now=NOON))
    read = partial(recognising.text_to_send, code_id=form, keys=KEYS, host="shop.example", now=NOON)
    assert town.read(read) is None


def test_a_revoked_browser_brings_nothing_along(town: Town, page: str) -> None:
    device, nobody = browser(town)
    town.write(lambda session: revoke_device(session, device, now=NOON))
    assert enter(town, page, ask(town).form_id, device=device) is not None
    assert row(town, Customer, nobody) is not None


def test_what_a_browser_shows_of_its_customer(town: Town) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne", phone=PHONE, consents=("offers",))
    seen = scan(town, poster, campaign)
    made = enter(town, seen, ask(town).form_id)
    assert made is not None
    add_order(town, "sanne")
    mine = town.read(lambda session: of_browser(session, made.device_id, keys=KEYS, language="nl", now=NOON))
    assert mine is not None
    assert (mine.first_name, mine.anonymous) == ("Sanne", False)
    [coupon] = mine.coupons
    assert (coupon.worth, coupon.text, coupon.state, coupon.place) == ("10%", "10% korting", "issued", "Kalverstraat")
    assert coupon.code
    assert [one.id for one in mine.orders] == ["o-1"]


def add_order(town: Town, customer: str) -> None:
    def write(session: Session) -> None:
        plain: dict[str, Any] = {"status": "placed", "items": [], "history": [], "source": "page", "holds_stock": False}
        session.add(
            Order(id="o-1", customer_id=customer, place_id="kalverstraat", created_at=NOON, updated_at=NOON, **plain)
        )

    town.write(write)


def add_conversation(town: Town, customer: str, device: str, seen: str) -> None:
    def write(session: Session) -> None:
        plain: dict[str, Any] = {"topic": "size", "language": "nl", "state": "waiting", "waiting_since": NOON}
        session.add(
            Conversation(
                id="cnv_1",
                customer_id=customer,
                device_id=device,
                scan_id=seen,
                created_at=NOON,
                updated_at=NOON,
                **plain,
            )
        )

    town.write(write)


def test_ids_of_forms_are_as_long_as_all(town: Town) -> None:
    assert len(new_id("pc")) == len("pc_") + 26
