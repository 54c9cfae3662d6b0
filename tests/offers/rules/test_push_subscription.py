"""Whom a browser's subscription may make us call, and which keys are keys."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from offers.rules.push_subscription import (
    KNOWN_SERVICES,
    LONGEST_ENDPOINT,
    PushServices,
    PushSubscription,
    UnknownService,
)

EXAMPLE: dict[str, Any] = PushSubscription.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index,assignment]  # as written there
POINT, AUTH = EXAMPLE["keys"]["p256dh"], EXAMPLE["keys"]["auth"]
KNOWN = PushServices()


def _raw(endpoint: str = EXAMPLE["endpoint"], p256dh: Any = POINT, auth: Any = AUTH) -> dict[str, Any]:
    return {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}


def _read(endpoint: str) -> PushSubscription:
    return PushSubscription.model_validate(_raw(endpoint))


def _faults(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        PushSubscription.model_validate(raw)
    return [".".join(map(str, error["loc"])) for error in refused.value.errors()]


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _refused(endpoint: str, services: PushServices = KNOWN) -> bool:
    """By its form, or because nobody may be called there."""
    try:
        services.address(_read(endpoint))
    except (ValidationError, UnknownService):
        return True
    return False


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/cITe60iQR1w:APA91bEWLv9IwSyWN8oenp2Z9vUx1Y3mhWBoiNKpWi45RRrU9_II",
        "https://fcm.googleapis.com/wp/dGVzdA:APA91b-x_y",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABnpdbulnTLVcG1dB8M",
        "https://web.push.apple.com/QF8w7V0M5Z3hbQiw4tIsMBJ",
        "https://wns2-am3p.notify.windows.com/w/?token=BQYAAAC%2bx%2fQ%3d%3d",
        "https://jmt17.google.com/fcm/send/abc",
    ],
)
def test_what_browsers_give_is_taken_as_it_is(endpoint: str) -> None:
    subscription = _read(endpoint)
    assert subscription.endpoint == endpoint
    assert KNOWN.subscription(KNOWN.address(subscription)) == subscription


def test_the_example_of_the_documentation_is_taken() -> None:
    assert PushSubscription.model_validate(EXAMPLE | {"expirationTime": 1_800_000_000_000}).keys.auth == AUTH
    assert PushSubscription.model_validate(EXAMPLE | {"options": {"userVisibleOnly": True}}).keys.p256dh == POINT


@pytest.mark.parametrize("service", KNOWN_SERVICES)
def test_a_known_service_is_called_over_tls_on_its_own_port_alone(service: str) -> None:
    host = service.replace("*", "some")
    assert not _refused(f"https://{host}/x")
    for other in (
        f"http://{host}/x",
        f"https://{host}:8443/x",
        f"https://{host}:443/x",
        f"https://{host}./x",
        f"https://{host}.evil.example/x",
        f"https://evil{host.removeprefix('some')}.example/x",
        f"https://evil.example/{host}/x",
        f"https://evil.example/?https://{host}/x",
        f"https://evil-{service.removeprefix('*.')}/x",
    ):
        assert _refused(other), other


def test_the_domain_itself_is_not_among_its_hosts() -> None:
    assert _refused("https://notify.windows.com/x")
    assert _refused("https://windows.com/x")
    assert _refused("https://storage.googleapis.com/x")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://0177.0.0.1/x",
        "https://10.0.0.7/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://localhost/x",
        "https://redis:6379/x",
        "https://metadata.google.internal/x",
        "http://127.0.0.1:8123/x",
        "ftp://fcm.googleapis.com/x",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "fcm.googleapis.com/x",
        "https:fcm.googleapis.com/x",
        "https:/fcm.googleapis.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com:443@evil.example/x",
        "https://evil.example#@fcm.googleapis.com/x",
        "https://evil.example?@fcm.googleapis.com/x",
        "https://evil.example\\@fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\@evil.example/x",
        "https://evil.example\\.fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\x/y",
        "https:\\\\fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x\\y",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com/x\ny",
        "https://fcm.googleapis.com/x\n",
        "https://fcm.googleapis.com\t/x",
        " https://fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x\r\nHost: evil.example",
        "https://fcm%2egoogleapis%2ecom/x",
        "https://fcm.googleapis.com%2f@evil.example/x",
        "https://fcm\uff0egoogleapis\uff0ecom/x",
        "https://\uff46cm.googleapis.com/x",
        "https://fcm.googleapis.\u0441om/x",
        "https://xn--fcm-googleapis-com/x",
        "https://ev\u00eel.push.apple.com/x",
        "https://fcm.googleapis.com/\u00eb",
        "https://fcm..googleapis.com/x",
        "https://.push.apple.com/x",
        "https://-.push.apple.com/x",
        "https://x-.push.apple.com/x",
        "https://x_y.push.apple.com/x",
        "https://fcm.googleapis.com:0/x",
        "https://fcm.googleapis.com:/x",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com",
        "https:///x",
        "https://",
        "",
    ],
)
def test_nobody_else_is_ever_called(endpoint: str) -> None:
    assert _refused(endpoint)


def test_capitals_are_the_same_host_and_stay_in_the_path() -> None:
    subscription = _read("HTTPS://FCM.GoogleAPIs.com/wp/AbC")
    assert subscription.endpoint == "https://fcm.googleapis.com/wp/AbC"
    assert KNOWN.know(subscription.endpoint)


def test_a_host_of_the_settings_is_called_as_it_is_written() -> None:
    services = PushServices.read(" Push.Shop.example , *.up.example,127.0.0.1:8123, ")
    for taken in (
        "https://push.shop.example/x",
        "https://eu.up.example/UP?x",
        "http://127.0.0.1:8123/push/x",
        "https://127.0.0.1:8123/push/x",
        "https://web.push.apple.com/x",
    ):
        assert not _refused(taken, services), taken
        assert taken.startswith("https://web.") or _refused(taken), taken
    for other in (
        "http://push.shop.example/x",
        "https://push.shop.example:8443/x",
        "https://up.example/x",
        "http://eu.up.example/x",
        "http://127.0.0.1/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:8124/x",
        "http://127.0.0.1:81230/x",
        "http://127.0.0.1:8123@evil.example/x",
    ):
        assert _refused(other, services), other


@pytest.mark.parametrize(
    "text",
    ["https://push.shop.example", "push.shop.example/", "*", "*.", "*.up.example:80", "a b", "host:", "host:0", "host:70000", "host:x", "[::1]:80",
     "user@host", "h\u00f4st.example", "host.example."],
)  # fmt: skip
def test_an_entry_of_the_settings_that_is_no_host_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no host such as") as refused:
        PushServices.read(f"push.shop.example,{text}")
    assert str(refused.value).startswith(text.lower())


def test_no_entry_is_none() -> None:
    assert PushServices.read("") == PushServices.read(" , ") == KNOWN


def test_an_address_that_was_kept_is_judged_by_the_settings_of_today() -> None:
    then = PushServices.read("127.0.0.1:8123")
    kept = then.address(_read("http://127.0.0.1:8123/push/x"))
    assert then.subscription(kept).origin == "http://127.0.0.1:8123"
    with pytest.raises(UnknownService):
        KNOWN.subscription(kept)


@pytest.mark.parametrize(
    "kept", ["", "null", "[]", "{}", "a-token-of-another-kind", '{"endpoint":"https://fcm.googleapis.com/x"}']
)
def test_an_address_that_is_no_subscription_is_refused_without_repeating_it(kept: str) -> None:
    with pytest.raises(ValueError, match=r"^is no push subscription$"):
        KNOWN.subscription(kept)


def test_one_subscription_is_one_text() -> None:
    texts = {
        KNOWN.address(PushSubscription.model_validate(raw))
        for raw in (
            _raw(),
            _raw() | {"expirationTime": 1.8e12},
            _raw("HTTPS" + EXAMPLE["endpoint"].removeprefix("https")),
            _raw(p256dh=POINT + "=", auth=AUTH + "=="),
        )
    }
    assert len(texts) == 1


def test_the_longest_fits_into_a_devices_address() -> None:
    longest = "https://web.push.apple.com/".ljust(LONGEST_ENDPOINT, "x")
    assert len(KNOWN.address(_read(longest))) <= 4096
    assert _faults(_raw(longest + "x")) == ["endpoint"]


def _points() -> dict[str, bytes]:
    key = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    other = ec.derive_private_key(7, ec.SECP256K1()).public_key()
    return {
        "off the curve": point[:-1] + bytes([point[-1] ^ 1]),
        "of another curve": other.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        "compressed": key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
        "compressed, of the right length": bytes([2]) + point[1:],
        "without its first byte": point[1:],
        "too long": point + b"\x00",
        "infinity": b"\x00",
        "zeros": b"\x04" + bytes(64),
    }


@pytest.mark.parametrize("point", _points().values(), ids=_points())
def test_a_point_that_is_none_is_refused(point: bytes) -> None:
    assert _faults(_raw(p256dh=_b64(point))) == ["keys.p256dh"]


@pytest.mark.parametrize(
    "text", ["", "=", "x", POINT + "!", POINT[:-1] + "+", " " + POINT, POINT + "\n", "\u00eb" * 87, None, 7]
)
def test_what_is_no_base64url_is_refused(text: Any) -> None:
    assert _faults(_raw(p256dh=text)) == ["keys.p256dh"]
    assert _faults(_raw(auth=text)) == ["keys.auth"]


@pytest.mark.parametrize("length", [0, 1, 15, 17, 32])
def test_the_secret_has_sixteen_bytes(length: int) -> None:
    assert _faults(_raw(auth=_b64(bytes(length)))) == ["keys.auth"]


def test_what_is_missing_is_named() -> None:
    assert _faults({}) == ["endpoint", "keys"]
    assert _faults({"endpoint": EXAMPLE["endpoint"], "keys": {}}) == ["keys.p256dh", "keys.auth"]
    assert _faults(EXAMPLE | {"expirationTime": True}) == ["expirationTime"]


def test_a_refusal_never_repeats_the_address() -> None:
    for endpoint in ("https://evil.example/secret", "https://secret\\x/"):
        with pytest.raises(ValueError) as refused:
            KNOWN.address(_read(endpoint))
        told = [one["msg"] for one in refused.value.errors()] if isinstance(refused.value, ValidationError) else []
        assert "secret" not in " ".join([*told, "" if told else str(refused.value)])
