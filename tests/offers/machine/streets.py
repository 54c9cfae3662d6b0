"""The machine's streets: people come in, stay, leave and come back, once or twice told; and time goes by."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from offers.arrivals import Crossing
from tests.offers.machine.messages import THEN, Messages
from tests.offers.machine.play import DAY, HOUR, MINUTE, SECOND, WHICH, WIDE, happens
from tests.offers.machine.whereabouts import UNSEEN, Row

DST_NIGHT = datetime(2026, 10, 24, 22, 50, tzinfo=UTC)
"""Ten to one in Amsterdam; at three it is two again."""
DELAY = st.sampled_from([timedelta(0)] * 4 + [MINUTE, 5 * MINUTE, 16 * MINUTE, 3 * HOUR])
JUMP = st.sampled_from(
    [
        SECOND,
        59 * SECOND,
        61 * SECOND,
        2 * MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        15 * MINUTE,
        40 * MINUTE,
        HOUR,
        2 * HOUR,
        4 * HOUR,
        9 * HOUR,
        DAY,
        3 * DAY,
        14 * DAY,
    ]
)
ENDING = st.sampled_from(
    [("server", None)] * 3
    + [("inferred", None), ("device", None), ("server", "jumped"), ("server", "geofence_changed")]
)


class Streets(Messages):
    def _unseen(self) -> list[Row]:
        """Stays that may yet go on."""
        lately = self.model.now - HOUR
        return [one for one in self.model.stays if one["ended"] in UNSEEN and one["left"] > lately]

    @happens(9, which=WIDE, delay=DELAY, reason=st.sampled_from([None] * 4 + ["geofence_created"]))
    def comes_in(self, which: int, delay: timedelta, reason: str | None) -> None:
        at = (self._tick() - delay).timestamp()
        for device, fence in self._one(self._outside(), which):
            self._cross(Crossing(device, "enter", fence, at, "server", reason, distance_m=50))

    @happens(4, lambda self: self._phones(), who=WHICH, where=WHICH, together=st.integers(2, 4))
    def come_in_together(self, who: int, where: int, together: int) -> None:
        """Several phones, some of them of one customer, some of them in there already, in one entry of a lane."""
        at, phones = self._tick().timestamp(), self._phones()
        [fence] = self._one(list(self.fences), where)
        them = [phones[(who + number) % len(phones)] for number in range(min(together, len(phones)))]
        self._cross(*(Crossing(one, "enter", fence, at, "server") for one in them))

    @happens(
        6,
        lambda self: self._phones(),
        who=st.lists(WHICH, min_size=1, max_size=3, unique=True),
        where=WHICH,
        delay=DELAY,
    )
    def pass_by(self, who: list[int], where: int, delay: timedelta) -> None:
        """In, stayed and out again, each for two minutes: all of it in one entry."""
        now, phones = self._tick() - delay, self._phones()
        [fence] = self._one(list(self.fences), where)
        steps = (("enter", 2 * MINUTE), ("dwell", MINUTE), ("exit", 0 * MINUTE))
        self._cross(
            *(
                Crossing(phones[one % len(phones)], kind, fence, (now - ago - one * SECOND).timestamp(), "server")
                for kind, ago in steps
                for one in who
            )
        )

    @happens(4, lambda self: self.model.open_stays(), which=WHICH, delay=DELAY)
    def stays_on(self, which: int, delay: timedelta) -> None:
        now = self._tick()
        for stay in self._one(self.model.open_stays(), which):
            at = max(now - delay, stay["entered"]).timestamp()
            self._cross(Crossing(stay["device"], "dwell", stay["fence"], at, "server"))

    @happens(4, lambda self: self.model.open_stays(), which=WHICH, delay=DELAY, ending=ENDING)
    def goes_out(self, which: int, delay: timedelta, ending: tuple[str, str | None]) -> None:
        now, (source, reason) = self._tick(), ending
        for stay in self._one(self.model.open_stays(), which):
            at = max(now - delay, stay["entered"]).timestamp()
            self._cross(Crossing(stay["device"], "exit", stay["fence"], at, source, reason))

    @happens(3, lambda self: self._unseen(), which=WHICH, delay=DELAY)
    def is_there_after_all(self, which: int, delay: timedelta) -> None:
        now = self._tick()
        for stay in self._one(self._unseen(), which):
            at = max(now - delay, stay["left"]).timestamp()
            self._cross(Crossing(stay["device"], "reopen", stay["fence"], at, "server"))

    @happens(2, lambda self: self.last_entry)
    def the_last_entry_comes_again(self) -> None:
        self._tick()
        self._cross(*self.last_entry)

    @happens(4, jump=JUMP)
    def time_passes(self, jump: timedelta) -> None:
        self.model.now += jump

    @happens(3, hour=st.sampled_from([15, 15, 15, 15, 10, 6, 17, 19, 20, 22]), then=THEN)
    def the_clock_strikes(self, hour: int, then: int | None) -> None:
        """Three is five in Amsterdam, in summer, and eleven in New York: nowhere quiet. Seven is nine in Amsterdam."""
        at = self.model.now.replace(hour=hour, minute=0, second=0)
        self.model.now = at if at > self.model.now else at + DAY
        self._then(then, self._outside())

    @happens(7, lambda self: self.model.ends(), which=WIDE, then=THEN)
    def something_ends(self, which: int, then: int | None) -> None:
        """What comes next comes in the very second in which a life, a lease, a window, a cooldown or a coupon is over."""
        [(self.model.now, customer)] = self._one(self.model.ends(), which)
        mine = [one for one in self._outside() if self.model.devices[one[0]]["customer"] == customer]
        if then is None:
            self.model.now -= SECOND
        else:
            self._then(then, mine or self._outside())

    @happens(1, lambda self: self.model.now < DST_NIGHT + DAY, minutes=st.sampled_from([0, 60, 130, 190, 430, 490]))
    def the_clocks_go_back(self, minutes: int) -> None:
        self.model.now = max(self.model.now, DST_NIGHT + minutes * MINUTE)
