"""What FCM refuses: each rule with a message that keeps it and one that breaks it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from firebase_admin import messaging
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles.fcm.discovery import discovery
from tests.doubles.fcm.limits import check
from tests.doubles.fcm.sizes import payload_sizes
from tests.doubles.fcm_rules import RULES, TO, Json, apple, aps, shown, web


def fields(message: Any) -> list[tuple[str, str]]:
    return [(each.by, each.field) for each in check({"message": message}).violations]


@pytest.mark.parametrize(
    ("by", "right", "wrong", "field"), RULES, ids=[f"{number}-{row[3]}" for number, row in enumerate(RULES)]
)
def test_a_rule_lets_what_keeps_it_through_and_names_what_breaks_it(
    by: str, right: Json, wrong: Json, field: str
) -> None:
    assert fields(right) == []
    assert set(fields(wrong)) == {(by, field)}


@pytest.mark.parametrize("body", [None, [], "a", 3])
def test_a_request_is_an_object(body: Any) -> None:
    assert [each.description for each in check(body).violations] == ["Request body must be a JSON object."]


def test_a_request_has_a_message_and_may_be_dry() -> None:
    assert [each.field for each in check({}).violations] == ["message"]
    assert [each.field for each in check({"message": TO, "validate_only": "yes"}).violations] == ["validate_only"]
    assert check({"message": TO, "validate_only": True}).request == {"message": TO, "validateOnly": True}


def test_either_spelling_and_null_are_read_alike() -> None:
    written = {"message": {"fid": "a", "token": None, "android": {"collapse_key": "k", "direct_boot_ok": True}}}
    assert check(written).request == {"message": {"fid": "a", "android": {"collapseKey": "k", "directBootOk": True}}}


WARNED: list[tuple[Json, str]] = [
    ({"notification": {"title": "a"}, **apple(apns_expiration="0")}, "no-android-ttl"),
    ({"notification": {"title": "a"}, "android": {"ttl": "1s"}}, "no-apns-expiration"),
    (apple(apns_expiration="1700000000"), "apns-expiration-past"),
    ({**shown(channelId="lost"), **apple(apns_expiration="0")}, "unknown-channel"),
    (web(notification={"title": "a", "colour": "red"}, headers={"TTL": "1"}), "webpush-unknown-key"),
    (web(notification={"title": "a"}), "no-webpush-ttl"),
]


@pytest.mark.parametrize(("parts", "name"), WARNED)
def test_what_is_served_badly_is_accepted_with_a_warning(parts: Json, name: str) -> None:
    found = check({"message": {**TO, **parts}}, channels=frozenset({"offers"}))
    assert found.violations == []
    assert name in {warning.partition(":")[0] for warning in found.warnings}


def test_a_message_with_everything_told_has_no_warnings() -> None:
    message = {
        **TO,
        "notification": {"title": "a", "body": "b"},
        "android": {"ttl": "900s", "notification": {"channelId": "offers"}},
        **apple(apns_expiration="4000000000"),
        **web(notification={"title": "a"}, headers={"TTL": "900"}),
    }
    assert check({"message": message}, channels=frozenset({"offers"})).warnings == []


def test_apple_is_told_what_all_are_told() -> None:
    sizes = payload_sizes({"notification": {"title": "T", "image": "https://a.example"}, "data": {"k": "v"}})
    assert sizes["apns"] == len(b'{"k":"v","aps":{"alert":{"title":"T"}}}')
    assert payload_sizes({"notification": {"title": "T"}, **aps(alert="own")})["apns"] == len(
        b'{"aps":{"alert":"own"}}'
    )


def everything() -> messaging.Message:
    """A message with each field that firebase-admin has."""
    label = "launch"
    return messaging.Message(
        fid="phone",
        data={"ack_id": "1"},
        notification=messaging.Notification(title="Tulips", body="Half price", image="https://a.example/i.png"),
        fcm_options=messaging.FCMOptions(analytics_label=label),
        android=messaging.AndroidConfig(
            collapse_key="offer",
            priority="high",
            ttl=900,
            restricted_package_name="nl.shop.app",
            data={"a": "b"},
            direct_boot_ok=True,
            fcm_options=messaging.AndroidFCMOptions(analytics_label=label),
            notification=messaging.AndroidNotification(
                title="Tulips", body="Half price", icon="i", color="#00ff99", sound="s", tag="t", click_action="c",
                body_loc_key="k", body_loc_args=["a"], title_loc_key="k", title_loc_args=["a"], channel_id="offers",
                image="https://a.example/i.png", ticker="t", sticky=True, local_only=True, priority="max",
                vibrate_timings_millis=[100, 200], default_vibrate_timings=False, default_sound=False,
                light_settings=messaging.LightSettings(color="#aabbccdd", light_on_duration_millis=200, light_off_duration_millis=300),
                default_light_settings=False, visibility="public", notification_count=3, proxy="deny",
            ),
        ),
        apns=messaging.APNSConfig(
            headers={"apns-priority": "10", "apns-expiration": "4000000000", "apns-collapse-id": "t"},
            fcm_options=messaging.APNSFCMOptions(analytics_label=label, image="https://a.example/i.png"),
            payload=messaging.APNSPayload(
                aps=messaging.Aps(
                    alert=messaging.ApsAlert(
                        title="Tulips", subtitle="now", body="Half price", loc_key="k", loc_args=["a"], title_loc_key="k",
                        title_loc_args=["a"], action_loc_key="k", launch_image="i",
                    ),
                    badge=1, sound=messaging.CriticalSound(name="s", critical=True, volume=0.5), content_available=True,
                    category="c", thread_id="t", mutable_content=True,
                    custom_data={"interruption-level": "active", "relevance-score": 0.5},
                ),
                own="data",
            ),
        ),
        webpush=messaging.WebpushConfig(
            headers={"TTL": "900", "Urgency": "high"},
            data={"a": "b"},
            notification=messaging.WebpushNotification(
                title="Tulips", body="Half price", icon="i", actions=[messaging.WebpushNotificationAction("go", "Go", icon="i")],
                badge="b", data={"a": 1}, direction="ltr", image="i", language="en", renotify=True, require_interaction=True,
                silent=False, tag="t", timestamp_millis=1700000000000, vibrate=[100],
            ),
            fcm_options=messaging.WebpushFCMOptions(link="https://a.example"),
        ),
    )  # fmt: skip


def test_everything_that_firebase_admin_can_say_is_accepted() -> None:
    body = {"message": json.loads(str(everything())), "validate_only": True}
    found = check(body, channels=frozenset({"offers"}))
    assert found.violations == []
    assert found.warnings == []


def leaves() -> Iterator[st.SearchStrategy[Any]]:
    yield from (st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=4))
    yield st.sampled_from(["1s", "PUBLIC", "start", "#000000", "https://a.example"])


def names() -> st.SearchStrategy[str]:
    known = {name for fields in discovery().fields.values() for name in fields}
    return st.sampled_from(
        sorted(known | {"aps", "alert", "sound", "volume", "event", "relevance-score", "TTL", "apns-priority"})
    )


@given(
    st.recursive(
        st.one_of(*leaves()),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names(), inner, max_size=5),
        max_leaves=20,
    )
)
def test_whatever_is_sent_is_judged_and_never_breaks_the_double(content: Any) -> None:
    check({"message": content})
    check(
        {
            "message": {
                **TO,
                "apns": {"payload": {"aps": content}, "headers": content},
                "webpush": {"notification": content},
            }
        }
    )
