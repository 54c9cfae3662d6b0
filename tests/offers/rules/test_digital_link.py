"""GS1 Digital Links: every published vector, and what the vectors do not ask."""

import json
from pathlib import Path
from typing import Any

import pytest

from offers.rules.digital_link import LONGEST, DigitalLink, DigitalLinkError, parse_digital_link, poster_keys
from offers.rules.gs1_identifiers import check_digit, check_pair, is_known

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data/gs1_digital_link.json").read_text())
GLN = "8712345000004"


def test_all_vectors_are_there() -> None:
    assert len(VECTORS) == 58
    assert sum(one["valid"] for one in VECTORS) == 39


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{number} {one['uri']}" for number, one in enumerate(VECTORS)])
def test_reads_a_vector_as_its_authors_do(vector: dict[str, Any]) -> None:
    def read() -> DigitalLink:
        return parse_digital_link(
            vector["uri"],
            zero_suppressed_gtin=vector["flags"].get("PermitZeroSuppressedGTINinDLuris", False),
            unknown_ais=vector["flags"].get("PermitUnknownAIs", False),
            key_words=vector["valid"] and "/gtin/" in vector["uri"],
        )

    if vector["valid"]:
        assert read().element_string == vector["element_string"]
    else:
        with pytest.raises(DigitalLinkError):
            read()


@pytest.mark.parametrize(
    ("uri", "wrong"),
    [
        ("ftp://a/01/12312312312333", "does not start"),
        ("HtTps://a/01/12312312312333", "does not start"),
        ("https://a", "no path"),
        ("https://a/01/12312312312334", "check digit 4, and 3 is right"),
        ("https://a/01/9506000134352", "13 digits"),
        ("https://a/gtin/12312312312333", "no.*key"),
        ("https://a/01/12312312312333/10/A/22/B", "not in this order"),
        ("https://a/01/12312312312333/21/A/21/B", "not in this order"),
        ("https://a/01/12312312312333/10/A/235/B", "not in this order"),
        ("https://a/01/12312312312333/10/", "without a value"),
        ("https://a/01/12312312312333/10/A%2", "encodes nothing"),
        ("https://a/01/12312312312333/10/A%C3%A9", "form"),
        ("https://a/01/12312312312333?10=A", "into the path"),
        ("https://a/01/12312312312333?89=A", "nobody knows"),
        ("https://a/01/12312312312333?17=271331", "no date"),
        ("https://a/01/12312312312333?99=A+B", "form"),
        ("https://a/01/12312312312333?99=A&99=A", "twice"),
        ("https://a/01/12312312312333?255=9520123456788", "exclude each other"),
        (f"https://a/415/{GLN}", "without its 8020"),
        ("https://a/8004/AB12345", "prefix"),
        ("https://a/8013/1987654Ad4X4bL5ttr2310c2L", "check characters"),
        ("https://user@a/01/12312312312333", "host"),
    ],
)
def test_says_what_is_wrong(uri: str, wrong: str) -> None:
    with pytest.raises(DigitalLinkError, match=wrong):
        parse_digital_link(uri)


def test_keeps_under_the_most_specific_key_first() -> None:
    link = parse_digital_link(f"https://id.brand.example/nl/414/{GLN}/254/KALV-102?linkType=all")
    assert poster_keys(link) == (f"414/{GLN}/254/KALV-102", f"414/{GLN}")
    assert poster_keys(parse_digital_link("https://a/01/09506000134352")) == ("01/09506000134352",)
    whole = parse_digital_link("https://a/01/09506000134352/22/V/10/L/21/S")
    assert [key.count("/") for key in poster_keys(whole)] == [7, 5, 3, 1]


def test_a_slash_in_a_value_is_no_slash_of_the_path() -> None:
    link = parse_digital_link("https://id.gs1.org/414/9520123456788/254/32a%2Fb")
    assert link.path[1] == ("254", "32a/b")
    assert poster_keys(link)[0] == "414/9520123456788/254/32a%2Fb"
    lower = parse_digital_link("HTTPS://ID.GS1.ORG/414/9520123456788/254/32a%2fb")
    assert poster_keys(lower) == poster_keys(link)


def test_key_words_stand_for_numbers_only_when_they_may() -> None:
    link = parse_digital_link("https://a/gtin/12312312312333/ser/ABC", key_words=True)
    assert link.path == (("01", "12312312312333"), ("21", "ABC"))


def test_check_digits_are_those_of_the_specifications() -> None:
    assert check_digit("629104150021") == "3"
    assert check_digit("37610425002123456") == "9"
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


@pytest.mark.parametrize(
    ("ai", "known"),
    [
        ("3103", True),
        ("3106", False),
        ("3922", True),
        ("3950", True),
        ("416", True),
        ("418", False),
        ("99", True),
        ("89", False),
    ],
)
def test_knows_the_identifiers_that_there_are(ai: str, known: bool) -> None:
    assert is_known(ai) is known


@pytest.mark.parametrize("piece", ["/", "/01", "/01/1", "&1=", "%2F", ";", "%"])
def test_long_input_is_refused_before_it_is_read(piece: str) -> None:
    with pytest.raises(DigitalLinkError, match="longer"):
        parse_digital_link("https://a/01/09506000134352" + piece * LONGEST)
    with pytest.raises(DigitalLinkError):
        parse_digital_link(("https://a/01/0950600013435" + piece * LONGEST)[:LONGEST])
