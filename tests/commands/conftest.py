"""The doors as tests/web has them, for commands that call them."""

from tests.web.conftest import clock, keys, served

__all__ = ["clock", "keys", "served"]
