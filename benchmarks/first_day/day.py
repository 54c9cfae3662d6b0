"""A retailer's first day against a running server, through its doors alone: each step with what it did and how long it took."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import httpx

from benchmarks.first_day.retailer import PINGS_A_WALK, Retailer, customer_id

AT_ONCE = 12
"""Requests under way at the same time."""
SETTLED_WITHIN_S = 300
NO_LIMITS = {"quiet_hours": None, "frequency_cap": None}

One = TypeVar("One")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """`count` of `what` in `seconds`; `found` says what came of it. Not `rated`: the seconds are a wait, not the work of so many."""

    name: str
    count: int
    what: str
    seconds: float
    found: str = ""
    rated: bool = True


@dataclass(slots=True)
class Day:
    """Plays the day. What is not as promised raises AssertionError; what was measured is in `steps`."""

    url: str
    key: str
    retailer: Retailer
    tell: Tell = print
    steps: list[Step] = field(default_factory=list)
    _client: httpx.Client = field(init=False)

    def play(self) -> list[Step]:
        limits = httpx.Limits(max_connections=AT_ONCE * 2, max_keepalive_connections=AT_ONCE)
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(
            base_url=self.url, headers=headers, limits=limits, timeout=600, trust_env=False
        ) as self._client:
            self._ask("PATCH", "/v1/settings", json=NO_LIMITS)
            self._move_in()
            self._launch()
            phones = self._hand_out_phones()
            self._walk(phones)
            sent = self._settle()
            self._redeem(sent)
            self._ask_why()
            self._erase()
        return self.steps

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self._client.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def _many(self, do: Callable[[One], Any], ones: Sequence[One]) -> list[Any]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(do, ones))

    def _timed(self, name: str, what: str, do: Callable[[], tuple[int, str]], *, rated: bool = True) -> None:
        began = time.perf_counter()
        count, found = do()
        self.steps.append(Step(name, count, what, time.perf_counter() - began, found, rated))
        self.tell(f"{name}: {count:,} {what} in {self.steps[-1].seconds:.1f} s {found}")

    def _move_in(self) -> None:
        """Everything by import; and once more, which changes nothing."""
        retailer = self.retailer
        files: list[tuple[str, str, bytes]] = [
            ("places", "application/geo+json", retailer.places_geojson()),
            ("products", "application/x-ndjson", _lines(retailer.products())),
            ("customers", "application/x-ndjson", _lines(retailer.customers())),
            ("purchases", "application/x-ndjson", _lines(retailer.purchases())),
        ]
        for noun, kind, content in files:
            self._timed(f"import {noun}", noun, partial(self._import, noun, kind, content, "created"))
        again = partial(self._import, *files[2], "unchanged")
        self._timed("import customers again", "customers", again)

    def _import(self, noun: str, kind: str, content: bytes, wanted: str) -> tuple[int, str]:
        told = self._ask(
            "POST",
            f"/v1/{noun}/import",
            params={"report": "refused"},
            content=content,
            headers={"Content-Type": kind},
        )
        assert told["refused"] == 0, told["lines"][:5]
        assert told[wanted] == told["rows"], {name: told[name] for name in ("rows", "created", "changed", "unchanged")}
        return told["rows"], f"{len(content) / 1e6:.1f} MB"

    def _launch(self) -> None:
        def write() -> tuple[int, str]:
            self._ask("PUT", "/v1/offers/ten-percent", json=self.retailer.offer())
            campaigns = self.retailer.campaigns()
            for name, body in campaigns.items():
                self._ask("PUT", f"/v1/campaigns/{name}", json=body)
                self._ask("POST", f"/v1/campaigns/{name}/launch")
            return len(campaigns), ""

        self._timed("launch", "campaigns", write)

    def _hand_out_phones(self) -> list[dict[str, Any]]:
        phones: list[dict[str, Any]] = []

        def register(number: int) -> dict[str, Any]:
            body = {"customer": customer_id(number), "platform": "android", "push_token": f"first-day-{number}"}
            phone: dict[str, Any] = self._ask("POST", "/v1/devices", json=body)
            return phone

        def hand_out() -> tuple[int, str]:
            phones.extend(self._many(register, range(self.retailer.size.walkers)))
            return len(phones), ""

        self._timed("register", "phones", hand_out)
        return phones

    def _walk(self, phones: Sequence[dict[str, Any]]) -> None:
        """Each phone sends its requests in their order; all phones together."""

        def walk(number: int) -> int:
            headers = {"Authorization": f"Bearer {phones[number]['token']}"}
            taken = 0
            for pings in self.retailer.walk(number, time.time()):
                taken += self._ask("POST", "/v1/pings", json=pings, headers=headers)["accepted"]
            return taken

        def morning() -> tuple[int, str]:
            taken = sum(self._many(walk, range(len(phones))))
            assert taken == PINGS_A_WALK * len(phones), "pings were refused"
            return taken, ""

        self._timed("post", "pings", morning)

    def _settle(self) -> list[dict[str, Any]]:
        """Wait until the lanes are empty and every message has come to its end; the messages."""
        found: list[dict[str, Any]] = []

        def wait() -> tuple[int, str]:
            until = time.monotonic() + SETTLED_WITHIN_S
            while self._waiting():
                assert time.monotonic() < until, f"not settled within {SETTLED_WITHIN_S} s"
                time.sleep(0.2)
            while True:
                found[:] = self._everything("/v1/deliveries")
                if all(one["state"] not in ("queued", "sending") for one in found):
                    break
                assert time.monotonic() < until, f"not sent within {SETTLED_WITHIN_S} s"
                time.sleep(0.5)
            states = Counter(one["state"] for one in found)
            moments = Counter((one["customer"], one["moment"]) for one in found)
            assert set(moments.values()) <= {1}, "a moment gave two messages"
            enters = {one["customer"] for one in found if one["moment"].startswith("enter:")}
            assert len(enters) == self.retailer.size.walkers, f"{len(enters)} walkers were told something on coming in"
            return len(found), ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))

        self._timed("match, decide, send", "messages, after the last ping", wait, rated=False)
        return found

    def _waiting(self) -> float:
        text = self._client.get("/metrics").text
        return sum(float(one) for one in re.findall(r"^passerby_lane_length(?:\{[^}]*\})? (\S+)$", text, re.MULTILINE))

    def _everything(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = self._ask("GET", path, params={"limit": 500, **({"cursor": cursor} if cursor else {})})
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def _redeem(self, sent: Sequence[dict[str, Any]]) -> None:
        codes = [(one["coupon"], one["customer"]) for one in sent if one["coupon"]]
        assert codes, "nobody got a coupon"
        assert len({code for code, _ in codes}) == len(codes), "two got the same code"

        def redeem(one: tuple[str, str]) -> tuple[int, int]:
            first = self._client.post(f"/v1/coupons/{one[0]}/redeem", json={})
            second = self._client.post(f"/v1/coupons/{one[0]}/redeem", json={})
            return first.status_code, second.status_code

        def till() -> tuple[int, str]:
            answers = set(self._many(redeem, codes))
            assert answers == {(httpx.codes.OK, httpx.codes.CONFLICT)}, answers
            return len(codes), "each once; again is 409"

        self._timed("redeem", "coupons, each tried twice", till)

    def _ask_why(self) -> None:
        size = self.retailer.size
        asked = [customer_id(number) for number in range(min(size.asked, size.customers))]

        def why(customer: str) -> int:
            told = self._ask("GET", f"/v1/customers/{customer}/why", params={"campaign": "sneakers"})
            assert told["decisions"] or told["never"], f"nobody can say why of {customer}"
            return len(told["decisions"])

        def ask() -> tuple[int, str]:
            decided = sum(1 for one in self._many(why, asked) if one)
            return len(asked), f"{decided:,} were decided on"

        self._timed("ask why", "customers", ask)

    def _erase(self) -> None:
        gone = [customer_id(number) for number in range(self.retailer.size.erased)]

        def erase(customer: str) -> None:
            self._ask("DELETE", f"/v1/customers/{customer}")

        def forget() -> tuple[int, str]:
            self._many(erase, gone)
            for customer in gone:
                assert self._client.get(f"/v1/customers/{customer}").status_code == httpx.codes.NOT_FOUND
                for noun in ("deliveries", "decisions", "transitions", "visits", "purchases"):
                    assert not self._ask("GET", f"/v1/{noun}", params={"customer": customer})["items"], noun
            return len(gone), "nothing of them is listed"

        self._timed("erase", "customers", forget)


def _lines(rows: Iterable[dict[str, Any]] | Iterator[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
