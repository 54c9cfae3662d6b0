"""Which push service a message goes to: by what its address is."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from offers.push import Outcome, Push, PushKind, PushMessage

log = structlog.get_logger()


class SwitchPush:
    """Sends a batch through the services that serve it, at the same time. A service that raises loses nobody else's outcomes."""

    def __init__(self, fcm: Push | None, web_push: Push | None) -> None:
        self._ways: Mapping[PushKind, Push | None] = {"token": fcm, "fid": fcm, "web_push": web_push}

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        outcomes = [Outcome("failed", "no_push_service")] * len(messages)
        shares: dict[int, tuple[Push, list[int]]] = {}
        for index, message in enumerate(messages):
            if way := self._ways.get(message.push_kind):
                shares.setdefault(id(way), (way, []))[1].append(index)
        first, *others = shares.values() or [None]
        with ThreadPoolExecutor(max(1, len(others)), thread_name_prefix="push") as beside:
            told = [
                (share[1], beside.submit(_send, share[0], [messages[one] for one in share[1]]))
                for share in others
                if share
            ]
            if first:
                for index, outcome in zip(first[1], _send(first[0], [messages[one] for one in first[1]]), strict=True):
                    outcomes[index] = outcome
            for indexes, sent in told:
                for index, outcome in zip(indexes, sent.result(), strict=True):
                    outcomes[index] = outcome
        return outcomes


def _send(way: Push, share: Sequence[PushMessage]) -> list[Outcome]:
    try:
        outcomes = way.send(share)
    except Exception as error:
        log.exception("push_raised", error=type(error).__name__, deliveries=len(share))
        return [Outcome("unknown", "push_raised")] * len(share)
    if len(outcomes) != len(share):
        log.error("push_miscounted", count=len(outcomes), deliveries=len(share))
        return [Outcome("unknown", "push_raised")] * len(share)
    return outcomes
