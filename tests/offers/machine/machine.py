"""The machine as a whole: rules are drawn from all its parts."""

from tests.offers.machine.desk import Desk
from tests.offers.machine.streets import Streets


class Machine(Streets, Desk):
    """One town. `database`, `fences` and `seen` are given to a subclass of one test."""
