"""A service account of our own, as the file that Google hands out."""

import json
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@cache
def _key(project: str) -> str:
    """RSA of 2048 bits takes a good part of a second to make: once for a project and process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*encoding).decode()


def make_account(url: str, project: str) -> dict[str, str]:
    """Of a double at `url`: its tokens come from there."""
    return {
        "type": "service_account",
        "project_id": project,
        "private_key_id": secrets.token_hex(20),
        "private_key": _key(project),
        "client_email": f"double-{secrets.token_hex(4)}@{project}.iam.gserviceaccount.com",
        "client_id": "100000000000000000000",
        "auth_uri": f"{url}/auth",
        "token_uri": f"{url}/token",
        "universe_domain": "googleapis.com",
    }


def write_account(account: dict[str, str], path: Path) -> Path:
    path.touch(0o600)
    path.write_text(json.dumps(account, indent=2), encoding="utf-8")
    return path
