"""VAPID keys as settings hold them: read in both forms, refused with a reason that never repeats them."""

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from py_vapid import Vapid02

from offers.rules.vapid import (
    VapidKeys,
    private_text,
    public_text,
    read_private_key,
    read_subject,
    subject_of,
)

# RFC 8292, section 2.4: the key of its example
PUBLIC = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def test_a_key_is_read_as_it_is_written() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    text = private_text(key)
    for given in (
        text,
        text + "=",
        f" {text}\n",
        _pem(key),
        _pem(key, PrivateFormat.TraditionalOpenSSL),
        _pem(key).replace("\n", "\\n"),
    ):
        assert private_text(read_private_key(given)) == text
    assert len(text) == 43


def test_a_small_number_keeps_its_32_bytes() -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    assert private_text(key) == "A" * 42 + "c"
    assert public_text(read_private_key(private_text(key))) == public_text(key)


def test_the_library_that_signs_reads_the_same_key() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    theirs = Vapid02.from_raw(private_text(key).encode()).private_key
    assert public_text(theirs) == public_text(key)
    assert len(public_text(key)) == len(PUBLIC)
    assert public_text(key).startswith("B")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "s" * 42,
        "s" * 44,
        "s" * 42 + "+",
        "s" * 42 + "\u00eb",
        _text(bytes(32)),
        _text(ORDER.to_bytes(32)),
        _text(b"\xff" * 32),
        PUBLIC,
        "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        _pem(ec.generate_private_key(ec.SECP384R1())),
        _pem(ec.generate_private_key(ec.SECP256K1())),
        _pem(rsa.generate_private_key(65537, 2048)),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="is no private key of P-256") as refused:
        read_private_key(text)
    assert not text or text not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_largest_number_is_a_key() -> None:
    assert read_private_key(_text((ORDER - 1).to_bytes(32))).private_numbers().private_value == ORDER - 1


def test_keys_are_not_shown() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    keys = VapidKeys.of(private_text(key), "mailto:push@shop.example")
    assert private_text(key) not in repr(keys)
    assert keys.public == public_text(key)


@pytest.mark.parametrize(
    "subject",
    [
        "mailto:push@shop.example",
        "mailto:a.b+c@eu.shop.example",
        "https://shop.example",
        "https://shop.example/contact?x=1",
        "https://shop.example:8443",
    ],
)
def test_a_contact_is_taken_as_it_is(subject: str) -> None:
    assert read_subject(subject) == subject


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "push@shop.example",
        "mailto:",
        "mailto:push",
        "mailto:<push@shop.example>",
        "mailto: push@shop.example",
        "mailto:push@shop.example ",
        "mailto:push@shop.example\n",
        "MAILTO:push@shop.example",
        "mailto:push@localhost",
        "mailto:@shop.example",
        "mailto:a@b@shop.example",
        "mailto:push@shop..example",
        "mailto:push@shop.example?subject=x",
        "mailto:push@shop.example,other@shop.example",
        "mailto:p\u00fcsh@shop.example",
        "http://shop.example",
        "https://",
        "https://localhost",
        "https://127.0.0.1",
        "https://[::1]",
        "https://user@shop.example",
        "https://shop.example/<x>",
        "https://shop.example /x",
        "https://shop.example:x",
        "https:shop.example",
        "tel:+31612345678",
    ],
)
def test_what_apple_takes_for_no_contact_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match="is neither mailto:"):
        read_subject(subject)


@pytest.mark.parametrize(
    ("base_url", "subject"),
    [
        ("https://passerby.shop.example", "https://passerby.shop.example"),
        ("https://passerby.shop.example/", "https://passerby.shop.example"),
        ("http://passerby.shop.example", None),
        ("http://127.0.0.1:8080", None),
        ("https://localhost:8080", None),
        ("", None),
    ],
)
def test_the_address_that_customers_see_is_a_contact_when_services_take_it(base_url: str, subject: str | None) -> None:
    assert subject_of(base_url) == subject
