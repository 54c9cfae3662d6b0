"""Pictures' addresses: what only somebody's own network knows is refused in every way that it can be written."""

import pytest
from pydantic import ValidationError

from offers.rules.campaign import Message
from offers.rules.product import ProductBody
from offers.rules.public_address import why_not_public

PRIVATE = [
    *(
        "2130706433",
        "0x7f000001",
        "0x7F.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "127.0.0.1",
        "127.0.0.1.",
    ),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[::127.0.0.1]", "[::1]", "[::]"),
    *(
        "169.254.169.254",
        "[fe80::1]",
        "100.64.0.1",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
    ),
    *(
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "0.0.0.0",
        "0",
        "255.255.255.255",
        "224.0.0.1",
        "[ff02::1]",
        "192.0.2.1",
    ),
    *(
        "[2001:0:7f00:1::]",
        "[2001:db8::1]",
        "198.18.0.1",
        "240.0.0.1",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
    ),
    *("localhost", "LOCALHOST", "localhost.", "a.localhost", "printer.local", "metadata.google.internal", "router.lan"),
    *(
        "nas.home.arpa",
        "intranet",
        "wiki.corp",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "\u2460\u2461\u2466.0.0.1",
    ),
]
NONE_AT_ALL = [
    *(
        "",
        ":80",
        "256.1.1.1",
        "1.2.3.4.5",
        "08.1.1.1",
        "1.2.3.0x1ff",
        "4294967296",
        "[::1",
        "[fe80::1%25eth0]",
        "[nothing]",
        "%6cocalhost",
    ),
    *(
        "a..example",
        "-a.example",
        "me@shop.example",
        "127.0.0.1@shop.example",
        "shop.example@127.0.0.1",
        "a b.example",
        "x" * 64 + ".example",
    ),
    "9" * 5000,
]
PUBLIC = [
    *(
        "cdn.shop.example",
        "cdn.shop.example.",
        "cdn.shop.example:8443",
        "CDN.Shop.example",
        "xn--mnchen-3ya.example",
        "münchen.example",
    ),
    *(
        "9.9.9.9",
        "0x9090909",
        "[2606:4700::1111]",
        "[::ffff:9.9.9.9]",
        "[64:ff9b::909:909]",
        "localhost.shop.example",
        "a_b.shop.example",
    ),
    *("10.shop.example", "internal.shop.example"),
]


@pytest.mark.parametrize("host", PRIVATE + NONE_AT_ALL)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_is_not_public(scheme: str, host: str) -> None:
    assert why_not_public(f"{scheme}://{host}/a.jpg")


@pytest.mark.parametrize("host", ["127.1", "[::1]", "localhost"])
@pytest.mark.parametrize(
    "after", ["", ":80", ":", "/", "?a=https://shop.example", "#@shop.example", "\\@shop.example/"]
)
def test_the_host_is_what_a_browser_takes_for_it(host: str, after: str) -> None:
    assert why_not_public(f"https://{host}{after}")


@pytest.mark.parametrize("host", PUBLIC)
def test_is_public(host: str) -> None:
    assert why_not_public(f"https://{host}/a.jpg") is None


@pytest.mark.parametrize("host", [one for one in PRIVATE if one.isascii()])
def test_neither_a_product_nor_a_campaign_takes_its_picture_from_there(host: str) -> None:
    with pytest.raises(ValidationError) as of_product:
        ProductBody.model_validate({"title": {"nl": "Sneaker"}, "image": f"https://{host}/a.jpg"})
    with pytest.raises(ValidationError) as of_message:
        Message.model_validate({"title": "t", "body": "b", "image": f"https://{host}/a.jpg"})
    assert [one["loc"] for refused in (of_product, of_message) for one in refused.value.errors()] == [("image",)] * 2


def test_a_public_picture_is_taken() -> None:
    image = "https://cdn.shop.example/a.jpg"
    assert ProductBody.model_validate({"title": {"nl": "Sneaker"}, "image": image}).image == image
    assert Message.model_validate({"title": "t", "body": "b", "image": image}).image == image
