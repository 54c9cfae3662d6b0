"""What the frame around the pages asks the server: whether somebody is still signed in, and the token of their forms."""

import httpx

from offers import users
from tests.web.conftest import Served
from tests.web.console.conftest import Enter, Person


def test_whoever_is_signed_in_gets_their_forms_token(enter: Enter) -> None:
    for role in users.ROLES:
        person = enter(role)
        answer = person.http.get("/console/here")
        assert answer.status_code == 200
        assert answer.json()["token"] == person.token()
        assert set(answer.json()) == {"who", "token"}
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_whoever_is_not_is_sent_to_the_sign_in_and_told_nothing(served: Served) -> None:
    answer = httpx.get(f"{served.url}/console/here")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in")
    assert not answer.content


def test_pages_have_the_frame_and_the_door_has_not(marketer: Person, browser: object, served: Served) -> None:
    page = marketer.http.get("/console/places").text
    assert 'src="/static/console/frame.js"' in page
    assert "frame.js" not in httpx.get(f"{served.url}/console/sign-in").text
