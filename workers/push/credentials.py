"""The Firebase service account: read from its file, and what is wrong with it in words that never show a key.

The one place that decides whether a process that would send may start: worker, `serve` and `doctor` call it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from offers.errors import Misconfigured
from offers.settings import Settings

VARIABLE = "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS"
NEEDED = ("project_id", "client_email", "private_key", "private_key_id", "token_uri")
"""What Firebase's own library reads of a service account."""
Why = Literal[
    "not_set", "not_there", "not_readable", "not_json", "not_an_account", "lacks_something", "bad_address", "bad_key"
]


class UnusableAccount(Misconfigured):
    """`why` by name, for who says it in other words."""

    def __init__(self, message: str, why: Why) -> None:
        super().__init__(message)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account that can sign: `info` is the whole of its file."""

    info: Mapping[str, Any]

    @property
    def project_id(self) -> str:
        return str(self.info["project_id"])

    def __repr__(self) -> str:
        return f"ServiceAccount({self.project_id})"  # never its key, whoever logs it


def check_credentials(settings: Settings) -> None:
    """`Misconfigured` with one line where messages are to go through FCM and can not; nothing otherwise."""
    if settings.push == "fcm":
        read_account(settings.google_application_credentials)


def read_account(named: str) -> ServiceAccount:
    """The service account in a file. `Misconfigured` names the variable and what is wrong, never what the file holds."""
    if not named:
        said = f"{VARIABLE} is not set: PASSERBY_PUSH=fcm needs the file with a service account's key."
        raise UnusableAccount(said, "not_set")
    try:
        info = json.loads(Path(named).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _wrong(named, "not_there", "is not there") from None
    except OSError as error:
        raise _wrong(named, "not_readable", f"can not be read ({error.strerror or type(error).__name__})") from None
    except (ValueError, RecursionError):  # what is said of it may quote it
        raise _wrong(named, "not_json", "is not JSON") from None
    if not isinstance(info, dict) or info.get("type") != "service_account":
        raise _wrong(named, "not_an_account", "is not the key of a service account")
    for name in NEEDED:
        if not isinstance(info.get(name), str) or not info[name].strip():
            raise _wrong(named, "lacks_something", f"has no {name}")
    address = urlsplit(info["token_uri"])
    if address.scheme not in {"https", "http"} or not address.netloc:
        raise _wrong(named, "bad_address", "has a token_uri that is no web address")
    if not _is_rsa_key(info["private_key"]):
        raise _wrong(named, "bad_key", "has a private_key that can not be read")
    return ServiceAccount(info)


def _is_rsa_key(text: str) -> bool:
    try:
        return isinstance(load_pem_private_key(text.encode(), password=None), RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _wrong(named: str, why: Why, said: str) -> UnusableAccount:
    name = " ".join(named.split()) or named.strip()  # one line, whatever the name holds
    return UnusableAccount(f"{VARIABLE}: {name} {said}.", why)
