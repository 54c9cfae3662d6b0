"""Forms with a file in them: read as browsers send them, and in no more time than reading them takes."""

import pytest

from web.console.forms import _of_parts

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
