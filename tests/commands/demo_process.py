"""The real demo as a process of its own, and what it leaves behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

from workers.embedded import free_port

READY = "Ctrl-C stops everything."
PATIENCE_S = 90.0


class Demo:
    """`passerby demo` on a free port, with its words in a file. `stop` waits for its end."""

    def __init__(self, folder: Path, *arguments: str, port: int | None = None) -> None:
        self.folder, self.port = folder, port or free_port()
        self.words = folder.parent / f"{folder.name}.{self.port}.txt"
        line = [
            sys.executable,
            "-m",
            "commands.start",
            "demo",
            "--port",
            str(self.port),
            "--data",
            str(folder),
            *arguments,
        ]
        with self.words.open("wb") as out:
            self.process = subprocess.Popen(
                line, stdout=out, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[2], start_new_session=True
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.words.read_text(encoding="utf-8")

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.said():
            assert self.process.poll() is None, f"the demo ended before it said {words!r}: {self.said()}"
            assert time.monotonic() < deadline, f"the demo never said {words!r}: {self.said()}"
            time.sleep(0.05)

    def end(self) -> int:
        """The exit code, once it has ended by itself."""
        return self.process.wait(PATIENCE_S)

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.end()

    def kill(self) -> None:
        """For a test that failed: whatever is still there goes, children too (the kernel ties them to this process)."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def left_behind(self) -> list[int]:
        """Processes that were started for this folder and still live."""
        mark = f"PASSERBY_DATA={self.folder.resolve()}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue  # it has just ended, or is somebody else's
        return found
