"""Codes to a phone: made, worded, and the number they go to as people type it."""

import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

import phonenumbers
from babel.core import get_global

from offers.rules.coupon_codes import CodeKeys
from offers.rules.values import language_chain

LIFE = timedelta(minutes=10)
TRIES = 5
"""Codes that may be tried for one text."""
YOUNG = timedelta(minutes=3)
"""For so long a text is tried again when the gateway did not take it: later nobody waits for it."""
MOST_FAILURES = 4
DIGITS = 6
LONGEST = 40
"""Of a number as it is typed."""
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
COUNTRIES: Mapping[str, str] = {"nl": "NL", "de": "DE", "en": "GB"}
"""Where a language is at home, when nothing else tells."""
TEXTS: Mapping[str, str] = {
    "nl": "{code} is je code voor {host}. Geef hem aan niemand. 10 minuten geldig.",
    "de": "{code} ist Ihr Code für {host}. Geben Sie ihn niemandem. 10 Minuten gültig.",
    "en": "{code} is your code for {host}. Give it to nobody. Good for 10 minutes.",
}


def phone_code(keys: CodeKeys, code_id: str) -> str:
    """The code that belongs to an id, always the same: `042917`."""
    number = int.from_bytes(hmac.digest(keys.making, f"phone code {code_id}".encode(), "sha256")[:8])
    return f"{number % 10**DIGITS:0{DIGITS}}"


def is_phone_code(keys: CodeKeys, code_id: str, typed: str) -> bool:
    """`typed` with whatever blanks and hyphens people and keyboards put between."""
    read = re.sub(r"[\s.-]", "", typed)
    return hmac.compare_digest(phone_code(keys, code_id).encode(), read.encode(errors="replace"))


def text_of(language: str, code: str, host: str) -> str:
    """The text message. Its last line is what browsers fill the code in by (WebOTP): `@host #code`, without a port."""
    tongue = next(tag for tag in language_chain(language, "en") if tag in TEXTS)
    said = TEXTS[tongue].format(code=code, host=host)
    return f"{said}\n\n@{host.partition(':')[0]} #{code}"


def countries_of(accepted: str, language: str, zone: str | None) -> list[str]:
    """Where a number without a country's prefix may be from, the likeliest first: the store's, the browser's, the language's."""
    zones = get_global("zone_territories")
    regions = re.findall(r"[A-Za-z]{2,3}-([A-Za-z]{2})(?=[,;\s]|$)", accepted[:500])
    found = [str(zones.get(zone, "")) if zone else "", *(one.upper() for one in regions), COUNTRIES.get(language, "NL")]
    return [one for one in dict.fromkeys(found) if one in phonenumbers.SUPPORTED_REGIONS]


def read_phone(typed: str, countries: Iterable[str]) -> str | None:
    """The number in E.164, as `+31612345678`, `0031 6 12345678` or in a country's national form; else none.

    Of several countries the first where it is a mobile number, else the first where it is any.
    """
    if len(typed) > LONGEST:
        return None
    found = []
    for country in countries:
        try:
            number = phonenumbers.parse(typed, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and number.extension is None:
            found.append(number)
    best = next((one for one in found if phonenumbers.number_type(one) in MOBILE), found[0] if found else None)
    return None if best is None else phonenumbers.format_number(best, phonenumbers.PhoneNumberFormat.E164)
