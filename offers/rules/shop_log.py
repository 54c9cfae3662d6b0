"""What the desk sees of a shop's events: their states, and which of a shop's own words may stand on a page."""

import re

STATES = ("waiting", "applied", "nothing", "ignored", "failed")
"""It is looked up; the order is as the shop said; it was so, or something newer had come; not for here; it could not be used."""

_PATH = re.compile(r"[a-z_]{1,40}(\[\d{1,6}\])?(\.[a-z_]{1,40}){0,3}", re.ASCII)
_TOPIC = re.compile(r"[a-z0-9_./-]{1,100}", re.ASCII)
_PHONE = re.compile(r"(?<!\d)(\+|0)[\d ()/.-]{7,}")
_OF_FIELDS = ("bad_order", "unreadable", "not_theirs")
_OF_WORDS = ("unknown_place", "status_not_ours")
LONGEST_WORD = 100


def plain_what(reason: str | None, what: str | None) -> str:
    """What of the event the reason is about: a field by its name, a location or a status in the shop's own words; empty for what may be of a person.

    A field's name that no order of ours has may be anything that the shop wrote; so may a location that is an address of e-mail or a telephone number.
    """
    if not what:
        return ""
    if reason in _OF_FIELDS:
        return what if _PATH.fullmatch(what) else ""
    if reason not in _OF_WORDS or "@" in what or _PHONE.search(what):
        return ""
    return what[:LONGEST_WORD]


def plain_topic(topic: str) -> str:
    """A topic as shops write them; empty for what is none."""
    return topic if _TOPIC.fullmatch(topic) else ""
