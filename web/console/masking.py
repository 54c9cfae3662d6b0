"""What a page shows of a number or a code that is not to be read off it: its end."""

DOTS = "••••"


def masked(text: str | None, shown: int = 4) -> str:
    """The last few characters, never more than half of them; empty for none."""
    if not text:
        return ""
    return DOTS + text[len(text) - min(shown, len(text) // 2) :]
