"""The console's pages on one page of ours, and what they are dressed in."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parents[1] / "static"


def open_console(app: FastAPI) -> None:
    """Have styles and pictures served by this app."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
