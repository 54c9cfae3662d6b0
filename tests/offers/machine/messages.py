"""The machine's senders and tills: messages are taken, sent or lost, and what they told is redeemed."""

from datetime import datetime
from functools import partial
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from offers.arrivals import Crossing
from offers.claiming import claim_deliveries, word_delivery
from offers.coupons import expire_coupons, redeem_coupon
from offers.deferrals import decide_deferred, due_deferrals
from offers.deliveries import Sent, end_lives, record_outcomes, sweep_deliveries
from offers.errors import Conflict, Gone, NotFound
from offers.push import Outcome
from offers.rules.coupon import RedeemBody
from offers.rules.coupon_codes import generated_code, mark_of
from tests.offers.machine import city
from tests.offers.machine.play import SECOND, SELDOM, WHICH, Play, happens
from tests.offers.machine.whereabouts import Row
from tests.offers.stories import KEYS

OUTCOME = st.sampled_from(
    [("sent", None)] * 2 + [("failed", "push_refused"), ("unknown", "no_answer"), ("waiting", "unavailable")]
)

THEN = st.sampled_from([None, None, 0, 0, 0, *range(1, 9)])


class Messages(Play):
    def _under_way(self) -> bool:
        return any(one["state"] in ("queued", "sending") for one in self.model.deliveries)

    def _queued(self) -> list[int]:
        return [number for number, one in enumerate(self.model.deliveries) if one["state"] == "queued"]

    def _claim(self, which: int, *, every: bool) -> None:
        now, sender = self.model.now, f"sender-{which % 2}"
        # of all is asked for all, also for what is on its way or gone: a bell may ring twice
        chosen = list(range(len(self.model.deliveries))) if every else self._one(self._queued(), which)
        ids = self._delivery_ids()
        self.model.claim([self.model.deliveries[number] for number in chosen], sender)
        claims = self._do(
            partial(claim_deliveries, ids=[ids[one] for one in chosen], sender=sender, keys=KEYS, now=now)
        )
        self.held |= {one.delivery_id: (one, sender) for one in claims.held}
        for one in claims.held:
            phone = self.model.devices[self.model.deliveries[ids.index(one.delivery_id)]["device"]]
            assert one.push_token == phone["token"], "to where the phone is reached now"

    def _then(self, then: int | None, outside: list[tuple[str, str]]) -> None:
        """What was done is to matter: in this second all that is queued is taken, or one of those who are outside comes in."""
        if then == 0:
            self._claim(0, every=True)
        elif then:
            for device, fence in self._one(outside, then):
                self._cross(Crossing(device, "enter", fence, self.model.now.timestamp(), "server"))

    def _record(self, ids: list[str], outcome: tuple[str, str | None], sender: str | None = None) -> None:
        now, (state, reason) = self.model.now, outcome
        for of in {sender or self.held[one][1] for one in ids}:
            theirs = [one for one in ids if sender or self.held[one][1] == of]
            there = self._delivery_ids()
            rows = [self.model.deliveries[there.index(one)] for one in theirs if one in there]
            self.model.record(rows, of, state, reason)
            worded = [(self.held[one][0], word_delivery(self.held[one][0])[1]) for one in theirs]
            told: Any = state
            results = [Sent(one.delivery_id, one.language, words, Outcome(told, reason)) for one, words in worded]
            self._do(partial(record_outcomes, sender=of, results=results, now=now, dice=lambda: 0.0))

    @happens(4, lambda self: self._queued(), which=WHICH, every=SELDOM)
    def a_sender_takes(self, which: int, every: bool) -> None:
        self._tick()
        self._claim(which, every=every)

    @happens(
        4,
        lambda self: self.held,
        which=WHICH,
        every=SELDOM,
        outcome=OUTCOME,
        other=st.sampled_from([None] * 4 + ["sender-9"]),
    )
    def a_sender_records(self, which: int, every: bool, outcome: tuple[str, str | None], other: str | None) -> None:
        """Or another one does, who holds none of them."""
        self._tick()
        ids = list(self.held) if every else self._one(list(self.held), which)
        self._record(ids, outcome, other)
        if other is None:
            self.held = {one: held for one, held in self.held.items() if one not in ids}

    @happens(3, lambda self: self._queued(), which=WHICH, outcome=OUTCOME)
    def all_is_sent(self, which: int, outcome: tuple[str, str | None]) -> None:
        self._tick()
        before = set(self.held)
        self._claim(which, every=True)
        self._record([one for one in self.held if one not in before], outcome)

    @happens(2, lambda self: self._under_way())
    def the_sweep_looks(self) -> None:
        now = self._tick()
        self.model.sweep()
        self._do(lambda session: end_lives(session, now=now))
        due, _ = self._do(lambda session: sweep_deliveries(session, now=now))
        ids = self._delivery_ids()
        those = [one for one, row in zip(ids, self.model.deliveries, strict=True) if self.model.is_due(row)]
        assert sorted(due) == those, "what is queued and neither over nor before its time is due"

    @happens(9, lambda self: self.model.deferrals, late=st.sampled_from([0, 0, 1, 16 * 60, 13 * 3600]))
    def the_morning_comes(self, late: int) -> None:
        """What was put off first is due, or was due a while ago."""
        self.model.now = max(self._tick(), min(one["until"] for one in self.model.deferrals) + late * SECOND)
        now, before = self.model.now, len(self.model.deliveries)
        ids = self._do(partial(due_deferrals, now=now))
        assert len(ids) == sum(one["until"] <= now for one in self.model.deferrals), "as many due as the model has"
        self.model.decide_deferred()
        decided = self._do(partial(decide_deferred, ids=ids, now=now))
        assert len(decided.deliveries) == len(self.model.deliveries) - before, "as many to be sent as the model has"

    def _code(self, number: int) -> tuple[str, list[Row]]:
        """What is typed in for a coupon, and the coupons that it can stand for."""
        coupon, row = self.model.coupons[number], self.ledger.rows["coupons"][number]
        kind = city.OFFERS[coupon["offer"]]["codes"]
        if kind == "none":
            return row.id, [coupon]
        if kind == "shared":
            name, whose = coupon["offer"], coupon["customer"]
            both = [one for one in self.model.coupons if (one["offer"], one["customer"]) == (name, whose)]
            return f"{name}-2026", both
        if kind == "generated":
            told = any(one["coupon"] is coupon and one["told"] for one in self.model.deliveries)
            return generated_code(KEYS, row.id), [coupon] if told else []
        card = next((one for one in city.CARDS if mark_of(KEYS, one) == row.code_mark), city.CARDS[0])
        marks = [one.code_mark for one in self.ledger.rows["coupons"]]
        pairs = zip(self.model.coupons, marks, strict=True)
        return card, [one for one, mark in pairs if mark == mark_of(KEYS, card)]

    @happens(
        3,
        lambda self: self.model.coupons,
        which=WHICH,
        purchase=st.sampled_from([None, "till-1", "till-2"]),
        stranger=st.sampled_from([False] * 4 + [True]),
    )
    def a_till_redeems(self, which: int, purchase: str | None, stranger: bool) -> None:
        now, [number] = self._tick(), self._one(range(len(self.model.coupons)), which)
        whose = self.model.coupons[number]
        code, meant = self._code(number)
        body: Row = {"purchase_id": purchase, "place": "soho"}
        if stranger or city.OFFERS[whose["offer"]]["codes"] == "shared":
            body["customer"] = "nobody" if stranger else whose["customer"]
        answer = self.model.redeem([] if stranger else meant, purchase)
        refused = {"already_redeemed": Conflict, "expired": Gone, "unknown": NotFound}.get(answer)
        if refused:
            self._refused(lambda session: self._redeem(session, code, body, now), refused, answer)
        else:
            self._do(lambda session: self._redeem(session, code, body, now))
        self._count(f"till: {answer}")

    def _redeem(self, session: Session, code: str, body: Row, now: datetime) -> Any:
        return redeem_coupon(session, code, RedeemBody.model_validate(body), keys=KEYS, now=now)

    @happens(2, lambda self: any(one["expires"] for one in self.model.coupons))
    def coupons_end(self) -> None:
        now = self._tick()
        before = [one["state"] for one in self.model.coupons]
        self.model.expire_coupons()
        ended = sum(one["state"] != was for one, was in zip(self.model.coupons, before, strict=True))
        assert self._do(lambda session: expire_coupons(session, now=now)) == ended
