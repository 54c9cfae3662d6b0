"""The ways to the push services: what is set up, what the service says when it is asked, and a message to one device."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from celery import Celery
from pydantic import SecretStr

from commands.vapid import new_private_text
from offers import push_lanes, users
from offers.push import Outcome
from offers.records.database import Database
from offers.rules.vapid import How, VapidKeys
from offers.settings import Settings
from tests.conftest import NOON
from tests.doubles.fcm import FcmDouble, Ways
from tests.doubles.web_push import WebPushDouble
from tests.web.conftest import CAMPAIGN, PLACE, Clock, Register, Served
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText
from web.console import settings_push
from web.console.push_shown import FILE, SAID, VAPID
from web.console.words import LINES, TONGUES
from workers.enqueue import Doorbell, new_celery
from workers.failpoints import Failpoints
from workers.push.credentials import Why, read_account
from workers.push.opening import open_push
from workers.push.trying import try_push
from workers.sending import Sender
from workers.trials import Said, Trial, keep_trial

WHERE = "/console/settings/push"
KEY = new_private_text()
SUBJECT = "mailto:push@shop.example"
PUBLIC = VapidKeys.of(KEY, SUBJECT).public


@pytest.fixture(scope="module")
def fcm() -> Iterator[FcmDouble]:
    with FcmDouble(Ways(slow_s=0.2)) as running:
        yield running


@pytest.fixture(scope="module")
def browsers() -> Iterator[WebPushDouble]:
    with WebPushDouble() as running:
        yield running


@pytest.fixture
def account(fcm: FcmDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fcm.reset()
    monkeypatch.setenv("SSL_CERT_FILE", str(fcm.ca_file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(fcm.ca_file))
    file = tmp_path / "account.json"
    file.write_text(json.dumps(fcm.account()))
    return file


@pytest.fixture
def settings(settings: Settings, fcm: FcmDouble, browsers: WebPushDouble, account: Path) -> Settings:
    browsers.reset()
    changes: dict[str, Any] = {
        "push": "fcm",
        "google_application_credentials": str(account),
        "fcm_endpoint": fcm.url,
        "vapid_private_key": SecretStr(KEY),
        "vapid_subject": SUBJECT,
        "web_push_services": browsers.origin.partition("://")[2],
    }
    return settings.model_copy(update=changes)


@dataclass
class Worker(Doorbell):
    """A worker that hears at once, in this process: what it does is the tasks' own."""

    served: Served
    settings: Settings
    celery: Celery
    account: Any
    rung: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.celery)

    def try_push(self, trial_id: str) -> None:
        self.rung.append(trial_id)
        keep_trial(self.served.doors.parts.redis, try_push(self.settings, self.account, trial_id))

    def deliver(self, delivery_ids: Any) -> None:
        parts = self.served.doors.parts
        sender = Sender(
            parts.database, open_push(self.settings, parts.redis), parts.codes, Failpoints(), lambda _: None
        )
        sender.deliver(list(delivery_ids), lambda: datetime.now(UTC))


@pytest.fixture
def worker(served: Served, settings: Settings, account: Path) -> Worker:
    one = Worker(served, settings, new_celery("memory://"), read_account(str(account)))
    served.doors.parts.doorbell = one
    return one


@pytest.fixture
def boss(
    browser: Callable[..., Person], enlist: Callable[..., str], database: Database, clock: Clock
) -> Callable[..., Person]:
    """An admin who is there now: what is sent has to live by the push services' clocks."""

    def make(language: str = "en") -> Person:
        clock.at = time.time()
        person = browser()
        person.email = enlist("admin", f"boss-{language}@shop.example", language)
        with database.transaction() as session:
            credential = users.credential_of(session, person.email)
            assert credential is not None
            secret = users.open_session(session, credential, now=datetime.now(UTC))
        assert secret is not None
        person.http.cookies.set("passerby", secret)
        return person

    return make


def test_every_answer_has_its_words() -> None:
    assert set(SAID) == set(get_args(Said))
    assert set(FILE) == set(get_args(Why))
    assert set(VAPID) == set(get_args(How))


def test_what_is_set_up_is_shown_and_never_a_secret(enter: Enter, account: Path) -> None:
    page = enter("admin").look(WHERE)
    told = json.loads(account.read_text())
    assert told["client_email"] in page.text
    assert "demo" in page.text
    assert PUBLIC in page.text
    assert SUBJECT in page.text
    for secret in (KEY, told["private_key_id"], told["private_key"], told["private_key"][40:80], str(account)):
        assert secret not in page.html
    assert "No message was made." in page.text
    assert page.links["To the first steps"] == "/console/start", "there is no campaign whose message could be sent"


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_the_service_is_truly_asked(
    boss: Callable[..., Person], worker: Worker, fcm: FcmDouble, database: Database, language: str
) -> None:
    person = boss(language)
    answer = person.fill(WHERE, f"{WHERE}/fcm")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{WHERE}?asked={worker.rung[0]}#fcm"
    page = person.look(answer.headers["location"].partition("#")[0])
    accepted = {"en": "Accepted: Google takes the key", "nl": "Aangenomen: Google", "de": "Angenommen: Google"}
    assert accepted[language] in page.text
    (asked,) = fcm.messages
    assert asked.validate_only
    deeds = person.look("/console/settings/deeds").text
    assert {"en": "tested the credentials of", "nl": "testte de inloggegevens", "de": "Zugangsdaten"}[language] in deeds


@pytest.mark.parametrize(
    ("door", "fault", "said", "do"),
    [
        ("token", {"kind": "invalid_grant"}, "Wrong credentials", "Make a new key"),
        ("token", {"status": 503}, "does not work at the moment", "status.firebase.google.com"),
        ("send", {"kind": "unauthorised"}, "Refused: Google gave a token", "Test once more"),
        ("send", {"status": 403}, "Not allowed", "Firebase Cloud Messaging API Admin"),
        ("send", {"status": 404}, "Firebase knows no such project", "It was deleted"),
        ("send", {"kind": "projquota"}, "quota is used up", "under Limits"),
        ("send", {"kind": "killed"}, "Cut off", "Test once more"),
    ],
    ids=str,
)
def test_a_no_is_said_in_plain_words_with_what_to_do(  # noqa: PLR0917 - what it is put together from
    boss: Callable[..., Person], worker: Worker, fcm: FcmDouble, door: str, fault: Any, said: str, do: str
) -> None:
    fcm.faults(**{door: fault})
    person = boss()
    answer = person.fill(WHERE, f"{WHERE}/fcm")
    page = person.look(answer.headers["location"].partition("#")[0])
    assert said in page.text
    assert do in page.text
    assert "Accepted: Google" not in page.text
    assert "Accepted: Google" not in person.look(WHERE).text, "the newest answer stays"


def test_a_service_that_hangs_holds_nobody(
    boss: Callable[..., Person], worker: Worker, fcm: FcmDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.push.trying.WITHIN_S", 0.5)
    fcm.faults(send={"kind": "hang"})
    person = boss()
    answer = person.fill(WHERE, f"{WHERE}/fcm")
    assert "No answer in time" in person.look(answer.headers["location"].partition("#")[0]).text


def test_where_no_worker_answers_it_is_said_soon(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_push, "WAIT_S", 0.3)
    person = enter("admin")
    began = time.monotonic()
    answer = person.fill(WHERE, f"{WHERE}/fcm")
    assert time.monotonic() - began < 10
    page = person.look(answer.headers["location"].partition("#")[0])
    assert "No worker has answered yet." in page.text
    assert page.links["Health"] == "/console/settings/health"


def test_one_at_a_time_waits(enter: Enter, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second who asks looks again instead: twelve of them would hold every thread."""
    monkeypatch.setattr(settings_push, "WAIT_S", 3.0)
    person, other = enter("admin"), enter("admin", "second@shop.example")
    sheet, theirs = person.look(WHERE).sheet(f"{WHERE}/fcm"), other.look(WHERE).sheet(f"{WHERE}/fcm")
    first = threading.Thread(target=lambda: person.send(sheet))
    first.start()
    time.sleep(0.5)
    began = time.monotonic()
    assert other.send(theirs).status_code == 303
    took = time.monotonic() - began
    first.join()
    assert took < 2.0


def test_who_may_not_does_not_ask(enter: Enter, worker: Worker) -> None:
    sheet = enter("admin").look(WHERE).sheet(f"{WHERE}/fcm")
    marketer = enter("marketer")
    assert marketer.http.get(WHERE).status_code == 403
    assert marketer.post(f"{WHERE}/fcm", sheet.but(token=marketer.token())).status_code == 403
    assert marketer.post(f"{WHERE}/message", {"token": marketer.token(), "device": "x"}).status_code == 403
    assert worker.rung == []


def test_a_wrong_file_is_named_without_its_path(enter: Enter, account: Path) -> None:
    person = enter("admin")
    account.write_text("{}")
    page = person.look(WHERE)
    assert "is not the key of a service account" in page.text
    assert "Download the key anew" in page.text
    account.unlink()
    page = person.look(WHERE)
    assert "The file with the service account's key is not there." in page.text
    assert str(account) not in page.html


def test_where_only_workers_hold_the_account_they_tell_whose_it_is(
    boss: Callable[..., Person], served: Served, worker: Worker
) -> None:
    parts = served.doors.parts
    parts.settings = parts.settings.model_copy(update={"google_application_credentials": ""})
    person = boss()
    page = person.look(WHERE)
    assert "Only the workers are given the service account" in page.text
    assert "gserviceaccount" not in page.text
    person.fill(WHERE, f"{WHERE}/fcm")
    page = person.look(WHERE)
    assert "Accepted: Google" in page.text
    assert str(worker.account.info["client_email"]) in page.text


def test_workers_with_another_key_for_browsers_are_told(enter: Enter, served: Served) -> None:
    person = enter("admin")
    keep_trial(served.doors.parts.redis, Trial("x", NOON.timestamp(), "accepted", "demo", vapid=PUBLIC))
    assert "sign with another key" not in person.look(WHERE).text
    keep_trial(served.doors.parts.redis, Trial("y", NOON.timestamp(), "accepted", "demo", vapid="B" * 87))
    assert "sign with another key" in person.look(WHERE).text


def test_a_clock_that_is_off_says_by_how_much(enter: Enter, served: Served) -> None:
    person = enter("admin")
    for off, said in ((1200.4, "1,200 s ahead of"), (-1200.4, "1,200 s behind")):
        keep_trial(served.doors.parts.redis, Trial("x", NOON.timestamp(), "clock_wrong", "demo", ahead_s=off))
        page = person.look(WHERE)
        assert "The clock is wrong" in page.text
        assert said in page.text


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_each_answer_is_whole_in_each_language(enter: Enter, served: Served, language: str) -> None:
    person = enter("admin", language=language)
    for said, words in SAID.items():
        keep_trial(served.doors.parts.redis, Trial("x", NOON.timestamp(), said, "demo", "a@b", 403, "DENIED", 9.0, 1))
        page = person.look(WHERE)
        assert page.lang == language
        assert {LINES[one][TONGUES.index(language)] in page.text for one in words} == {True}
        assert page.styled == 0
        assert len(page.ids) == len(set(page.ids))
        assert set(page.controls) <= page.labelled
        assert "None" not in page.text


def test_a_way_that_pauses_says_since_when_why_and_what_to_do(enter: Enter, database: Database) -> None:
    refused = Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)
    busy = Outcome("waiting", "quota", lane="web_push", retry_after_s=600.0)
    now = database.clock()
    with database.transaction() as session:
        push_lanes.learn_of_lanes(session, [("fcm", refused), ("web_push", busy)], now=now)
    page = enter("admin").look(WHERE)
    fcm, _, rest = page.html.partition('aria-labelledby="web_push"')
    assert "the service refuses our credentials, since" in re.sub(r"<[^>]+>", "", fcm)
    assert "tries again at" in fcm
    assert "Its messages wait and are not lost" in fcm
    assert "is-paused" in rest
    assert "Its messages wait and are not lost" not in rest
    with database.transaction() as session:
        push_lanes.learn_of_lanes(session, [("fcm", Outcome("sent"))], now=now + timedelta(minutes=6))
    assert "Its messages wait" not in enter("admin", "b@shop.example").look(WHERE).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"push": "outbox"}, "Messages are kept in an outbox"),
        ({"push": "web_push"}, "Nothing goes to apps"),
        ({"vapid_private_key": SecretStr("")}, "There is no key to send to browsers with"),
        ({"vapid_subject": "mailto:nobody@passerby.example"}, "The subject reaches nobody"),
        ({"vapid_subject": ""}, "There is a key, and no subject"),
    ],
    ids=str,
)
def test_each_way_of_being_set_up(enter: Enter, served: Served, changes: dict[str, Any], said: str) -> None:
    parts = served.doors.parts
    parts.settings = parts.settings.model_copy(update=changes)
    person = enter("admin")
    page = person.look(WHERE)
    assert said in page.text
    if changes.get("push"):
        assert f"{WHERE}/fcm" not in {one.action for one in page.sheets}
        assert person.post(f"{WHERE}/fcm", {"token": person.token()}).status_code == 409


@pytest.fixture
def campaign(admin: Any) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).status_code == 201
    scanned = CAMPAIGN | {"name": "Poster", "trigger": {"on": "scan"}}
    assert admin.put("/v1/campaigns/scanned", json=scanned).status_code == 201


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("ok", "The push service accepted it."),
        ("gone", "the browser's subscription is no more"),
        ("unauthorised", "It is on its way"),
    ],
)
def test_a_message_goes_to_one_browser_of_ones_choice(  # noqa: PLR0917 - as above
    boss: Callable[..., Person], worker: Worker, browsers: WebPushDouble, register: Register, kind: str, said: str
) -> None:
    person = boss()
    register("sanne", platform="web", push_token=None, push_subscription=browsers.subscribe(PUBLIC, kind))
    page = person.look(f"{WHERE}?customer=sanne")
    assert 'value="scanned"' not in page.html, "a poster's page tells it, and no push"
    sheet = page.sheet(f"{WHERE}/message")
    device = re.search(r'name="device" value="([^"]+)"[^>]*>([^<]+)<', page.html)
    assert device is not None
    assert "Web Push" in device[2]
    asked = PageText(person.send(sheet, campaign="sneakers", device=device[1]).text)
    answer = person.send(asked.sheet(f"{WHERE}/message"))
    assert answer.status_code == 303
    page = person.look(answer.headers["location"].partition("#")[0])
    assert said in page.text
    assert len(browsers.received) == (kind == "ok")
    assert "sent a test of" in person.look("/console/settings/deeds").text


@pytest.mark.usefixtures("campaign")
def test_what_can_not_be_sent_says_why_and_keeps_what_was_chosen(enter: Enter, register: Register, admin: Any) -> None:
    person, device = enter("admin"), register("sanne", push_token="t-1")["device_id"]
    token = person.token()

    def sent(**values: str) -> Any:
        return person.post(f"{WHERE}/message", {"token": token, "customer": "sanne", "campaign": "sneakers"} | values)

    for values, status, said in (
        ({}, 422, "Choose a device."),
        ({"device": "dev_nobody"}, 409, "No device of this customer"),
        ({"device": device, "campaign": "nowhere"}, 422, "f-campaign-error"),
        ({"device": device, "campaign": "scanned"}, 409, "tells this campaign"),
    ):
        answer = sent(**values)
        assert answer.status_code == status, values
        assert said in answer.text
        assert 'value="sanne"' in answer.text
    assert admin.put("/v1/customers/sanne", json={"consents": {"offers": False}}).status_code == 200
    answer = sent(device=device)
    assert answer.status_code == 409
    assert "has not agreed to offers" in answer.text
    assert person.http.get(f"{WHERE}?customer=nobody").status_code == 422
    assert person.http.get(f"{WHERE}?sent=dlv_nowhere&asked=%3Cb%3E").status_code == 200
