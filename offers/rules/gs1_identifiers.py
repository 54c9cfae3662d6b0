"""GS1 application identifiers as Digital Links have them: what each may hold, and where its check digits are.

Facts from the GS1 General Specifications and GS1's published syntax dictionary. Lengths, letters and check digits are looked at, dates as far as
months and days go; which identifiers must stand together on a label is not ours to judge.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

KEYS: Mapping[str, Sequence[Sequence[str]]] = {
    "00": (),
    "01": (("22", "10", "21"), ("235",)),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": (),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": (),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""What a link may be about, and the qualifiers that may follow it, in their order; several where they exclude each other."""
REQUIRED = {"415": "8020"}
EXCLUDES = {"255": ("01", "02"), "01": ("255",)}
WORDS = dict(
    word.split("=")
    for word in [
        "sscc=00",
        "gtin=01",
        "gdti=253",
        "gcn=255",
        "ginc=401",
        "gsin=402",
        "gln=414",
        "payto=415",
        "party=417",
        "grai=8003",
        "giai=8004",
        "itip=8006",
        "cpid=8010",
        "gmn=8013",
        "gsrnp=8017",
        "gsrn=8018",
        "cpv=22",
        "lot=10",
        "ser=21",
        "tpx=235",
        "glnx=254",
        "refno=8020",
        "cpsn=8011",
        "srin=8019",
    ]
)
"""Key words that links once had in the place of numbers."""

_FORMS = (
    ("00 8017 8018 8006 8026", "N18"),
    ("01 02 8001", "N14"),
    ("10 21 22 243 254 420 710 711 712 713 714 715 716 717 4318 7020 7021 7022 7240 8002 8012", "X..20"),
    ("11 12 13 15 16 17 7006 8005 4326", "N6"),
    ("20 7241", "N2"),
    ("235", "X..28"),
    ("240 241 250 251 400 401 403 4308 4319 7002 7023 8004 90", "X..30"),
    ("242", "N..6"),
    ("253", "N13 X..17?"),
    ("255", "N13 N..12?"),
    ("30 37", "N..8"),
    ("31[0-6][0-5] 32[0-9][0-5] 33[0-7][0-5] 34[0-9][0-5] 35[0-7][0-5] 36[0-9][0-5] 395[0-5]", "N6"),
    ("390[0-9] 392[0-9]", "N..15"),
    ("391[0-9] 393[0-9]", "N3 N..15"),
    ("394[0-3]", "N4"),
    ("402", "N17"),
    ("41[0-7] 7001", "N13"),
    ("421", "N3 X..9"),
    ("422 424 426", "N3"),
    ("423 425", "N3 N..12?"),
    ("427 7008", "X..3"),
    ("4300 4301 4310 4311 4320", "X..35"),
    ("430[2-6] 431[2-6] 7257 8110 8112 8200", "X..70"),
    ("4307 4317 7010", "X..2"),
    ("4309", "N20"),
    ("432[1-3] 7252", "N1"),
    ("4324 4325 7003", "N10"),
    ("433[0-3]", "N6 X..1?"),
    ("7004", "N..4"),
    ("7005", "X..12"),
    ("7007", "N6 N..6?"),
    ("7009 7255", "X..10"),
    ("7011", "N6 N..4?"),
    ("703[0-9]", "N3 X..27"),
    ("7040", "N1 X3"),
    ("7041", "X..4"),
    ("723[0-9]", "X2 X..28"),
    ("7242 8013 8020", "X..25"),
    ("7250", "N8"),
    ("7251", "N12"),
    ("7253 7254 7259", "X..40"),
    ("7256 9[1-9]", "X..90"),
    ("7258", "X3"),
    ("8003", "N14 X..16?"),
    ("8007", "X..34"),
    ("8008", "N8 N..4?"),
    ("8009", "X..50"),
    ("8010", "Y..30"),
    ("8011", "N..12"),
    ("8019", "N..10"),
    ("8030", "Z..90"),
    ("8111", "N4"),
)
"""Identifiers and what they hold, in GS1's notation: N digits, X signs of set 82, Y of set 39, Z of set 64; `..` up to so many, `?` or none."""
_SIGNS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""Set 82, in its order."""
_SETS = {"N": "[0-9]", "X": f"[{re.escape(_SIGNS)}]", "Y": r"[#\-/0-9A-Z]", "Z": r"[A-Za-z0-9_\-=]"}
_CHECKED = (
    ("00 8017 8018", 18),
    ("402", 17),
    ("01 02 8003 8006 8026", 14),
    ("253 255 410 411 412 413 414 415 416 417", 13),
)
"""How many digits the number has whose last one is its check digit."""
_OF_A_COMPANY = frozenset({"401", "402", "8004", "8010", "8013"})
"""They begin with a GS1 company prefix, of four digits at least."""
_DATES = frozenset({"11", "12", "13", "15", "16", "17", "4324", "4325", "4326", "7003", "7006", "7007", "7011", "8008"})
_FIXED = frozenset({f"{number:02}" for number in (*range(5), *range(11, 21), *range(31, 37))} | {"41"})
"""First two digits of identifiers whose length everybody knows: no sign ends them in an element string."""
_CHECK_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def is_known(ai: str) -> bool:
    return _form(ai) is not None


def ends_by_itself(ai: str) -> bool:
    return ai[:2] in _FIXED


def what_is_wrong(ai: str, value: str) -> str | None:
    """With the value of a known identifier, as a sentence's end; none where it is well."""
    form = _form(ai)
    if form is None or not form.fullmatch(value):
        return "does not have the form that it must have"
    digits = next((many for ais, many in _CHECKED if ai in ais.split()), None)
    if digits is not None and check_digit(value[: digits - 1]) != value[digits - 1]:
        return f"has the check digit {value[digits - 1]}, and {check_digit(value[: digits - 1])} is right"
    if ai in _OF_A_COMPANY and not re.match(r"\d{4}", value, re.ASCII):
        return "does not begin with a company's GS1 prefix"
    if ai == "8013" and check_pair(value[:-2]) != value[-2:]:
        return f"has the check characters {value[-2:]}, and {check_pair(value[:-2])} is right"
    if ai in _DATES and not ("01" <= value[2:4] <= "12" and value[4:6] <= "31"):
        return "is no date"
    return None


def _form(ai: str) -> re.Pattern[str] | None:
    """None where nobody knows the identifier."""
    return _forms().get(ai)


@cache
def _forms() -> Mapping[str, re.Pattern[str]]:
    known: dict[str, re.Pattern[str]] = {}
    for ais, parts in _FORMS:
        form = re.compile("".join(map(_piece, parts.split())))
        known |= dict.fromkeys((ai for written in ais.split() for ai in _each(written)), form)
    return known


def _each(written: str) -> list[str]:
    """`31[0-6][0-5]`: the identifiers that are meant."""
    made = [""]
    for low, high, sign in re.findall(r"\[(\d)-(\d)\]|(\d)", written):
        last = [sign] if sign else [str(number) for number in range(int(low), int(high) + 1)]
        made = [start + one for start in made for one in last]
    return made


def _piece(part: str) -> str:
    signs, up_to, many = _SETS[part[0]], ".." in part, part.strip("NXYZ.?")
    least = "0" if part.endswith("?") else "1"
    return f"{signs}{{{least},{many}}}" if up_to else f"{signs}{{{many}}}"


def check_digit(digits: str) -> str:
    """GS1's: from the right three times, once, three times … up to the next ten."""
    total = sum(int(digit) * (1 if number % 2 else 3) for number, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def check_pair(signs: str) -> str:
    """The two check characters of a Global Model Number: places weighed by primes from the right, modulo 1021."""
    total = sum(_SIGNS.index(sign) * prime for sign, prime in zip(reversed(signs), _PRIMES, strict=False)) % 1021
    return _CHECK_SIGNS[total >> 5] + _CHECK_SIGNS[total & 31]
