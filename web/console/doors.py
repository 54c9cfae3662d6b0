"""The console's pages on one page of ours, and what they are dressed in."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from web.console import (
    campaign_edit,
    campaigns,
    customers,
    home,
    inbox,
    inbox_events,
    offers,
    people,
    pickup,
    pickup_events,
    pickup_times,
    places,
    posters,
    posters_import,
    rehearsing,
    removing,
    rows,
    signing_in,
    steps,
)
from web.routing import take

STATIC = Path(__file__).parents[1] / "static"
PAGES = (
    signing_in.router,
    home.router,
    places.router,
    campaign_edit.router,
    campaigns.router,
    rehearsing.router,
    removing.router,
    steps.router,
    offers.router,
    posters_import.router,
    posters.router,
    customers.router,
    rows.router,
    pickup_events.router,
    pickup.router,
    inbox_events.router,
    inbox.router,
    pickup_times.router,
    people.router,
    home.elsewhere,
)
"""Every router. `new`, `import`, `preview`, `rehearse` and `delete` are read before what an id or a step may be; what is nowhere comes last."""


def open_console(app: FastAPI) -> None:
    """Have the pages served by this app, and styles and pictures beside them."""
    for router in PAGES:
        take(app, router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
