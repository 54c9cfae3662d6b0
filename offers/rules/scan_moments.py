"""Moments of scans: their keys, and the page that they lead to. The key alone has the scan's id, wherever a moment waits."""

ABANDONED = "abandoned:"


def scan_moment(scan_id: str, *, asked_for: bool) -> str:
    """What the scan itself brings, and what its customer then asks for, are two."""
    return f"scan:{scan_id}:asked" if asked_for else f"scan:{scan_id}"


def abandoned_moment(scan_id: str) -> str:
    """One a scan: its customer is reminded once, whatever comes of it."""
    return f"{ABANDONED}{scan_id}"


def scan_of(moment: str) -> str | None:
    """The scan that a moment of `abandoned` is of, put off or not; none of any other moment."""
    return moment.removeprefix(ABANDONED).partition(":")[0] if moment.startswith(ABANDONED) else None


def page_of(scan_id: str) -> str:
    """A path on this service: phones and browsers are told it, and whoever sends makes it absolute where that is needed."""
    return f"/l/{scan_id}"
