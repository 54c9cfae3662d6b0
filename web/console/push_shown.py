"""What is shown of a way to a push service: whether it is set up, what is odd about that, and how it goes now. Never a secret."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from offers.push_lanes import LaneNow
from offers.rules.vapid import How, standing_of, subject_of
from offers.settings import Settings
from workers.push.credentials import UnusableAccount, Why, read_account
from workers.trials import Said, Trial

State = Literal["ok", "look", "wrong", "off"]
BADGES: Mapping[State, tuple[str, str]] = {
    "ok": ("live", "push_set_up"),
    "look": ("paused", "push_to_look_at"),
    "wrong": ("failed", "push_wrong"),
    "off": ("ended", "push_not_set_up"),
}
"""The badge's tone, and what it says."""
FILE: Mapping[Why, str] = {
    "not_set": "push_f_not_set",
    "not_there": "push_f_not_there",
    "not_readable": "push_f_not_readable",
    "not_json": "push_f_not_json",
    "not_an_account": "push_f_not_an_account",
    "lacks_something": "push_f_lacks_something",
    "bad_address": "push_f_bad_address",
    "bad_key": "push_f_bad_key",
}
VAPID: Mapping[How, tuple[State, str, str]] = {
    "not_asked": ("off", "push_f_outbox", "push_f_outbox_why"),
    "none": ("off", "push_v_none", "push_v_make"),
    "missing": ("wrong", "push_v_none", "push_v_make"),
    "wrong": ("wrong", "push_v_wrong", "push_v_make"),
    "no_subject": ("wrong", "push_v_no_subject", "push_v_name"),
    "nobodys": ("look", "push_v_nobodys", "push_v_name"),
    "waits": ("off", "push_v_waits", "push_f_outbox_why"),
    "ready": ("ok", "push_v_ready", ""),
}
SAID: Mapping[Said, tuple[str, str]] = {
    "accepted": ("push_said_accepted", "push_said_accepted_why"),
    "key_refused": ("push_said_key_refused", "push_said_key_refused_why"),
    "clock_wrong": ("push_said_clock_wrong", "push_said_clock_wrong_why"),
    "token_refused": ("push_said_token_refused", "push_said_token_refused_why"),
    "not_allowed": ("push_said_not_allowed", "push_said_not_allowed_why"),
    "switched_off": ("push_said_switched_off", "push_said_switched_off_why"),
    "no_project": ("push_said_no_project", "push_said_no_project_why"),
    "quota": ("push_said_quota", "push_said_quota_why"),
    "down": ("push_said_down", "push_said_down_why"),
    "unreachable": ("push_said_unreachable", "push_said_unreachable_why"),
    "too_slow": ("push_said_too_slow", "push_said_too_slow_why"),
    "cut_off": ("push_said_cut_off", "push_said_too_slow_why"),
    "not_understood": ("push_said_not_understood", "push_said_not_understood_why"),
    "no_account": ("push_said_no_account", "push_said_no_account_why"),
}
"""What each answer of a test means, and what to do."""
LANES = {
    "fcm": "push_lane_all",
    "fcm:ios": "push_lane_ios",
    "fcm:android": "push_lane_android",
    "fcm:web": "push_lane_web",
    "web_push": "push_lane_all",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a push service, with phrases by name: `facts` label to value, `do` empty where nothing is to be done."""

    name: Literal["fcm", "web_push"]
    called: str
    state: State
    said: str
    do: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    lanes: tuple[LaneNow, ...] = field(default=())

    @property
    def badge(self) -> tuple[str, str]:
        return BADGES[self.state]


def ways_of(settings: Settings, lanes: Iterable[LaneNow], trial: Trial | None) -> tuple[Way, Way]:
    """To apps and to browsers, as this process is set up; what a worker told lately is shown where this process can not know."""
    now = list(lanes)
    return _fcm(settings, now, trial), _web_push(settings, now, trial)


def _fcm(settings: Settings, lanes: list[LaneNow], trial: Trial | None) -> Way:
    def way(state: State, said: str, do: str = "", project: str = "", account: str = "") -> Way:
        shown = tuple(one for one in (("push_project", project), ("push_account", account)) if one[1])
        return Way("fcm", "push_to_apps", state, said, do, shown, _lanes_of(lanes, "fcm") if state != "off" else ())

    if settings.push != "fcm":
        said = "push_f_outbox" if settings.push == "outbox" else "push_f_off"
        return way("off", said, f"{said}_why")
    if not settings.google_application_credentials:
        told = (trial.project, trial.account) if trial else ()
        return way("ok", "push_f_elsewhere", "", *told)
    try:
        account = read_account(settings.google_application_credentials)
    except UnusableAccount as error:
        return way("wrong", FILE[error.why], "push_f_mend")
    return way("ok", "push_f_right", "", account.project_id, str(account.info["client_email"]))


def _web_push(settings: Settings, lanes: list[LaneNow], trial: Trial | None) -> Way:
    subject = settings.vapid_subject or subject_of(settings.base_url) or ""
    now = standing_of(settings.push, settings.vapid_private_key.get_secret_value(), subject)
    state, said, do = VAPID[now.how]
    if now.how == "ready" and trial is not None and trial.said != "no_account" and trial.vapid != now.public:
        state, said, do = "wrong", "push_v_differs", "push_v_differs_why"
    facts = (("push_public_key", now.public), ("push_subject", now.subject))
    shown = tuple((name, text) for name, text in facts if text)
    going = _lanes_of(lanes, "web_push") if state != "off" else ()
    return Way("web_push", "push_to_browsers", state, said, do, shown, going)


def _lanes_of(lanes: list[LaneNow], service: str) -> tuple[LaneNow, ...]:
    """The service's own first; one of which nothing is known goes."""
    known = {one.name: one for one in lanes if one.name.partition(":")[0] == service and one.name in LANES}
    known.setdefault(service, LaneNow(service, is_paused=False, is_braked=False, pace=100, trouble=None))
    return tuple(known[name] for name in LANES if name in known)


def shown_trial(trial: Trial) -> dict[str, Any]:
    """An answer for its page: phrases by name."""
    said, do = SAID[trial.said]
    return {
        "ok": trial.said == "accepted",
        "said": said,
        "do": do,
        "word": f"{trial.status} {trial.word}".strip() if trial.status and trial.said != "accepted" else "",
        "project": trial.project,
        "seconds": f"{trial.took_ms / 1000:.1f}",
        "off": trial.ahead_s if trial.said == "clock_wrong" else 0,
        "replaced": trial.replaced,
        "at": trial.at,
    }
