"""From the code to the page: `GET /q` with the scan committed, and `GET /l`, beside the same server answering a constant page.

One uvicorn process on one core, the generator on another where there is one. `passerby bench landing` runs it.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.asking import Generator
from benchmarks.figures import Spent, Work, alternate, cpu_of, goal_of, say, short, table
from offers.campaigns import put_campaign, step_campaign
from offers.desk_offers import put_offer
from offers.places import put_places
from offers.products import put_product
from offers.records import schema
from offers.records.database import Database
from offers.records.tables import Poster, Scan
from offers.rules.campaign import CampaignBody
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from offers.rules.product import ProductBody
from workers.embedded import child_environment, embedded_redis, free_port, wait_for_redis

POSTERS = 20
SECRET = "a benchmark's secret key, of 32 bytes or more"
PHONE = (
    "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1",
    "Accept-Language: nl-NL,nl;q=0.9,en;q=0.8",
    "Accept: text/html",
)
SCANS, PAGES, CONSTANT = "GET /q, the scan committed", "GET /l, the page", "a constant page of the same size"
GOALS = {SCANS: 300.0, PAGES: 800.0}


@dataclass(frozen=True, slots=True)
class Size:
    stores: int = 1000
    scans: int = 1000
    pages: int = 2000
    constant: int = 5000
    rounds: int = 5


SMALL = Size(stores=20, scans=40, pages=40, constant=40, rounds=1)


async def constant(scope: Any, receive: Any, send: Any) -> None:
    """The peer: an application that does nothing, with a page of the size that `PASSERBY_BENCH_PAGE` says."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    page = b"." * int(os.environ["PASSERBY_BENCH_PAGE"])
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(page)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": page})


def code_of(number: int) -> str:
    return f"K7M49XQ{number:03d}"


def put_up(database: Database, size: Size) -> None:
    """Stores over a town, a product in all of them, an offer, a live campaign, and posters."""
    now = datetime.now(UTC)
    places = {f"store-{number}": _store(number) for number in range(size.stores)}
    stock = {name: {"38": 2, "39": number % 3} for number, name in enumerate(places)}
    product = {
        "title": {"nl": "Sneaker, wit", "en": "Sneaker, white"},
        "image": "https://shop.example/sneak-1.jpg",
        "price": "89.95",
        "currency": "EUR",
        "category": "sneakers",
        "sizes": ["38", "39"],
        "stock": stock,
    }
    words = {"title": "Hoi {{ customer.first_name | default: 'daar' }}", "body": "Je bent vlak bij {{ place.name }}."}
    campaign = {
        "name": "Billboards",
        "trigger": {"on": "scan"},
        "offer": "ten-percent",
        "product": "SNEAK-1",
        "messages": {"nl": words},
    }
    offer = {"name": "Ten percent", "kind": "percentage", "value": 10, "codes": "generated", "text": {"nl": "10%"}}
    with database.transaction() as session:
        put_places(session, places, now=now)
        put_product(session, "SNEAK-1", ProductBody.model_validate(product), now=now)
        put_offer(session, "ten-percent", OfferBody.model_validate(offer), now=now)
        put_campaign(session, "billboards", CampaignBody.model_validate(campaign), now=now)
        step_campaign(session, "billboards", "launch", now=now)
        for number in range(POSTERS):
            session.add(
                Poster(
                    id=f"poster-{number}",
                    code=code_of(number),
                    lat=52.37 + number / 1000,
                    lon=4.89,
                    inside=False,
                    scanned=0,
                    campaign_id="billboards",
                    created_at=now,
                    updated_at=now,
                )
            )


def _store(number: int) -> PlaceBody:
    lat, lon = 52.3 + number % 32 * 0.005, 4.8 + number // 32 * 0.005
    return PlaceBody.model_validate(
        {
            "name": f"Store {number}",
            "kind": "store",
            "lat": lat,
            "lon": lon,
            "time_zone": "Europe/Amsterdam",
            "opening_hours": "Mo-Sa 09:00-18:00; Su 12:00-17:00",
            "pickup": True,
            "geofences": [{"role": "premises", "lat": lat, "lon": lon, "radius_m": 50}],
        }
    )


@contextmanager
def uvicorn(app: str, environment: dict[str, str], core: int | None, *more: str) -> Iterator[tuple[int, int]]:
    """(port, pid) of one server process on its core, once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning", "--no-access-log"]
    with subprocess.Popen([*command, *more], env=environment) as process:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        try:
            _wait(port)
            yield port, process.pid
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not answer")


@dataclass(slots=True)
class Bench:
    """A database with posters, and the servers before it."""

    size: Size
    database: Database
    asking: Generator
    pid: int
    peer: Generator
    peer_pid: int
    pages: list[str]

    def works(self) -> dict[str, Work]:
        """The peer first: each round begins with another."""
        codes = [f"/q/{code_of(number)}" for number in range(POSTERS)]
        return {
            CONSTANT: self._work(self.peer, ["/"], self.size.constant, 200, self.peer_pid),
            SCANS: self._work(self.asking, codes, self.size.scans, 303, self.pid),
            PAGES: self._work(self.asking, self.pages, self.size.pages, 200, self.pid),
        }

    @staticmethod
    def _work(asking: Generator, paths: list[str], many: int, status: int, pid: int) -> Work:
        def run() -> None:
            statuses, _ = asking.ask(paths, many, PHONE)
            if statuses != {status: many}:
                raise AssertionError(f"{paths[0]} was answered with {statuses}")

        return Work(run, many, lambda: cpu_of(pid))


@contextmanager
def bench(size: Size, database_url: str, folder: Path) -> Iterator[Bench]:
    cores = sorted(os.sched_getaffinity(0))
    served_on, asked_from = (cores[0], cores[1]) if len(cores) > 1 else (None, None)
    with ExitStack() as stack:
        database = Database(database_url)
        stack.callback(database.close)
        schema.migrate(database)
        put_up(database, size)
        log = stack.enter_context((folder / "redis.log").open("wb"))
        redis, redis_url = embedded_redis(folder, child_environment({}), log)
        redis.start()
        stack.callback(redis.stop, within_s=10)
        wait_for_redis(redis_url)
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PASSERBY_")}
        ours = {
            "PASSERBY_DATA": str(folder),
            "PASSERBY_DATABASE_URL": database_url,
            "PASSERBY_REDIS_URL": redis_url,
            "PASSERBY_SECRET_KEY": SECRET,
        }
        port, pid = stack.enter_context(uvicorn("web.app:create_app", plain | ours, served_on, "--factory"))
        asking = Generator(port, asked_from)
        stack.callback(asking.close)
        statuses, led = asking.ask([f"/q/{code_of(number)}" for number in range(POSTERS)], 200, PHONE)
        if statuses != {303: 200}:
            raise AssertionError(f"/q was answered with {statuses}")
        page = len(httpx.get(f"http://127.0.0.1:{port}{led[0]}", trust_env=False).content)
        peer_port, peer_pid = stack.enter_context(
            uvicorn("benchmarks.landing:constant", plain | {"PASSERBY_BENCH_PAGE": str(page)}, served_on)
        )
        peer = Generator(peer_port, asked_from)
        stack.callback(peer.close)
        yield Bench(size, database, asking, pid, peer, peer_pid, led)


def must_be_committed(database: Database, many: int) -> None:
    """Every answer with a page has its row."""
    with database.reading() as session:
        kept = session.query(Scan).count()
    if kept != many:
        raise AssertionError(f"{many} scans were answered and {kept} are kept")


def main(*, quick: bool = False, console: Console | None = None) -> None:
    console, size = console or Console(), SMALL if quick else Size()
    for name, url_of in _databases().items():
        with tempfile.TemporaryDirectory(prefix="passerby-landing-") as folder, ExitStack() as stack:
            url = url_of(stack, Path(folder))
            if url is None:
                say(f"{name} is left out: no server is named or can be started")
                continue
            running = stack.enter_context(bench(size, url, Path(folder)))
            spent = alternate(running.works(), size.rounds)
            must_be_committed(running.database, 200 + size.scans * (size.rounds + 1))
            console.print(_shown(name, spent, size))


def _databases() -> dict[str, Callable[[ExitStack, Path], str | None]]:
    return {"SQLite": lambda _, folder: f"sqlite:///{folder / 'bench.db'}", "PostgreSQL": _postgresql}


def _postgresql(stack: ExitStack, _folder: Path) -> str | None:
    from tests.postgres import NoPostgresqlError, postgresql  # noqa: PLC0415 - lies with the tests

    try:
        return stack.enter_context(postgresql()).new_database()
    except NoPostgresqlError:
        return None


def _shown(name: str, spent: Mapping[str, Spent], size: Size) -> Table:
    """Requests a second by the clock, and what one core would do by the CPU time that the server spent."""
    title = f"{name}: {size.stores:,} stores, {POSTERS} posters, one server process on one core"
    shown = table(title, ["", "a second", "from, to", "CPU µs", "a core could", "of the constant page", "goal"])
    for what, one in spent.items():
        per_core = 1e6 / one.cpu_us if one.cpu_us else 0.0
        dearer = spent[CONSTANT].times_cheaper_than(one)
        shown.add_row(
            what,
            *one.rates(),
            f"{one.cpu_us:.0f}",
            f"{short(per_core)}/s",
            "" if what == CONSTANT or not dearer else f"{1 / dearer:.1%}",
            goal_of(one.rate, per_core, least=GOALS[what], unit="/s") if what in GOALS else "",
        )
    return shown


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
