"""`passerby replay FILE`: plays recorded tracks against a server as phones would."""

from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from offers.errors import BadInput, Misconfigured
from seeds.phone import PhoneError
from seeds.recordings import RecordingError, read_recordings
from seeds.replay import ALL_CONSENTS, Crew, Pace, Played, Step, replay


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for."""

    file: Path
    to: str
    speed: float
    key: str | None
    tokens: tuple[str, ...]
    customers: tuple[str, ...]
    keep_times: bool


def run_replay(asked: Asked, console: Console) -> bool:
    """Play it, with a bar on a terminal and plain lines elsewhere; whether every fix was answered."""
    try:
        recordings = read_recordings(asked.file)
    except RecordingError as error:
        line = "" if error.line is None else f", line {error.line}"
        raise BadInput.at(f"{error.file}{line}", error.problem) from None
    if not recordings:
        raise BadInput.at(str(asked.file), "holds no recording")
    crew = Crew(asked.key, asked.tokens, asked.customers, None if asked.customers else ALL_CONSENTS, pushable=True)
    pace = Pace(speed=asked.speed, restamp="keep" if asked.keep_times else "now")
    fixes = sum(len(one.fixes) for one in recordings)
    console.print(
        f"{len(recordings)} recordings, {fixes:,} fixes, to {asked.to}"
        + (f" at speed {asked.speed:g}" if asked.speed else ", as fast as it answers")
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        answered = bar.add_task("answered", total=fixes)

        def went_on(_step: Step) -> None:
            bar.advance(answered)

        try:
            played = replay(recordings, to=asked.to, crew=crew, pace=pace, progress=went_on)
        except ValueError as error:
            raise BadInput.at("replay", str(error)) from None
        except (PhoneError, httpx.HTTPError) as error:
            raise Misconfigured(f"{asked.to}: {str(error) or type(error).__name__}") from None
    console.print(_table(played))
    return played.is_complete


def _table(played: Played) -> Table:
    table = Table("recording", "device", "fixes", "accepted", "rejected", "repeated", "")
    for one in played.tallies:
        rejected = ", ".join(f"{count} {reason}" for reason, count in one.rejected.most_common())
        counts = (str(one.fixes), str(one.accepted), rejected, str(one.retried or ""))
        table.add_row(one.recording, one.device_id or "", *counts, one.stopped_by or "")
    return table
