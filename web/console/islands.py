"""What a page links for an island: its modules and styles, by the names that the build gave them. Nothing where none were built."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

BUILT = Path(__file__).parents[1] / "static" / "islands"
ADDRESS = "/static/islands/"

Manifest = dict[str, dict[str, Any]]


def island(name: str, built: Path = BUILT) -> Markup:
    """For a page's `head`: styles, preloads and the module of the entry `src/<name>.ts`; empty when it is not built."""
    manifest = _manifest(built)
    entry = manifest.get(_key(name))
    if entry is None:
        return Markup("")
    chunks = _chunks(manifest, entry)
    styles = dict.fromkeys(css for one in (entry, *chunks) for css in one.get("css", ()))
    lines = [Markup('<link rel="stylesheet" href="{}">').format(ADDRESS + css) for css in styles]
    lines += [Markup('<link rel="modulepreload" href="{}">').format(ADDRESS + one["file"]) for one in chunks]
    lines.append(Markup('<script type="module" src="{}"></script>').format(ADDRESS + entry["file"]))
    return Markup("\n").join(lines)


def has_island(name: str, built: Path = BUILT) -> bool:
    """Whether there is something to link: a page may leave out what only its island could fill."""
    return _key(name) in _manifest(built)


def _key(name: str) -> str:
    return f"src/{name}.ts"


def _chunks(manifest: Manifest, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """What an entry imports, directly or not, each once."""
    found: dict[str, dict[str, Any]] = {}
    left = list(entry.get("imports", ()))
    while left:
        key = left.pop(0)
        if key not in found:
            found[key] = manifest[key]
            left += manifest[key].get("imports", ())
    return list(found.values())


def _manifest(built: Path) -> Manifest:
    path = built / "manifest.json"
    try:
        changed_ns = path.stat().st_mtime_ns
    except OSError:
        return {}
    return _read(path, changed_ns)


@lru_cache(maxsize=1)
def _read(path: Path, _changed_ns: int) -> Manifest:
    """Read again only when it was built again."""
    found: Manifest = json.loads(path.read_text())
    return found
