"""Imports run down the storeys, and each vendor has its room. What is said here is HOUSE's table; docs/architecture.md draws it."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
STOREYS = ("geofences", "offers", "workers", "web", "commands", "seeds", "benchmarks", "tests")

OURS = {
    "geofences": {"geofences"},
    "offers/rules": {"geofences", "offers.rules"},
    "offers/records": {"geofences", "offers.records", "offers.rules", "offers.errors"},
    "offers/deciding": {"geofences", "offers.records", "offers.rules", "offers.errors", "offers.follows"},
    "offers/scan_decisions": {
        *("geofences", "offers.records", "offers.rules", "offers.errors", "offers.follows", "offers.deciding"),
    },
    # an order that becomes ready is a moment that campaigns decide, whoever said so: the step is the one place that all of them share
    "offers/order_steps": {
        *("geofences", "offers.records", "offers.rules", "offers.errors", "offers.follows", "offers.deciding"),
    },
    "offers/order_arrivals": {
        *("geofences", "offers.records", "offers.rules", "offers.errors", "offers.follows"),
        *("offers.deciding", "offers.order_steps"),
    },
    "offers/push": {"offers.rules"},
    "offers/payment": set(),
    "offers/texting": set(),
    "offers/shop_lookup": set(),
    "offers": {
        "geofences",
        "offers.records",
        "offers.rules",
        "offers.errors",
        "offers.follows",
        "offers.deciding",
        "offers.scan_decisions",
        "offers.order_steps",
        "offers.order_arrivals",
        "offers.push",
        "offers.payment",
        "offers.texting",
        "offers.shop_lookup",
    },
    "workers": {"geofences", "offers", "workers"},
    "web": {
        "geofences",
        "offers",
        "web",
        "workers.enqueue",
        "workers.fences",
        "workers.happenings",
        "workers.lanes",
        "workers.letters",
        "workers.logs",
        "workers.payments",  # the provider's line: the door that sends a customer there and the errand that heals share it
        "workers.shops",  # an event of a shop: the door that takes it and the errand that looks it up work it alike
        "workers.push.credentials",  # what is wrong with a service account, said by name and never by what it holds
        "workers.traces",
        "workers.trials",  # what a worker heard when it asked a push service whether it takes them
        "workers.vitals",
    },
    "commands": {"commands", "geofences", "offers", "workers", "seeds", "benchmarks"},
    "seeds": {"geofences", "offers", "seeds"},
}
"""Which of our modules a room may look into."""

VENDORS = {
    "sqlalchemy": {"offers", "seeds/load"},
    "alembic": {"offers/records"},
    "redis": {"workers", "web"},
    "celery": {"workers", "commands/roles", "web/parts", "web/app", "web/health"},
    "kombu": {"workers"},
    "firebase_admin": {"workers/push", "benchmarks", "tests/doubles", "tests/workers/push"},
    "pywebpush": {"workers/push"},
    "py_vapid": {"workers/push"},
    "aiohttp": {"workers/push"},
    "fastapi": {"web"},
    "starlette": {"web", "seeds"},
    "uvicorn": {"commands", "seeds"},
    "shapely": {"geofences"},
    "liquid": {"offers/rules"},
    "babel": {"offers/rules"},
    "segno": {"web/printing"},
    "fpdf": {"web/printing"},
    "crawleruseragents": {"offers/rules"},
    "standardwebhooks": set(),  # ours is held against it by the tests
    "pydantic": {"offers", "web", "seeds/load"},
    "typer": {"commands"},
    "rich": {"commands", "benchmarks"},
}
"""Which rooms may use a vendor; a vendor that is not named may be used where it is needed."""

PURE = ("geofences", "offers/rules")
NEVER_PURE = {"time", "random", "os", "socket", "sqlalchemy", "redis", "celery", "logging", "structlog", "asyncio"}


@cache
def rooms() -> list[tuple[str, Path]]:
    """Every file of ours, by the name of its room."""
    return [
        (str(path.relative_to(HOUSE).with_suffix("")), path)
        for storey in STOREYS
        for path in sorted((HOUSE / storey).rglob("*.py"))
    ]


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides which storey it goes to"
            assert node.module is not None
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(found)


def is_below(module: str, prefixes: set[str]) -> bool:
    return any(module == prefix or module.startswith(prefix + ".") for prefix in prefixes)


def room_of(name: str) -> str | None:
    """The most particular row of the table that a file belongs to."""
    fitting = [room for room in OURS if name == room or name.startswith(room + "/")]
    return max(fitting, key=len, default=None)


@pytest.mark.parametrize("storey", STOREYS)
def test_imports_run_down(storey: str) -> None:
    wrong = {}
    for name, path in rooms():
        room = room_of(name)
        if name.split("/")[0] != storey or room is None or name.startswith("offers/records/migrations"):
            continue
        allowed = OURS[room]
        if room == "offers" and name != "offers/settings":
            allowed = allowed - {"offers.settings"}
        ours = {module for module in imports(path) if module.split(".")[0] in STOREYS}
        own = name.replace("/", ".")
        if strangers := {module for module in ours if not is_below(module, allowed | {own})}:
            wrong[name] = sorted(strangers)
    assert not wrong, "these look where they may not"


def test_tables_and_queries_stay_in_their_room() -> None:
    for name, path in rooms():
        if name.split("/")[0] in {"workers", "web", "commands"}:
            inside = {
                one
                for one in imports(path)
                if one.startswith("offers.records.")
                and not is_below(one, {"offers.records.condition", "offers.records.database", "offers.records.schema"})
            }
            assert not inside, f"{name} reaches into {sorted(inside)}"


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_vendor_has_its_room(vendor: str) -> None:
    for name, path in rooms():
        if name.split("/")[0] in {"tests", "benchmarks"} and vendor != "firebase_admin":
            continue
        if any(is_below(module, {vendor}) for module in imports(path)):
            assert any(name == room or name.startswith(room + "/") for room in VENDORS[vendor]), f"{name} uses {vendor}"


def test_pure_rooms_have_no_clock_no_dice_and_no_network() -> None:
    for name, path in rooms():
        if name.startswith(PURE):
            wrong = {module for module in imports(path) if module.split(".")[0] in NEVER_PURE}
            assert not wrong, f"{name} uses {sorted(wrong)}"
            source = path.read_text()
            for call in ("datetime.now(", "date.today(", "utcnow("):
                assert call not in source, f"{name} asks the clock"


def test_settings_are_read_where_the_parts_are_put_together() -> None:
    for name, path in rooms():
        if name.split("/")[0] == "tests":
            continue
        if any(is_below(module, {"offers.settings.read_settings"}) for module in imports(path)):
            assert name in {"web/app", "workers/app", "commands/line"}, f"{name} reads the settings"


def test_importing_a_room_does_nothing() -> None:
    """Module level holds definitions only: no file opened, no thread started, no connection made."""
    risky = {"open", "connect", "Redis", "create_engine", "Thread", "read_settings", "Database", "run", "get", "post"}
    for name, path in rooms():
        if name.split("/")[0] == "tests" or name.startswith("offers/records/migrations"):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                called = node.value.func
                label = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                assert label not in risky, f"{name} calls {label} when it is imported"


def test_this_python_is_new_enough() -> None:
    assert sys.version_info >= (3, 11)


CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter"}
BY_THEMSELVES = CLOCKS - {"time"}
"""Those that no class is called like: `time(9)` is nine o'clock."""


def while_imported(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs at import: everything but the bodies of functions; their defaults and decorators do."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for outside in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.decorator_list):
                yield from (outside, *while_imported(outside))
            continue
        yield node
        yield from while_imported(node)


def clocks_read(source: str) -> list[int]:
    """The lines that ask what time it is while a file is imported."""
    return [
        node.lineno
        for node in while_imported(ast.parse(source))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
            or (isinstance(node.func, ast.Name) and node.func.id in BY_THEMSELVES)
        )
    ]


@pytest.mark.parametrize(
    "source",
    [
        "NOW = datetime.now(UTC).replace(microsecond=0)",
        "def sent(now: datetime = datetime.now(UTC)) -> None: ...",
        "class A:\n    at = time.time()",
        "BEGAN = monotonic()",
        "@pytest.mark.parametrize('at', [datetime.now(UTC)])\ndef test(at): ...",
    ],
)
def test_a_clock_read_at_import_is_found(source: str) -> None:
    assert clocks_read(source)


def test_no_file_reads_the_clock_when_it_is_imported() -> None:
    """A long run's tests would take the hour it began for now; so would a long-lived worker."""
    assert not clocks_read("def f():\n    return datetime.now(UTC)\ng = lambda: time.time()\nOPENS = time(9)")
    found = {name: lines for name, path in rooms() if (lines := clocks_read(path.read_text()))}
    assert not found
