"""Whether who opens a link that is good once is a person who means it, by what the client says of itself."""

import re
from collections.abc import Mapping

from offers.rules.scanning import MOST_READ, looks_ahead, reader_of

_TRIES = re.compile(r"safelinks|proofpoint|barracuda|mimecast|forcepoint|symantec|trend ?micro", re.IGNORECASE)
"""Scanners of mail that open whatever link they find, beside those that are known to be robots."""


def is_meant(method: str, headers: Mapping[str, str]) -> bool:
    """A GET by a browser that is not looking ahead. `headers` by lower-case names."""
    agent = headers.get("user-agent", "")
    return (
        method == "GET"
        and not looks_ahead(method, headers)
        and reader_of(agent).kind == "human"
        and not _TRIES.search(agent[:MOST_READ])
    )
