"""The pages say what is so: links resolve, commands exist, and routes, metrics and tables are all named, and no others."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
import typer
from redis import Redis
from typer.core import TyperGroup

from commands.line import app
from geofences.ping import REASONS
from geofences.presence import Verdict
from geofences.told import TOLD_REASONS
from offers.records import tables
from offers.records.database import Table
from offers.rules.eligibility import OUTCOMES
from web.problems import TITLES
from workers.vitals import COUNTERS, HEARD_BEAT, HEARD_WORKER, Waiting, tell_waiting

HOUSE = Path(__file__).parents[2]
PAGES = [HOUSE / "README.md", HOUSE / "CHANGELOG.md", *sorted((HOUSE / "docs").rglob("*.md"))]
DOORS, OPERATIONS, ARCHITECTURE = (
    HOUSE / "docs" / name for name in ("http-api.md", "operations.md", "architecture.md")
)
OTHER_COUNTS = {"uncovered", "aside"}
"""What the matcher counts beside presence's own verdicts."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    return {anchor(found) for found in re.findall(r"^#+ (.+)$", without_code(page.read_text()), re.MULTILINE)}


def shell_lines(page: Path) -> Iterator[list[str]]:
    """The words of every line of the blocks that are marked `sh`: those are to be run."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            try:
                yield shlex.split(line, comments=True)
            except ValueError:  # a quote that goes on in the next line
                continue


def words_after(program: str) -> Iterator[list[str]]:
    for page in PAGES:
        for words in shell_lines(page):
            if words and words[0].rpartition("/")[2] == program:
                yield words[1:]


def documented(page: Path, pattern: str) -> set[str]:
    return set(re.findall(pattern, page.read_text()))


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if target.startswith(("https://", "http://")):
            continue
        name, _, part = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), f"{page.name} links to {target}"
        assert HOUSE in there.parents, f"{page.name} links out of the project: {target}"
        if part:
            assert part in anchors(there), f"{page.name} links to {target}"


@each_page
def test_every_page_can_be_reached_from_the_readme(page: Path) -> None:
    seen, left = set(), [HOUSE / "README.md"]
    while left:
        one = left.pop()
        if one in seen or one.suffix != ".md":
            continue
        seen.add(one)
        targets = re.findall(r"\]\((?!http)([^)#\s]+)", without_code(one.read_text()))
        left += [(one.parent / target).resolve() for target in targets]
    assert page in seen


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text(), re.MULTILINE))
    asked = [words[0] for words in words_after("make")]
    assert "demo" in asked
    assert set(asked) <= targets


def test_commands_and_their_options_exist() -> None:
    root = typer.main.get_command(app)
    asked = list(words_after("passerby"))
    assert len(asked) >= 5
    for words in asked:
        command: Any = root
        left = list(words)
        while isinstance(command, TyperGroup):
            name = left.pop(0)
            assert name in command.commands, f"passerby {' '.join(words)}"
            command = command.commands[name]
        options = {one for parameter in command.params for one in parameter.opts}
        assert {word for word in left if word.startswith("--")} <= options, f"passerby {' '.join(words)}"


def test_every_route_is_documented_and_no_other(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    served = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    described = documented(DOORS, r"\| `((?:GET|POST|PUT|PATCH|DELETE) /[^`?]*)` \|")
    assert len(served) > 30
    assert {re.sub(r"\{\w+\}", "{}", one) for one in described} == {re.sub(r"\{\w+\}", "{}", one) for one in served}


def test_every_named_refusal_is_documented() -> None:
    text = DOORS.read_text()
    for name in (*REASONS, *TOLD_REASONS, *TITLES, *OUTCOMES):
        assert f"`{name}`" in text or f" {name}`" in text, name


def test_every_metric_is_documented_and_no_other(http: httpx.Client, redis_db: Redis) -> None:
    """As a scrape shows them once everything that can be counted has been."""
    for name in (*get_args(Verdict), *OTHER_COUNTS, "decision:send", "delivery:sent", "transition:enter", "told:used"):
        redis_db.hincrby(COUNTERS, name, 1)
    redis_db.mset({HEARD_WORKER: 1, HEARD_BEAT: 1})
    tell_waiting(redis_db, Waiting(0, 0))
    shown = set(re.findall(r"^# HELP (passerby_\w+)", http.get("/metrics").text, re.MULTILINE))
    served = set(shown)
    assert len(served) > 15
    assert documented(OPERATIONS, r"passerby_[a-z_]+") == served


def test_every_part_of_readyz_is_documented(http: httpx.Client) -> None:
    text = OPERATIONS.read_text()
    parts = http.get("/readyz").json()["parts"]
    assert len(parts) >= 7
    for part in parts:
        assert re.search(rf"^\| `{part}` \|", text, re.MULTILINE), part


def test_every_table_is_named() -> None:
    assert tables.__all__
    text = ARCHITECTURE.read_text()
    missing = {name for name in Table.metadata.tables if f"`{name}`" not in text}
    assert not missing


def test_every_room_is_named() -> None:
    """Each module of the four storeys stands in the tree of architecture.md, and each file there exists."""
    tree = ARCHITECTURE.read_text().partition("## The tree")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([\w/]+?)(?:\.py|/)`", tree))
    rooms = {
        path.relative_to(HOUSE / storey).with_suffix("").parts[0]
        for storey in ("geofences", "offers", "workers", "web", "commands")
        for path in (HOUSE / storey).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert rooms <= named, sorted(rooms - named)
