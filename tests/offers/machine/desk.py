"""The machine's desk: people agree, withdraw, come and go; campaigns, offers, places and limits are changed as they run."""

from functools import partial
from typing import Any

from hypothesis import strategies as st

from offers.campaigns import put_campaign, step_campaign
from offers.customers import erase_customer, put_customer, set_consents
from offers.desk_offers import put_offer
from offers.desk_settings import change_limits
from offers.devices import change_device
from offers.errors import Conflict
from offers.places import put_place
from offers.records.ids import new_id
from offers.rules.profile import ConsentsBody, CustomerBody, DeviceChange
from tests.offers.machine import city
from tests.offers.machine.messages import THEN, Messages
from tests.offers.machine.play import OFTEN, WHICH, happens
from tests.offers.machine.whereabouts import Row

PERSON, PLACE = st.sampled_from(sorted(city.PEOPLE)), st.sampled_from(sorted(city.PLACES))
CAMPAIGN = st.sampled_from(["c0", "c1", "c2", "c3", "c4"])
PURPOSE = st.sampled_from(["offers", "location", "orders", "offers", "location"])
LIMIT = st.sampled_from([(name, value) for name, values in city.LIMIT_CHANGES.items() for value in values])
OFFER_CHANGE = st.sampled_from([(name, value) for name, values in city.OFFER_CHANGES.items() for value in values])
TAGS = st.sampled_from([[], ["sneakers"], ["vip", "sneakers"]])
MOST_PHONES = 4


def one_of(**kinds: tuple[st.SearchStrategy[Any], ...]) -> st.SearchStrategy[Any]:
    """The name of a method, and what it is called with."""
    return st.one_of(*(st.tuples(st.just(name), *how) for name, how in kinds.items()))


SOMETHING = one_of(
    # people
    consents=(PERSON, PURPOSE, st.sampled_from([False, False, True])),
    agrees_to_everything=(PERSON,),
    # none is `ready` or `cancelled`: what its customer is told then is no part of this model, but of order_model.py
    orders=(PERSON, st.sampled_from(["placed", "arrived", "collected"])),
    becomes_another=(PERSON, PERSON, TAGS),
    is_erased=(PERSON,),
    # phones
    is_new=(PERSON, OFTEN),
    is_revoked=(WHICH,),
    tells_its_token=(WHICH, st.sampled_from(["new", "none", "of another"])),
    # the desk
    is_written=(CAMPAIGN, city.CAMPAIGN),
    is_stepped=(CAMPAIGN, st.sampled_from(["launch"] * 5 + ["pause"] * 4 + ["end"])),
    changes_a_limit=(LIMIT,),
    changes_an_offer=(st.sampled_from(sorted(city.OFFERS)), OFFER_CHANGE),
    pauses_or_resumes=(PLACE,),
)


class Desk(Messages):
    @happens(20, what=SOMETHING, then=THEN)
    def is_said_or_changed(self, what: tuple[Any, ...], then: int | None) -> None:
        kind, *how = what
        getattr(self, kind)(*how)
        self._tick()
        self._then(then, self._outside())

    def consents(self, person: str, purpose: str, given: bool) -> None:
        now = self._tick()
        if person in self.model.customers:
            said = ConsentsBody.model_validate({purpose: given})
            self._do(lambda session: set_consents(session, person, said, source="app", now=now))
            self.model.customers[person][purpose] = given
            self.model.settle(person)

    def agrees_to_everything(self, person: str) -> None:
        now = self._tick()
        if person in self.model.customers:
            said = ConsentsBody.model_validate({"location": True, "offers": True, "orders": True})
            self._do(lambda session: set_consents(session, person, said, source="app", now=now))
            self.model.customers[person] |= {"location": True, "offers": True, "orders": True}

    def orders(self, person: str, status: str) -> None:
        self._tick()
        if person in self.model.customers:
            self._do(lambda session: self._order(session, person, status))

    def becomes_another(self, person: str, like: str, tags: list[str]) -> None:
        """Language and time zone as another's, other tags."""
        now, other = self._tick(), city.PEOPLE[like]
        if person in self.model.customers:
            profile = {"language": other["language"], "time_zone": other["zone"], "tags": tags}
            body = CustomerBody.model_validate(profile)
            self._do(lambda session: put_customer(session, person, body, now=now))
            self.model.customers[person] |= {"language": other["language"], "zone": other["zone"], "tags": tags}

    def is_erased(self, person: str) -> None:
        now = self._tick()
        if person in self.model.customers:
            self._do(lambda session: erase_customer(session, person, now=now))
            self.model.erase(person)

    def is_new(self, person: str, token: bool) -> None:
        """Or is new, or back after all was erased."""
        self._tick()
        if person not in self.model.customers:
            self._do(lambda session: self._move_in(session, person, ("location", "offers")))
        elif sum(one["customer"] == person for one in self.model.devices.values()) < MOST_PHONES:
            told = new_id("token") if token else None
            self._do(lambda session: self._new_phone(session, person, told))

    def is_revoked(self, which: int) -> None:
        self._tick()
        for device in self._one(self._phones(), which):
            self._revoke(device)

    def tells_its_token(self, which: int, token: str) -> None:
        now, phones = self._tick(), self._phones()
        for device in self._one(phones, which):
            [other] = self._one(phones, which + 1)
            told = {"new": new_id("token"), "none": None, "of another": self.model.devices[other]["token"]}[token]
            self._do(partial(change_device, device_id=device, body=DeviceChange(push_token=told), now=now))
            self.model.tell(device, told)

    def is_written(self, name: str, spec: Row) -> None:
        now, one = self._tick(), city.campaign(spec)
        before = dict(self.model.campaigns.get(name, {}))
        may = self.model.may_change(name, one)
        write = partial(put_campaign, campaign_id=name, body=city.campaign_body(one), now=now)
        self._launches(name, before, may, partial(self._do, write))

    def is_stepped(self, name: str, step: Any) -> None:
        now = self._tick()
        if name in self.model.campaigns:
            before = dict(self.model.campaigns[name])
            may = self.model.may_step(name, step)
            step_it = partial(step_campaign, campaign_id=name, step=step, now=now)
            self._launches(name, before, may, partial(self._do, step_it))

    def changes_a_limit(self, change: tuple[str, Any]) -> None:
        self._tick()
        name, value = change
        self._do(lambda session: change_limits(session, city.limits_json(name, value)))
        self.model.limits[name] = value

    def changes_an_offer(self, name: str, change: tuple[str, Any]) -> None:
        now, offer = self._tick(), self.model.offers[name]
        changed = {**offer, change[0]: change[1]}
        body = city.offer_body(name, changed)
        if changed["budget"] is not None and changed["budget"] < offer["spent"]:
            self._refused(lambda session: put_offer(session, name, body, now=now), Conflict, "a budget below the spent")
        else:
            self._do(lambda session: put_offer(session, name, body, now=now))
            self.model.offers[name] = changed

    def pauses_or_resumes(self, name: str) -> None:
        now, place = self._tick(), self.model.places[name]
        body = city.place_body(name, paused=not place["paused"])
        self._do(lambda session: put_place(session, name, body, now=now))
        place["paused"] = not place["paused"]
        if place["paused"]:
            inside = [one for one in self.model.open_stays() if self.model.fences[one["fence"]]["place"] == name]
            self.model.end_stays(inside, "geofence_paused")
