"""A list of coupon codes as somebody has it in a file: one a line, or the first column of a table."""

import re
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from offers.rules.coupon_codes import normalised
from offers.rules.offer import MOST_CODES, SHORTEST, Code

HEADS = frozenset({"code", "codes", "coupon", "couponcode", "coupon code", "coupon_code"})
_CODE: TypeAdapter[str] = TypeAdapter(Code)


@dataclass(frozen=True, slots=True)
class Refused:
    line: int
    text: str
    why: str
    """`too_short`, `no_code`, `too_many` or `another_offer`."""


@dataclass(slots=True)
class CodeList:
    """`codes` with the line of each; `twice` read as one that stands before it."""

    codes: list[tuple[int, str]] = field(default_factory=list)
    twice: int = 0
    refused: list[Refused] = field(default_factory=list)


def read_codes(text: str) -> CodeList:
    """Empty lines and a first line that is a heading are read over; of what is over MOST_CODES, one refusal tells."""
    told, seen = CodeList(), set[str]()
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        code = re.split(r"[,;\t]", line, maxsplit=1)[0].strip().strip('"').strip()
        if not code or (number == 1 and code.casefold() in HEADS):
            continue
        try:
            _CODE.validate_python(code)
        except ValidationError:
            why = "too_short" if len(normalised(code)) < SHORTEST else "no_code"
            told.refused.append(Refused(number, code, why))
            continue
        if normalised(code) in seen:
            told.twice += 1
            continue
        if len(told.codes) == MOST_CODES:
            told.refused.append(Refused(number, code, "too_many"))
            break
        seen.add(normalised(code))
        told.codes.append((number, code))
    return told
