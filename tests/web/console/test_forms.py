"""Forms with a file in them: read as browsers send them, and in no more time than reading them takes."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.web.console.conftest import FORM, Person
from web.bodies import MOST_BYTES
from web.console.forms import MOST_OF_STRANGERS, _of_parts
from web.console.sentence import _FACT

KIND = "multipart/form-data; boundary=----b0undary"


def _sent(*parts: tuple[str, bytes]) -> bytes:
    return b"".join(b"------b0undary\r\n%s\r\n\r\n%s\r\n" % (head.encode(), said) for head, said in parts) + (
        b"------b0undary--\r\n"
    )


def test_a_form_as_browsers_send_it() -> None:
    head = 'Content-Disposition: form-data; name="{}"'
    file = head.format("file") + '; filename="name=x;.csv"\r\nContent-Type: text/csv'
    raw = _sent(
        (head.format("token"), b"t"), (file, b"\xef\xbb\xbfid,name\r\n\r\n1,\xc3\xa9\xff"), (head.format("on"), b"")
    )
    assert _of_parts(KIND, raw) == [("token", "t"), ("file", "id,name\r\n\r\n1,é\ufffd"), ("on", "")]
    assert _of_parts('multipart/form-data; boundary="----b0undary"', raw)[0] == ("token", "t")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"------b0undary\r\n",
        _sent(("Content-Disposition: form-data", b"x")),
        _sent(('Content-Disposition: form-data; name="a"' + "; a=b" * 1000, b"x")),
        _sent(*[('Content-Disposition: form-data; name="a"', b"x")] * 200),
    ],
)
def test_what_is_no_form(raw: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        _of_parts(KIND, raw)
    with pytest.raises(ValueError, match="no boundary"):
        _of_parts("multipart/form-data", raw)


def test_parts_within_parts_are_read_as_text() -> None:
    """What reads mail goes into each of them, which takes half a minute of the server's one loop, and then has no room left."""
    head = 'Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary={}'
    inner = b"".join(b"--%d\r\n%s\r\n\r\n" % (one, head.format(one + 1).encode()) for one in range(5000))
    assert _of_parts(KIND, _sent((head.format(0), inner))) == [("a", inner.decode())]


IMPORT = "/console/places/import"


def test_a_strangers_long_form_is_not_read(browser: Callable[..., Person], marketer: Person) -> None:
    """The longest form that a page has is open to whoever finds it: what is in it is looked at once somebody is known."""
    long = [("token", "x"), ("text", "a" * MOST_OF_STRANGERS)]
    for stranger in (browser(), browser(origin="https://elsewhere.example", **{"sec-fetch-site": "cross-site"})):
        answer = stranger.post(IMPORT, long)
        assert answer.status_code in (303, 403)
        assert "aaaa" not in answer.text
    kept = browser().post(IMPORT, [("token", "x"), ("text", "what was typed")])
    assert (kept.status_code, "what was typed" in kept.text) == (401, True), "a short one waits for the sign-in"
    theirs = marketer.post(IMPORT, [("token", marketer.token()), *long])
    assert theirs.status_code not in (401, 403, 413)
    pairs = urlencode([("token", marketer.token()), ("text", "a" * MOST_BYTES)])
    too_long = marketer.http.post(IMPORT, content=pairs, headers={"content-type": FORM})
    assert too_long.status_code == 413, "without parts it costs eighty times its size"


def test_a_sentence_is_made_of_whatever_is_typed() -> None:
    """Of a title of half a megabyte, which is no template: looked through once, where it took minutes."""
    for title in ("{{" + "a" * 500_000, "{{ a" * 100_000, "{{" + " " * 500_000):
        assert _FACT.findall(title) == []
    assert _FACT.findall("Hi {{ customer.first_name | default: 'you' }}, {{x}}") == ["customer.first_name", "x"]
