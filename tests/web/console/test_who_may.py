"""Each page and each deed, for each role; and what keeps other people's pages from doing anything in ours."""

import httpx
import pytest

from offers import users
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served
from tests.web.console import whose
from tests.web.console.conftest import FORM, OFFER, Enter, Person
from web.console.doors import PAGES as ROUTERS

READERS = {"viewer", "marketer", "admin"}
WRITERS = {"marketer", "admin"}
EVERYBODY = READERS | {"staff"}
PAGES: dict[str, set[str]] = {
    "/console": READERS,  # staff are sent on to the pickup board
    "/console/pickup": EVERYBODY,
    "/console/pickup?view=prepare": EVERYBODY,
    "/console/pickup?view=uncollected&place=kalverstraat-102": EVERYBODY,
    "/console/pickup?q=sanne": EVERYBODY,
    "/console/pickup/orders/A-1": EVERYBODY,
    "/console/inbox": EVERYBODY,
    "/console/password": EVERYBODY,
    "/console/places": READERS,
    "/console/places/new": WRITERS,
    "/console/places/kalverstraat-102": READERS,
    "/console/campaigns": READERS,
    "/console/campaigns/new": WRITERS,
    "/console/campaigns/new?copy=sneakers": WRITERS,
    "/console/campaigns/sneakers": READERS,
    "/console/campaigns/sneakers/edit": WRITERS,
    "/console/campaigns/sneakers/edit?checks=1": WRITERS,
    "/console/campaigns/sneakers/preview": READERS,
    "/console/campaigns/sneakers/preview?customer=sanne": READERS,
    "/console/campaigns/sneakers/rehearse": READERS,
    "/console/campaigns/sneakers/rehearse?days=30": READERS,
    "/console/campaigns/sneakers/launch": WRITERS,
    "/console/campaigns/live/pause": WRITERS,
    "/console/campaigns/live/end": WRITERS,
    "/console/places?q=kalver": READERS,
    "/console/places/kalverstraat-102/delete": WRITERS,
    "/console/campaigns/sneakers/delete": WRITERS,
    "/console/offers": READERS,
    "/console/offers/new": WRITERS,
    "/console/offers/ten": READERS,
    "/console/offers/ten/delete": WRITERS,
    "/console/posters": READERS,
    "/console/posters?campaign=scanned": READERS,
    "/console/posters/new": WRITERS,
    "/console/posters/import": WRITERS,
    "/console/posters/window": READERS,
    "/console/posters/window/retire": WRITERS,
    "/console/customers": READERS,
    "/console/customers?q=san": READERS,
    "/console/customers/sanne": READERS,
    "/console/why": READERS,
    "/console/why?customer=sanne&campaign=sneakers": READERS,
    "/console/deliveries": READERS,
    "/console/decisions": READERS,
    "/console/pickup/times": EVERYBODY,
    "/console/pickup/times?place=kalverstraat-102&days=30": EVERYBODY,
    "/console/users": {"admin"},
} | whose.PAGES
PICTURES = {
    "/console/posters/window.svg": "image/svg+xml",
    "/console/posters/window.png": "image/png",
    "/console/posters/window.pdf": "application/pdf",
}
"""For READERS."""
POSTS: dict[str, set[str]] = whose.POSTS | {
    "/console/places/new": WRITERS,
    "/console/places/kalverstraat-102": WRITERS,
    "/console/campaigns/new": WRITERS,
    "/console/campaigns/sneakers/edit": WRITERS,
    "/console/campaigns/sneakers/launch": WRITERS,
    "/console/campaigns/live/pause": WRITERS,
    "/console/campaigns/live/end": WRITERS,
    "/console/places/kalverstraat-102/delete": WRITERS,
    "/console/campaigns/sneakers/delete": WRITERS,
    "/console/offers/new": WRITERS,
    "/console/offers/ten": WRITERS,
    "/console/offers/ten/delete": WRITERS,
    "/console/posters/new": WRITERS,
    "/console/posters/import": WRITERS,
    "/console/posters/window": WRITERS,
    "/console/posters/window/retire": WRITERS,
    "/console/pickup/noticed": WRITERS | {"staff"},
    "/console/pickup/orders/A-1/ready": WRITERS | {"staff"},
    "/console/pickup/orders/A-1/undone": WRITERS | {"staff"},
    "/console/pickup/orders/A-1/collected": WRITERS | {"staff"},
    "/console/password": EVERYBODY,
    "/console/language": EVERYBODY,
    "/console/sign-out": EVERYBODY,  # the last: who is out is sent to the sign-in, whatever they ask
}


@pytest.fixture
def desk(admin: httpx.Client, register: object) -> None:
    """A place, a draft, a live campaign and a customer with a device, through the API."""
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    assert admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "language": "nl"}).status_code == 201
    assert admin.put("/v1/offers/ten", json=OFFER).status_code == 201
    for name in ("sneakers", "live"):
        assert admin.put(f"/v1/campaigns/{name}", json=CAMPAIGN | {"name": name.title()}).status_code == 201
    assert admin.post("/v1/campaigns/live/launch").status_code == 200
    assert admin.put("/v1/places/dam-1", json=PLACE | {"name": "Dam 1"}).status_code == 201
    order = {"customer": "sanne", "place": "dam-1", "status": "placed", "items": []}
    assert admin.put("/v1/orders/A-1", json=order).status_code == 201
    scanned = CAMPAIGN | {"name": "Scanned", "trigger": {"on": "scan"}}
    assert admin.put("/v1/campaigns/scanned", json=scanned).status_code == 201
    poster = {"place": "kalverstraat-102", "campaign": "scanned"}
    assert admin.put("/v1/posters/window", json=poster).status_code == 201


def test_every_door_of_the_console_stands_in_these_lists() -> None:
    known = (
        {path.partition("?")[0] for path in PAGES}
        | set(POSTS)
        | set(PICTURES)
        | {"/console/sign-in", "/console/{path:path}"}
        | {"/console/inbox/events", "/console/inbox/{conversation_id}"}  # told in test_inbox.py
        | {"/console/pickup/events"}  # told in test_pickup.py
        | {"/console/pickup/times.csv"}  # told in test_pickup_times.py
        | whose.ELSEWHERE
    )
    for router in ROUTERS:
        for route in router.routes:
            pattern = getattr(route, "path")  # noqa: B009 - starlette's base class does not say it
            plain = [pattern.replace("{place_id}", "kalverstraat-102").replace("{customer_id}", "sanne")]
            plain = [one.replace("{offer_id}", "ten").replace("{poster_id}", "window") for one in plain]
            plain = [one.replace("{order_id}", "A-1") for one in plain]
            plain = [one.replace("{what}", what) for one in plain for what in ("ready", "collected", "undone")]
            plain = [one.replace("{campaign_id}", name) for one in plain for name in ("sneakers", "live")]
            plain = [one.replace("{step}", step) for one in plain for step in ("launch", "pause", "end")]
            assert set(plain) & known, pattern


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("role", users.ROLES)
def test_each_role_sees_its_pages_and_no_other(enter: Enter, role: str) -> None:
    person = enter(role)
    for path, roles in PAGES.items():
        answer = person.http.get(path)
        if path == "/console" and role == "staff":
            assert answer.headers["location"] == "/console/pickup"
            continue
        assert answer.status_code == (200 if role in roles else 403), f"{role} {path}"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        if role not in roles:
            assert "This is not yours to do" in answer.text


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("role", users.ROLES)
def test_each_role_sees_its_pictures(enter: Enter, role: str) -> None:
    person = enter(role)
    for path, kind in PICTURES.items():
        answer = person.http.get(path)
        assert answer.status_code == (200 if role in READERS else 403), f"{role} {path}"
        assert answer.headers["content-type"] == (kind if role in READERS else "text/html; charset=utf-8")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("role", users.ROLES)
def test_each_role_does_its_deeds_and_no_other(enter: Enter, database: Database, role: str) -> None:
    person = enter(role)
    token = person.token()
    before = database_says(database)
    for path, roles in POSTS.items():
        answer = person.post(path, {"token": token})
        if role in roles:
            assert answer.status_code != 403, f"{role} {path}"
        else:
            assert answer.status_code == 403, f"{role} {path}"
            assert database_says(database) == before, path


def database_says(database: Database) -> str:
    from offers import campaigns, desk_offers, places

    with database.reading() as session:
        return repr([one(session) for one in (places.list_places, campaigns.list_campaigns, desk_offers.list_offers)])


@pytest.mark.usefixtures("desk")
def test_who_is_not_signed_in_sees_nothing(browser: object, served: Served) -> None:
    with httpx.Client(base_url=served.url, headers={"origin": served.url}, timeout=20) as client:
        for path in (*PAGES, *PICTURES):
            answer = client.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/console/sign-in"), path
            assert not answer.content
        for path in POSTS:
            answer = client.post(path, content="token=x", headers={"content-type": FORM})
            assert answer.status_code == 303, path
            assert answer.headers["location"] == "/console/sign-in?over=1"


@pytest.mark.usefixtures("desk")
def test_keys_and_phones_open_no_page(served: Served, keys: dict[str, str], register: Register) -> None:
    """What opens the API opens nothing here, on our own page's word neither."""
    for credential in (*keys.values(), register()["token"]):
        headers = {"origin": served.url, "authorization": f"Bearer {credential}", "cookie": f"passerby={credential}"}
        with httpx.Client(base_url=served.url, headers=headers, timeout=20) as client:
            assert {client.get(path).status_code for path in PAGES} == {303}
            sent = {client.post(path, content="token=x", headers={"content-type": FORM}).status_code for path in POSTS}
            assert sent == {303}


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("path", POSTS)
def test_a_form_of_another_page_does_nothing(enter: Enter, database: Database, served: Served, path: str) -> None:
    """No token, another session's, another's origin, no word of any origin: each alone is enough to be refused."""
    person, other = enter("admin"), enter("admin", "other@shop.example")
    own, others = person.token(), other.token()
    assert own != others
    before = database_says(database)

    def tried(token: str, **headers: str | None) -> int:
        said: dict[str, str] = {"content-type": FORM, "cookie": f"passerby={person.http.cookies['passerby']}"}
        given = {"origin": served.url, "sec-fetch-site": "same-origin"} | headers
        said |= {name.replace("_", "-"): value for name, value in given.items() if value is not None}
        answer = httpx.post(f"{served.url}{path}", content=f"token={token}", headers=said)
        if answer.status_code == 403:
            own_page = "did not come from our own page", "This form is from before you signed in"
            assert any(said in answer.text for said in own_page)
        return answer.status_code

    assert tried("") == 403
    assert tried("nonsense") == 403
    assert tried(others) == 403
    assert tried(own, origin="https://evil.example") == 403
    assert tried(own, origin="null") == 403
    assert tried(own, **{"sec-fetch-site": "cross-site"}) == 403
    assert tried(own, **{"sec-fetch-site": "same-site"}) == 403
    assert tried(own, origin=None, **{"sec-fetch-site": None}) == 403
    assert database_says(database) == before
    assert person.http.get("/console").status_code == 200, "still signed in"


def test_the_sign_in_form_is_tied_to_its_browser(enter: Enter, browser: object, served: Served) -> None:
    """Nobody is signed in as somebody else by a foreign page."""
    person = enter("marketer")
    fields = f"token=nonsense&email={person.email}&password=four+plain+words+here"
    answer = httpx.post(
        f"{served.url}/console/sign-in", content=fields, headers={"content-type": FORM, "origin": served.url}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_must_be_a_form(marketer: Person) -> None:
    token = marketer.token()
    answer = marketer.http.post("/console/places/new", json={"token": token})
    assert answer.status_code == 415
    packed = {"content-type": FORM, "content-encoding": "gzip"}
    assert marketer.http.post("/console/places/new", content=f"token={token}", headers=packed).status_code == 415
    nul = marketer.http.post("/console/places/new", content=f"token={token}&name=a%00b", headers={"content-type": FORM})
    assert nul.status_code == 422
    broken = marketer.http.post("/console/places/new", content=b"token=%ff\xff", headers={"content-type": FORM})
    assert broken.status_code == 422


def test_a_changed_role_counts_at_the_next_request(enter: Enter, database: Database) -> None:
    person, other = enter("admin"), enter("admin", "other@shop.example")

    def give_role(role: str) -> None:
        with database.transaction() as session:
            assert users.change_role(session, person.email, role, now=NOON)

    assert person.http.get("/console/users").status_code == 200
    sheet = person.look("/console/places/new").sheet("/console/places/new")
    give_role("viewer")
    assert person.http.get("/console/users").status_code == 403
    assert person.send(sheet, name="Too late", lat="52.37", lon="4.89").status_code == 403
    give_role("staff")
    assert person.http.get("/console/places").status_code == 403
    assert "command line made store staff of user admin@shop.example" in other.look("/console/users").text


def test_staff_come_to_the_board(enter: Enter) -> None:
    person = enter("staff")
    assert person.http.get("/console").headers["location"] == "/console/pickup"
    page = person.look("/console/pickup")
    assert "/console/places" not in page.links.values()


def test_a_viewer_is_offered_nothing_to_write(enter: Enter, desk: None) -> None:
    person = enter("viewer")
    for path, roles in PAGES.items():
        if "viewer" in roles:
            page = person.look(path)
            writes = {one.action for one in page.sheets if one.method == "post"}
            allowed = {"/console/language", "/console/sign-out", "/console/password"}
            allowed |= {"/console/posters.pdf"}  # prints what is ticked, which may be more than an address holds
            assert writes - allowed <= {path}, path
            assert not [
                to for to in page.links.values() if to.endswith(("/new", "/edit", "/launch", "/pause", "/delete"))
            ], path
    assert "disabled" in person.http.get("/console/places/kalverstraat-102").text


@pytest.mark.usefixtures("desk")
def test_every_page_keeps_strangers_out_of_it(enter: Enter, browser: object, served: Served) -> None:
    person = enter("admin")
    answers = [person.http.get(path) for path in (*PAGES, "/console/nowhere", "/console/places/nowhere")]
    answers.append(httpx.get(f"{served.url}/console/sign-in"))
    answers.append(person.http.post("/console/places/new", content="x=1", headers={"content-type": FORM}))
    for answer in answers:
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/console/nowhere",
        "/console/places/nowhere",
        "/console/campaigns/nowhere",
        "/console/campaigns/nowhere/edit",
        "/console/campaigns/nowhere/launch",
        "/console/customers/nobody",
        "/console/campaigns/new?copy=nowhere",
    ],
)
def test_what_is_not_there_is_a_page(marketer: Person, path: str) -> None:
    assert "Not there" in marketer.look(path, 404).text


@pytest.mark.parametrize("path", ["/console/places?cursor=%00", "/console/campaigns/a%20b", "/console/live?cursor=%2F"])
def test_an_address_that_can_not_be_read_is_a_page(marketer: Person, path: str) -> None:
    assert "can not be read" in marketer.look(path, 422).text


def test_deeds_are_remembered_for_the_admin(enter: Enter, desk: None, database: Database) -> None:
    marketer = enter("marketer")
    marketer.fill("/console/campaigns/live/pause")
    text = enter("admin").look("/console/users").text
    assert "marketer@shop.example paused campaign Live" in text
    with database.transaction() as session:
        users.disable_user(session, "marketer@shop.example", now=NOON)
    text = enter("admin", "second@shop.example").look("/console/users").text
    assert "command line disabled user marketer@shop.example" in text
