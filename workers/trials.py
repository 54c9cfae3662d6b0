"""What came of asking a push service whether it takes our credentials: a worker writes it down, and whoever asked reads it.

Only workers hold the service account, and they send: so a worker asks. Nothing here is a secret or a person's.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from redis import Redis

LAST = "pb:push-trial"
"""The newest, whoever asked for it; and under `pb:push-trial:{id}` each by itself."""
KEPT_S, LAST_KEPT_S = 3600, 30 * 86_400

Said = Literal[
    "accepted",
    "key_refused",
    "clock_wrong",
    "token_refused",
    "not_allowed",
    "switched_off",
    "no_project",
    "quota",
    "down",
    "unreachable",
    "too_slow",
    "cut_off",
    "not_understood",
    "no_account",
]
"""`accepted`: it would send. `no_account`: this worker has none to ask with."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One question and its answer."""

    id: str
    at: float
    """Epoch seconds, by the clock of the worker that asked."""
    said: Said
    project: str = ""
    account: str = ""
    """The service account's own name, which has the form of an e-mail address."""
    status: int = 0
    """Of HTTP; 0 where nothing was answered."""
    word: str = ""
    """The service's own word for it, such as PERMISSION_DENIED."""
    ahead_s: float = 0.0
    """By how much the worker's clock is ahead of the service's; below 0: behind."""
    took_ms: int = 0
    replaced: bool = False
    """The file has another key by now than the one that the worker sends with."""
    vapid: str = ""
    """The public key of what the worker signs messages to browsers with; empty where it has none."""


def keep_trial(redis: Redis, trial: Trial) -> None:
    written = json.dumps(asdict(trial))
    pipeline: Any = redis.pipeline(transaction=True)
    pipeline.set(f"{LAST}:{trial.id}", written, ex=KEPT_S)
    pipeline.set(LAST, written, ex=LAST_KEPT_S)
    pipeline.execute()


def read_trial(redis: Redis, trial_id: str = "") -> Trial | None:
    """The one with this id, or the newest; none where no worker has answered, or an older program wrote something else."""
    client: Any = redis
    written = client.get(f"{LAST}:{trial_id}" if trial_id else LAST)
    if written is None:
        return None
    try:
        return Trial(**json.loads(written))
    except (ValueError, TypeError):
        return None
