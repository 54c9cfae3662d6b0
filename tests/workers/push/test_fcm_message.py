"""What FCM is handed: right for every platform, never too large, and with one end for all."""

import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers.push import PushMessage
from tests.doubles.fcm.limits import check
from tests.doubles.fcm.sizes import payload_sizes
from tests.workers.push.conftest import message_to
from workers.push.fcm_message import MOST_BYTES, TooLarge, fcm_message

PLATFORMS = ("android", "ios", "web")
KINDS = ("offer", "order", "test")


def this_second() -> datetime:
    """Asked anew by each test: a run may take longer than a message lives."""
    return datetime.now(UTC).replace(microsecond=0)


def sent(message: PushMessage, now: datetime | None = None, base_url: str = "") -> dict[str, Any]:
    """As it goes over the wire, when FCM would take it without a word."""
    built: dict[str, Any] = json.loads(str(fcm_message(message, now or this_second(), base_url)))
    checked = check({"message": built}, frozenset({"offers", "orders"}))
    assert checked.violations == []
    assert checked.warnings == []
    return built


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("push_kind", ["token", "fid"])
@pytest.mark.parametrize("image", [None, "https://shop.example/croissant.jpg"])
@pytest.mark.parametrize("url", [None, "https://shop.example/o/1", "/o/1", "shop://o/1", "http://127.0.0.1/o/1"])
def test_every_message_passes_without_a_warning(
    platform: str, kind: str, push_kind: str, image: str | None, url: str | None
) -> None:
    message = message_to("a" * 160, platform=platform, kind=kind, push_kind=push_kind, image=image, url=url)
    built = sent(message)
    assert built[push_kind] == "a" * 160
    assert {"token", "fid"} & set(built) == {push_kind}


def test_a_token_warns_nobody() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        fcm_message(message_to("a"), this_second())
    assert heard == []


def test_one_end_for_all_platforms() -> None:
    now = this_second()
    built = sent(message_to("a", platform="web", expires_at=now + timedelta(hours=15, microseconds=900)), now)
    assert built["android"]["ttl"] == "54000s"
    assert built["webpush"]["headers"]["TTL"] == "54000"
    assert built["apns"]["headers"]["apns-expiration"] == str(int(now.timestamp()) + 54_000)
    assert built["data"]["expires_at"] == (now + timedelta(hours=15)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_end_is_told_in_utc_whatever_zone_it_is_given_in() -> None:
    from zoneinfo import ZoneInfo

    end = this_second() + timedelta(hours=1)
    told = sent(message_to("a", expires_at=end.astimezone(ZoneInfo("Europe/Amsterdam"))))["data"]["expires_at"]
    assert told == end.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("lives", "ttl_s"),
    [
        (timedelta(seconds=-5), 0),
        (timedelta(0), 0),
        (timedelta(milliseconds=999), 0),
        (timedelta(seconds=1), 1),
        (timedelta(days=28), 2_419_200),
        (timedelta(days=400), 2_419_200),
    ],
)
def test_the_end_is_within_what_fcm_takes(lives: timedelta, ttl_s: int) -> None:
    now = this_second()
    built = json.loads(str(fcm_message(message_to("a", platform="web", expires_at=now + lives), now)))
    assert built["android"]["ttl"] == f"{ttl_s}s"
    assert built["webpush"]["headers"]["TTL"] == str(ttl_s)
    assert int(built["apns"]["headers"]["apns-expiration"]) <= int(now.timestamp()) + 2_419_200


def test_what_an_offer_is_on_each_platform() -> None:
    built = sent(message_to("a", platform="web", tag="T" * 32, image="https://shop.example/i.jpg"))
    assert built["notification"] == {"title": "Bakkerij Jansen", "body": "Vandaag een gratis croissant bij je koffie."}
    assert built["android"] | {"ttl": None} == {
        "collapse_key": "offer",
        "priority": "high",
        "ttl": None,
        "notification": {"tag": "T" * 32, "channel_id": "offers", "image": "https://shop.example/i.jpg"},
    }
    apns = built["apns"]
    assert apns["headers"] | {"apns-expiration": None} == {
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": None,
        "apns-collapse-id": "T" * 32,
    }
    assert apns["payload"]["aps"] == {
        "thread-id": "offers",
        "mutable-content": 1,
        "interruption-level": "active",
        "relevance-score": 0.5,
    }
    assert apns["fcm_options"] == {"image": "https://shop.example/i.jpg"}
    web = built["webpush"]
    assert web["headers"] | {"TTL": None} == {"TTL": None, "Urgency": "normal"}
    assert web["fcm_options"] == {"link": "https://shop.example/o/1"}
    assert (web["notification"]["tag"], web["notification"]["lang"]) == ("T" * 32, "nl")
    assert web["notification"]["data"]["ack_id"] == built["data"]["ack_id"]


def test_what_an_order_is_on_each_platform() -> None:
    built = sent(message_to("a", platform="web", kind="order", tag="T" * 32))
    assert built["android"]["notification"]["channel_id"] == "orders"
    assert built["android"]["collapse_key"] == "order"
    assert built["apns"]["payload"]["aps"] == {
        "sound": "default",
        "thread-id": "orders",
        "interruption-level": "time-sensitive",
        "relevance-score": 1.0,
    }
    assert built["webpush"]["headers"] | {"TTL": None} == {"TTL": None, "Urgency": "high", "Topic": "T" * 32}


def test_what_the_app_is_told() -> None:
    message = message_to("a", kind="order", url=None)
    told = sent(message)["data"]
    assert told | {"expires_at": None} == {
        "ack_id": message.ack_id,
        "delivery_id": message.delivery_id,
        "kind": "order",
        "expires_at": None,
    }


@pytest.mark.parametrize(
    ("url", "base_url", "told", "link"),
    [
        ("/o/1", "https://shop.example/", "https://shop.example/o/1", "https://shop.example/o/1"),
        ("/o/1", "http://127.0.0.1:8080", "http://127.0.0.1:8080/o/1", None),
        ("/o/1", "", "/o/1", None),
        ("//elsewhere.example/o", "https://shop.example", "//elsewhere.example/o", None),
        ("shop://o/1", "https://shop.example", "shop://o/1", None),
        ("https://x.example/", "https://shop.example", "https://x.example/", "https://x.example/"),
    ],
)
def test_addresses_are_absolute_and_links_are_https(url: str, base_url: str, told: str, link: str | None) -> None:
    built = sent(message_to("a", platform="web", url=url), base_url=base_url)
    assert built["data"]["url"] == told
    assert built["webpush"].get("fcm_options", {}).get("link") == link


@pytest.mark.parametrize("image", ["http://shop.example/i.jpg", "/i.jpg", "https://", "javascript:alert(1)", ""])
def test_an_image_is_https_or_none(image: str) -> None:
    built = sent(message_to("a", platform="web", image=image))
    assert "image" not in json.dumps(built)
    assert "mutable-content" not in json.dumps(built)


@pytest.mark.parametrize(
    ("label", "counted"),
    [("cmp_1", "cmp_1"), ("zomer actie/é", "zomer-actie--"), ("x" * 80, "x" * 50), ("", None), (None, None)],
)
def test_a_label_is_one_that_fcm_takes(label: str | None, counted: str | None) -> None:
    built = sent(message_to("a", label=label))
    assert built.get("fcm_options", {}).get("analytics_label") == counted


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("sign", ["a", "é", "語", "🥐", '"', "\\", "\n"])
def test_what_is_too_large_loses_its_image_then_its_end(platform: str, sign: str) -> None:
    long_url = "https://shop.example/" + "i" * 1500
    built = sent(message_to("a", platform=platform, body=sign * 100, image=long_url, url=long_url[:900]))
    assert built["notification"]["body"] == sign * 100
    built = sent(message_to("a", platform=platform, body=sign * 4000, image=long_url))
    assert "image" not in built["android"]["notification"]
    assert "image" not in built.get("webpush", {}).get("notification", {})
    body = built["notification"]["body"]
    assert body.endswith("…")
    assert body.rstrip("…") == (sign * 4000)[: len(body) - 1].rstrip("… ")
    assert len(body) > 300, "no more is taken from it than must be"
    assert max(payload_sizes(check({"message": built}, None).request["message"]).values()) <= MOST_BYTES


def test_what_no_shortening_makes_fit_is_refused() -> None:
    with pytest.raises(TooLarge):
        fcm_message(message_to("a", url="https://shop.example/" + "o" * 5000), this_second())
    with pytest.raises(TooLarge):
        fcm_message(message_to("a", title="語" * 2000), this_second())


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=4500)


@settings(max_examples=60, deadline=None)
@given(words, words, st.sampled_from(PLATFORMS), st.sampled_from(KINDS), st.none() | st.text("abc/%é?", max_size=300))
def test_whatever_is_said_passes_or_is_refused(
    title: str, body: str, platform: str, kind: str, path: str | None
) -> None:
    url = f"/{path}" if path is not None else None
    message = message_to("a", title=title, body=body, platform=platform, kind=kind, url=url, label=title)
    try:
        sent(message, base_url="https://shop.example")
    except TooLarge:
        assert len(title.encode()) + len(json.dumps(title)) > 2000
