"""The doors' own fixtures: a rule of the house that only open doors can show."""

from tests.web.conftest import admin, clock, http, keys, register, served, settings

__all__ = ["admin", "clock", "http", "keys", "register", "served", "settings"]
