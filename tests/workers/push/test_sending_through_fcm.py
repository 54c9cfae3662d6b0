"""From a visit to FCM: what is claimed in SQL is what FCM is handed, and what FCM says is what SQL has."""

import pytest

from offers.customers import put_customer
from offers.devices import register_device
from offers.rules.coupon_codes import CodeKeys
from offers.rules.profile import CustomerBody, DeviceBody
from tests.doubles.fcm import FcmDouble
from tests.workers.push.conftest import received
from tests.workers.town import SECRET, STORE, Town
from workers.failpoints import Failpoints
from workers.push.fcm import FcmPush
from workers.push.switch import SwitchPush
from workers.sending import Sender


@pytest.mark.parametrize(
    ("address", "state", "reason"),
    [("good", "sent", None), ("unregistered-x", "failed", "unregistered"), ("lostack-x", "unknown", "cut_off")],
)
def test_a_visit_is_one_message(  # noqa: PLR0917 - what it is put together from
    town: Town, fcm: FcmDouble, push: FcmPush, address: str, state: str, reason: str | None
) -> None:
    told: list[dict[str, object]] = []
    sender = Sender(town.database, SwitchPush(push, None), CodeKeys.of(SECRET), Failpoints(), told.extend)
    with town.database.transaction() as session:
        consents = {"location": True, "offers": True}
        put_customer(session, "sanne", CustomerBody.model_validate({"consents": consents}), now=town.now)
        body = DeviceBody(customer="sanne", platform="android", push_token=address)
        device = register_device(session, body, trusted=True, now=town.now).device_id
    town.ping(device, STORE)
    deliveries = [one for matched in town.matched for one in matched.deliveries]
    assert len(deliveries) == 1
    for _ in range(2):
        sender.deliver(deliveries, now=lambda: town.now)
    (row,) = received(fcm)
    assert row.warnings == []
    assert row.message["notification"]["body"] == "You are at Store."
    assert row.message["data"]["delivery_id"] == deliveries[0]
    (last,) = [one for one in told if one.get("id") == deliveries[0]]
    assert (last["state"], last["reason"]) == (state, reason)
