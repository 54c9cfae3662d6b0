"""What is counted of live events: no campaign and no customer among the names."""

from typing import Any

from workers.tasks import counts_of


def test_what_went_out_as_the_default_text_is_counted_by_the_fact() -> None:
    def delivery(state: str, missing: str | None) -> dict[str, Any]:
        return {"type": "delivery", "state": state, "missing": missing}

    events: list[dict[str, Any]] = [
        delivery("sent", "customer.size.shoes"),
        delivery("unknown", "customer.size.hat"),
        delivery("sent", "empty_text"),
        delivery("sent", None),
        delivery("failed", "purchase.title"),
        {"type": "decision", "outcome": "send", "facts": {}},
        {"type": "visit"},
    ]
    assert counts_of(events) == {
        "delivery:sent": 3,
        "delivery:unknown": 1,
        "delivery:failed": 1,
        "decision:send": 1,
        "default_text:customer.size": 2,
        "default_text:empty_text": 1,
    }
