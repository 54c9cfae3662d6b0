"""Every reason that a message may end with has words, in each language: no page shows the name that the code has for it."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from web.console.words import WORDS
from web.tongues import LANGUAGES
from workers.push import fcm_answers

ROOT = Path(__file__).parents[3]
PORTS = sorted((ROOT / "workers" / "push").glob("*.py"))
WHY = [ROOT / "offers" / "claiming.py"]


def _texts(path: Path, takes: type[ast.Call] | type[ast.FunctionDef]) -> set[str]:
    """What a module's `Outcome`s give as their reason; or what its functions named `_why…` return."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        if takes is ast.Call and isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Outcome":
            told = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "reason")]
            found |= _said(each for one in told for each in ast.walk(one))
        elif takes is ast.FunctionDef and isinstance(node, ast.FunctionDef) and node.name.startswith("_why"):
            answers = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
            whole = [(one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,) for one in answers]
            found |= _said(each for some in whole for each in some)
    return found


def _said(nodes: Iterable[ast.AST | None]) -> set[str]:
    return {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}


REASONS = set[str]().union(
    *(_texts(one, ast.Call) for one in PORTS), *(_texts(one, ast.FunctionDef) for one in WHY), fcm_answers.BUSY.values()
)


def test_reasons_are_found() -> None:
    assert {"unregistered", "subscription_gone", "busy", "over", "not_ready", "order_removed", "internal"} <= REASONS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str) -> None:
    words = WORDS[language]
    assert [one for one in sorted(REASONS) if f"r_{one}" not in words and f"out_{one}" not in words] == []
