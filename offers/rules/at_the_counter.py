"""What somebody says or types at the counter, held against the orders that are open: a code, an order's number, a name."""

import re
import unicodedata
from typing import Literal

Fitting = Literal["code", "number", "name"]
LONGEST = 100
"""Characters that are looked for; nobody says more."""
_SIMILAR = str.maketrans("OQILZSBU", "0011258V")
"""To signs of which pickup codes have at most one of each pair, so that no two codes become one."""
_BETWEEN = re.compile(r"[\s\-._#]+")


def fold_code(typed: str) -> str:
    """A code without case, blanks and strokes, and with signs that are read or heard as each other made one."""
    return _BETWEEN.sub("", typed).upper().translate(_SIMILAR)


def fold_number(typed: str) -> str:
    """An order's number without case, blanks, and the `#` before it."""
    return "".join(typed.split()).lstrip("#").casefold()


def fold_name(typed: str) -> str:
    """A name without case and accents, with one blank between its words."""
    apart = unicodedata.normalize("NFKD", typed.casefold().replace("ø", "o").replace("ł", "l"))
    return " ".join("".join(one for one in apart if not unicodedata.combining(one)).split())


def fits(typed: str, *, code: str | None, numbers: tuple[str | None, ...], name: str | None) -> Fitting | None:
    """What of an order is meant by the text: its code or one of its numbers as a whole, else the beginning of its customer's name or of a word
    in it; none where nothing is.
    """
    if code and fold_code(code) == fold_code(typed) != "":
        return "code"
    wanted = fold_number(typed)
    if wanted and any(number and fold_number(number) == wanted for number in numbers):
        return "number"
    words, known = fold_name(typed), fold_name(name or "")
    if words and f" {known}".find(f" {words}") >= 0:
        return "name"
    return None
