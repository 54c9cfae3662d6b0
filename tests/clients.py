"""One reading of the certificate authorities for all HTTP clients of a run.

Each `httpx.Client` reads them anew, some sixty milliseconds of a core, even for a server that speaks plain HTTP; most tests of the doors make some.
"""

import os
import ssl
from functools import cache
from typing import Any

import httpx
from httpx._transports import default as transports


def share_authorities() -> None:
    vars(transports)["create_ssl_context"] = _context


def _context(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    """httpx's own for who asks for anything of their own."""
    if verify is not True or cert is not None:
        return httpx.create_ssl_context(verify, cert, trust_env)
    return _usual(trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _usual(trust_env: bool, file: str | None, folder: str | None) -> ssl.SSLContext:
    """`file` and `folder` are where others than the usual authorities are found: a test that names its own gets those."""
    assert (file, folder) == (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return httpx.create_ssl_context(trust_env=trust_env)
