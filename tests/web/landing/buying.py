"""A visitor without JavaScript: opens pages, reads their forms and sends them, as a browser would."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urljoin

import httpx

OWN = {"sec-fetch-site": "same-origin"}


@dataclass
class Form:
    action: str
    fields: dict[str, str]
    buttons: dict[str, str] = field(default_factory=dict)
    """Where each button's own action leads, by its words."""


def forms_of(page: str, at: str) -> list[Form]:
    found = []
    for attributes, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        action = re.search(r'action="([^"]*)"', attributes)
        fields = {}
        for tag in re.findall(r"<input[^>]*>", inside):
            said = {name: unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
            fields[said["name"]] = said.get("value", "")
        for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', inside, re.DOTALL):
            chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
                r'<option value="([^"]*)"', options
            )
            fields[name] = unescape(chosen[1]) if chosen else ""
        buttons = {
            unescape(words): urljoin(at, unescape(own))
            for own, words in re.findall(r'<button[^>]*formaction="([^"]*)"[^>]*>([^<]*)', inside)
        }
        found.append(Form(urljoin(at, unescape(action[1]) if action else at), fields, buttons))
    return found


class Visitor:
    """`cookies` off: the browser refuses them."""

    def __init__(self, url: str, *, cookies: bool = True, language: str = "en") -> None:
        self._url, self._language = url, language
        self._takes_cookies = cookies
        self._cookies = httpx.Cookies()

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def post(self, path: str, data: Mapping[str, str], headers: Mapping[str, str] = OWN) -> httpx.Response:
        return self._ask("POST", path, data=dict(data), headers=dict(headers))

    def send(self, form: Form, *, button: str | None = None, **change: str) -> httpx.Response:
        return self.post(form.buttons[button] if button else form.action, {**form.fields, **change})

    def form(self, path: str) -> Form:
        page = self.get(path)
        assert page.status_code == 200, page.text
        return forms_of(page.text, str(page.url))[0]

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        said = {"accept-language": self._language}
        with httpx.Client(base_url=self._url, headers=said, cookies=self._cookies, trust_env=False, timeout=30) as one:
            answer = one.request(method, path, **more)
            if self._takes_cookies:
                self._cookies.update(one.cookies)
        return answer


def location(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def checkout(visitor: Visitor, answer: httpx.Response) -> str:
    """Where the page before the checkout leads by itself, which its link says too."""
    page = visitor.get(location(answer))
    assert page.status_code == 200, page.text
    assert page.headers["cache-control"] == "no-store"
    delay, _, url = page.headers["refresh"].partition("; url=")
    assert delay == "0"
    assert f'href="{url}" rel="noopener noreferrer"' in page.text
    return url
