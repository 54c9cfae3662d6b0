"""Whether who opens a link that is good once is a person who means it, by what the client says of itself."""

import re
from collections.abc import Mapping

_MACHINES = re.compile(
    r"(?<!cu)bot\b|preview|crawl|spider|facebookexternalhit|facebot|slack|whatsapp/|skype|telegram|discord|^signal|viber|scan(?:ner)?\b|"
    r"safelinks|proofpoint|barracuda|mimecast|^python|^curl|^wget|^java/|^okhttp|^go-http|^axios|^node",
    re.IGNORECASE,
)
"""Messengers that show what is behind a link, mail scanners that try it, and tools."""
MOST_READ = 400


def is_meant(method: str, headers: Mapping[str, str]) -> bool:
    """A GET by a browser that is not looking ahead. `headers` by lower-case names."""
    if method != "GET":
        return False
    ahead = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz", "x-purpose")).lower()
    if "prefetch" in ahead or "preview" in ahead or "prerender" in ahead:
        return False
    agent = headers.get("user-agent", "")[:MOST_READ]
    return bool(agent) and not _MACHINES.search(agent)
