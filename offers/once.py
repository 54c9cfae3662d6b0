"""A form that makes something makes it once: the id is drawn from the form's own number and from all that it says.

The same form sent twice, by a second click or a reload, names the same id, and what is there is not made again. A form to which somebody
went back and that says something else is another thing, with another id.
"""

import hashlib
import re
from collections.abc import Iterable

from offers.records.ids import ALPHABET, new_id

_PREFIX = "once_"
_TIME_DIGITS, _DIGITS = 10, 26
_NUMBER = re.compile(f"[{ALPHABET}]{{{_DIGITS}}}")


def new_number() -> str:
    """For a form that is shown: 26 characters that no other form has."""
    return new_id(_PREFIX.rstrip("_")).removeprefix(_PREFIX)


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def id_of(prefix: str, number: str, said: Iterable[tuple[str, str]]) -> str:
    """An id as `new_id` makes them, of the time at which the form was shown; any new one for what is no form's number."""
    if not is_number(number):
        return new_id(prefix)
    told = hashlib.sha256(number.encode())
    for name, text in said:
        for part in (name.encode(), text.encode()):
            told.update(len(part).to_bytes(8) + part)
    drawn = "".join(ALPHABET[byte & 31] for byte in told.digest()[: _DIGITS - _TIME_DIGITS])
    return f"{prefix}_{number[:_TIME_DIGITS]}{drawn}"
