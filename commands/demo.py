"""`passerby demo`: everything in one go with an invented town, and people who follow recorded walks through it."""

import asyncio
import contextlib
import json
import shutil
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

import seeds
from commands.demo_lines import Names
from commands.demo_people import MARKETER, STAFF, let_in
from commands.serve import Served, Serving, raise_on_signal
from offers.errors import Misconfigured
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.page_links import page_path
from offers.settings import Settings
from seeds.load import load_folder
from seeds.phone import PhoneError
from seeds.pickup_story import ORDER, PickupStory, walk_of
from seeds.recordings import read_recordings
from seeds.walkers import Walker, Walkers, people_of, walks_of
from seeds.walkers_feed import create_feed, feeding
from workers.embedded import only_one, why_not_listen

TOWN = Path(seeds.__file__).parent / "amsterdam"
MARKER = "this-folder-is-the-demos"
"""A file by this name says that a demo made the folder, and that the next one may empty it."""
LOCK = "serve.lock"
OWN = (
    "database_url",
    "redis_url",
    "broker_url",
    "base_url",
    "push",
    "payments",
    "mollie_api_key",
    "mollie_endpoint",
    "shopify_endpoint",
    "sms",
    "sms_url",
    "sms_secret",
    "secret_key",
    "vapid_private_key",
    "vapid_subject",
)
"""Settings of which the demo takes no value from outside."""
LAST_OF_ROOT = 1023
"""Up to this port only the superuser may listen."""
DEFAULT_PORT = 8080
HEARTBEATS_S = 45.0
"""Three of the stream's heartbeats: silent for longer, the connection is dead."""


@dataclass(frozen=True, slots=True)
class Options:
    """`for_s` ends the demo by itself after so many seconds."""

    settings: Settings
    host: str
    port: int
    speed: float
    folder: Path
    for_s: float | None = None


def demo(options: Options) -> None:
    """Runs until Ctrl-C, SIGTERM or the end of `for_s`; leaves no process behind. `Misconfigured` when it can not start."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, raise_on_signal)
    screen = Console(highlight=False, soft_wrap=True)
    with contextlib.suppress(KeyboardInterrupt):  # asked to stop before everything was up; Serving has stopped what was
        _run(options, screen)
    screen.print("stopped")


def _run(options: Options, screen: Console) -> None:
    other = options.port + 1 if options.port > LAST_OF_ROOT else DEFAULT_PORT
    another = f': passerby demo --port {other}, or make demo ARGS="--port {other}".'
    if reason := why_not_listen(options.host, options.port, another):
        raise Misconfigured(reason)
    empty_own_folder(options.folder)
    screen.print("starting Redis, web, worker and beat …")
    with socket.create_server((options.host, 0)) as bound:
        walkers_url = f"http://{options.host}:{bound.getsockname()[1]}"
        extra = {
            "PASSERBY_DEMO": "1",
            "PASSERBY_DEMO_WALKERS_URL": walkers_url,
            "PASSERBY_BROKER_URL": "",
            "PASSERBY_PUSH": "outbox",
            "PASSERBY_PAYMENTS": "demo",
            "PASSERBY_SMS": "outbox",
            "PASSERBY_MOLLIE_API_KEY": "",
            "PASSERBY_MOLLIE_ENDPOINT": "",
        }
        log = options.folder / "log.jsonl"
        with Serving(_own(options), options.host, options.port, extra, log) as served:
            if not served.stopped():
                _say_addresses(screen, options, served, _load(options))
                asyncio.run(_live(options, served, bound, screen))
            screen.print("stopping …")


def empty_own_folder(folder: Path) -> None:
    """Makes the folder, or empties it when an earlier demo marked it as its own. `Misconfigured` for anybody else's."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARKER).is_file())):
        raise Misconfigured(
            f"{folder} is not a demo's folder, and the demo empties its folder at each start. Choose another with --data."
        )
    with only_one(folder):
        (folder / MARKER).write_text("`passerby demo` made this folder and empties it at each start.\n")
        for inside in folder.iterdir():
            if inside.name in (MARKER, LOCK):
                continue
            if inside.is_dir() and not inside.is_symlink():
                shutil.rmtree(inside)
            else:
                inside.unlink()


def _own(options: Options) -> Settings:
    """The demo never touches what a production's variables name: its own database, its own Redis, its own secret."""
    own = {name: Settings.model_fields[name].default for name in OWN}
    return options.settings.model_copy(update={**own, "data": options.folder})


def _load(options: Options) -> Mapping[str, str]:
    """The town, and who signs in there with which password."""
    database, now = Database(_own(options).database), datetime.now(UTC)
    try:
        load_folder(database, TOWN, now=now)
        return let_in(database, now)
    finally:
        database.close()


def _say_addresses(screen: Console, options: Options, served: Served, passwords: Mapping[str, str]) -> None:
    keys = CodeKeys.of(served.environment["PASSERBY_SECRET_KEY"].encode())
    rows = {
        "page": f"{served.url}/demo",
        **{
            f"poster {number}": f"{served.url}/q/{one['code']}  {one['name']}"
            for number, one in enumerate(_posters(), 1)
        },
        "order": f"{served.url}{page_path(keys, 'order', ORDER)}  Sanne's, to be collected at Kalverstraat 183",
        "board": f"{served.url}/console/pickup  as {STAFF}, password {passwords[STAFF]}",
        "console": f"{served.url}/console  as {MARKETER}, password {passwords[MARKETER]}",
        "API": f"{served.url}/docs",
        "health": f"{served.url}/healthz",
        "admin key": str(options.folder / "admin.key"),
        "log": str(options.folder / "log.jsonl"),
    }
    screen.print(f"\n[bold]Passerby is at work in Amsterdam[/bold], {options.speed:g} times as fast as recorded\n")
    for name, value in rows.items():
        screen.print(f"  {name:<10} {value}")
    screen.print("\nScan a poster from the page with a phone that can reach this machine, or open its address.")
    screen.print("\nCtrl-C stops everything.\n")


def _posters() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((TOWN / "posters.json").read_text(encoding="utf-8"))
    return found


async def _live(options: Options, served: Served, bound: socket.socket, screen: Console) -> None:
    """Walk, tell, and look after the children until it is time to stop."""
    names = Names.of_seed(TOWN)
    walkers = _walkers(options, served, names, screen)
    origins = {served.url, f"http://localhost:{options.port}", f"http://127.0.0.1:{options.port}"}
    until = time.monotonic() + (options.for_s if options.for_s is not None else float("inf"))
    async with feeding(create_feed(walkers.snapshot, sorted(origins)), bound):
        at_work = [asyncio.create_task(_tell(served, names, screen)), asyncio.create_task(walkers.go())]
        try:
            while not served.stopped() and time.monotonic() < until:
                served.household.look()
                for task in at_work:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.1)
        except PhoneError as error:
            raise Misconfigured(
                f"The demo's phones could not register: {error}. See {options.folder / 'log.jsonl'}."
            ) from error
        finally:
            for task in at_work:
                task.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)


def _walkers(options: Options, served: Served, names: Names, screen: Console) -> Walkers:
    def told(walker: Walker, what: str) -> None:
        line = names.phone_line(datetime.now(UTC), walker.person.name, what, walker.refused)
        screen.print(line.text())

    customers = json.loads((TOWN / "customers.json").read_text(encoding="utf-8"))
    recordings = walks_of(read_recordings(TOWN / "walks_transplanted.csv"))
    return Walkers(
        people=people_of(customers),
        recordings=recordings,
        to=served.url,
        key=served.admin_key,
        speed=options.speed,
        own=walk_of(recordings),
        sets_out=PickupStory.of_seed(TOWN, served.url, served.admin_key).sets_out,
        told=told,
    )


async def _tell(served: Served, names: Names, screen: Console) -> None:
    async for event in _events(served.url, served.admin_key):
        line = names.line(event)
        if line is not None:
            screen.print(line.text())


async def _events(url: str, key: str) -> AsyncIterator[dict[str, Any]]:
    """What happens, from the same door as everybody's, for ever; a connection that breaks is taken up where it broke."""
    last: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {key}"}
    patience = httpx.Timeout(5.0, read=HEARTBEATS_S)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=patience) as client:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                async with client.stream("GET", "/v1/events", headers=headers | last) as answer:
                    answer.raise_for_status()
                    async for text in answer.aiter_lines():
                        name, _, value = text.partition(": ")
                        if name == "id":
                            last = {"Last-Event-ID": value}
                        elif name == "data":
                            yield json.loads(value)
            await asyncio.sleep(1.0)
