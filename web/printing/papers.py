"""The papers that a poster is printed on, and what stands on one. Without fpdf, which takes a while to read and few ask for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from web.printing.code import Code

Paper = Literal["A4", "A3", "A2", "A1", "A0"]
PAPERS: dict[Paper, tuple[float, float]] = {
    "A4": (210, 297),
    "A3": (297, 420),
    "A2": (420, 594),
    "A1": (594, 841),
    "A0": (841, 1189),
}
"""Millimetres, ISO 216."""


@dataclass(frozen=True, slots=True)
class Printed:
    """`url` is what somebody types who can not scan."""

    code: Code
    url: str
    language: str
    title: str | None
    store: str | None
    name: str | None
    """Of the placement: not on the page, but in the document's own words."""
    changed_at: datetime
