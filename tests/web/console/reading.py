"""A page as a reader without a script has it: its text, its forms with what stands in them, its links."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Sheet:
    """One form: where it goes, what it would send as it stands, and the names of its buttons."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def but(self, **values: Any) -> list[tuple[str, str]]:
        """What is sent when these fields are filled in; `__` is a dot, none takes a field away, a list gives several."""
        wanted = {name.replace("__", "."): value for name, value in values.items()}
        kept = [(name, text) for name, text in self.fields if name not in wanted]
        for name, value in wanted.items():
            several = value if isinstance(value, list) else [] if value is None else [value]
            kept += [(name, str(one)) for one in several]
        return kept

    def __getitem__(self, name: str) -> str:
        return next(text for key, text in self.fields if key == name)


class PageText(HTMLParser):
    """Fails on what would be another page for a browser: unknown nesting of forms."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})
    INLINE = frozenset({"a", "b", "code", "span", "time"})
    """Between what these hold and what stands beside it there is no blank but a written one."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.lang = ""
        self.texts: list[str] = []
        self.links: dict[str, str] = {}
        self.sheets: list[Sheet] = []
        self.ids: list[str] = []
        self.described: list[str] = []
        self.invalid: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[str] = []
        self.styled = 0
        self._open: list[str] = []
        self._sheet: Sheet | None = None
        self._link: tuple[str, list[str]] | None = None
        self._select = ""
        self._option: str | None = None
        self._area: tuple[str, list[str]] | None = None
        self.feed(html)
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag not in self.INLINE:
            self.texts.append(" ")
        if tag not in self.VOID and tag != "option":
            self._open.append(tag)
        if "id" in has:
            self.ids.append(has["id"])
        self.styled += "style" in has or tag == "style" or (tag == "script" and "src" not in has)
        self.described += has.get("aria-describedby", "").split()
        if has.get("aria-invalid") == "true":
            self.invalid.append(has.get("name", ""))
        match tag:
            case "html":
                self.lang = has["lang"]
            case "a":
                self._link = (has["href"], [])
            case "label":
                self.labelled.add(has["for"])
            case "form":
                assert self._sheet is None
                self._sheet = Sheet(has.get("action", ""), has.get("method", "get"))
                self.sheets.append(self._sheet)
            case "input" | "textarea" | "select":
                self._control(tag, has)
            case "option" if has.get("value") is not None and "selected" in has and self._sheet:
                self._option = has["value"]

    def _control(self, tag: str, has: dict[str, str]) -> None:
        if has.get("type") != "hidden" and "aria-hidden" not in has:
            self.controls.append(has.get("id", ""))
        if self._sheet is None:
            return
        kind, name = has.get("type", "text"), has["name"]
        if tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select, self._option = name, None
        elif kind != "checkbox" or "checked" in has:
            self._sheet.fields.append((name, has.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID or tag == "option":
            return
        if tag not in self.INLINE:
            self.texts.append(" ")
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes something else"
        if tag == "form":
            self._sheet = None
        elif tag == "select" and self._sheet:
            self._sheet.fields.append((self._select, self._option or ""))
        elif tag == "textarea" and self._sheet and self._area:
            self._sheet.fields.append((self._area[0], "".join(self._area[1]).removeprefix("\n")))
            self._area = None
        elif tag == "a" and self._link:
            self.links.setdefault(" ".join("".join(self._link[1]).split()), self._link[0])
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)
            return
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(data)
        if self._link is not None:
            self._link[1].append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def sheet(self, action: str) -> Sheet:
        found = [one for one in self.sheets if one.action == action]
        assert found, f"no form goes to {action}; there are {[one.action for one in self.sheets]}"
        return found[0]
