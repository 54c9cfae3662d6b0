"""What a campaign adds: how much more often those who were sent to did something than those who were held out."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959964
FEWEST = 20
"""Of fewer in either group no difference is told: it would be chance."""


@dataclass(frozen=True, slots=True)
class Lift:
    """Shares from 0 to 1, their difference, and the interval that holds the true difference 19 times of 20."""

    sent: float
    held_out: float
    difference: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether no difference at all lies outside the interval."""
        return self.low > 0 or self.high < 0


def lift(did_of_sent: int, sent: int, did_of_held_out: int, held_out: int) -> Lift | None:
    """None of too few. The interval is Newcombe's (1998, method 10), from Wilson's of each share: it stays within -1 and 1 and holds for small shares."""
    if min(sent, held_out) < FEWEST:
        return None
    p, q = did_of_sent / sent, did_of_held_out / held_out
    (p_low, p_high), (q_low, q_high) = _wilson(did_of_sent, sent), _wilson(did_of_held_out, held_out)
    difference = p - q
    low = difference - sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    high = difference + sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return Lift(p, q, difference, low, high)


def _wilson(did: int, of: int) -> tuple[float, float]:
    share, z2 = did / of, Z_95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)
