"""The islands' build: TypeScript in `src/` becomes modules in `web/static/islands/`, with the machine's Node.

    python -m web.islands.build

Without Node, or where npm's registry cannot be reached, it says so and ends well: every page works without its islands.
Nothing is done when the sources are those of the last build. Safe to repeat.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE.parent / "static" / "islands"
STAMP = "built"
REASON = "not-built"
"""A file with why a build was left out, until one is done: who misses an island can tell a machine that has no Node from a forgotten build."""
MANIFEST = "manifest.json"
LEAST_NODE = (20, 19)
LONGEST_S = 600.0
UNREACHABLE = re.compile(
    r"ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT|CERT|E40\d|E50\d"
)


def sources(here: Path) -> list[Path]:
    """What the build is made of, and nothing that it makes."""
    named = ("package.json", "package-lock.json", ".npmrc", "vite.config.ts", "tsconfig.json")
    return [*(here / name for name in named), *sorted(one for one in (here / "src").rglob("*") if one.is_file())]


def hash_of_sources(here: Path = HERE) -> str:
    told = hashlib.sha256()
    for path in sources(here):
        told.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()


def is_current(wanted: str, out: Path = BUILT) -> bool:
    stamp = out / STAMP
    return (out / MANIFEST).is_file() and stamp.is_file() and stamp.read_text().strip() == wanted


def node_missing() -> str | None:
    """Why this machine's Node can not build; none when it can."""
    if shutil.which("npm") is None or (node := shutil.which("node")) is None:
        return "there is no Node with npm here"
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < LEAST_NODE:
        return f"Node is {said.strip() or 'not answering'}; {'.'.join(map(str, LEAST_NODE))} or newer is needed"
    return None


def npm(*words: str) -> tuple[bool, str]:
    """Whether npm did it, and what it said. It keeps the environment: a proxy and its certificates are named there."""
    command = [shutil.which("npm") or "npm", *words]
    try:
        done = subprocess.run(
            command, cwd=HERE, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        return False, "ETIMEDOUT"
    return done.returncode == 0, done.stdout + done.stderr


def why_left_out(out: Path = BUILT) -> str | None:
    """As the last build said it; none where it was done, or never begun."""
    reason = out / REASON
    return reason.read_text().strip() if reason.is_file() else None


def skip(why: str, out: Path) -> int:
    out.mkdir(parents=True, exist_ok=True)
    (out / REASON).write_text(why + "\n")
    print(f"islands: not built, {why}. Pages work without them; run `make islands` when that has changed.")
    return 0


def main(out: Path = BUILT) -> int:
    wanted = hash_of_sources()
    if is_current(wanted, out):
        (out / STAMP).touch()
        return 0
    if (why := node_missing()) is not None:
        return skip(why, out)
    (out / REASON).unlink(missing_ok=True)
    print("islands: building maps and charts with Node (half a minute)")
    done, said = npm("ci", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=30000")
    if not done and UNREACHABLE.search(said):
        return skip("npm's registry can not be reached", out)
    if done:
        done, said = npm("run", "build")
    if not done:
        print(said, file=sys.stderr)
        print("islands: the build failed; what it said stands above.", file=sys.stderr)
        return 1
    (out / STAMP).write_text(wanted + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
