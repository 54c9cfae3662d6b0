"""Audience rules: a tree of conditions over what is known of a customer.

    {"all": [{"fact": "language", "is": "nl"}, {"any": [{"tag": "sneakers"}, {"not": {"inside": "kalverstraat"}}]}]}

`nodes.py` is the one definition. `facts.py` reads what the desk writes into it, `predicate.py` decides by it, and
`offers/records/queries/audiences.py` makes SQL of it, to count and to list.
"""

from offers.rules.audience.needs import Needs, Reach, all_needs
from offers.rules.audience.nodes import ANY_STORE
from offers.rules.audience.predicate import Miss
from offers.rules.audience.profile import Bill, Call, InUse, Item, Profile
from offers.rules.audience.reading import Audience, read_audience
from offers.rules.audience.said import AudienceError

__all__ = [
    "ANY_STORE",
    "Audience",
    "AudienceError",
    "Bill",
    "Call",
    "InUse",
    "Item",
    "Miss",
    "Needs",
    "Profile",
    "Reach",
    "all_needs",
    "read_audience",
]
