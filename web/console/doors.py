"""The console's pages on one page of ours, and what they are dressed in."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from web.console import (
    as_typed,
    campaign_edit,
    campaigns,
    customers,
    erasing,
    exports,
    here,
    home,
    home_events,
    inbox,
    inbox_events,
    live,
    live_events,
    offer_codes,
    offer_coupons,
    offers,
    people,
    pickup,
    pickup_events,
    pickup_times,
    place_import,
    places,
    posters,
    posters_import,
    posters_list,
    rehearsing,
    removing,
    reports,
    rows,
    sending_tests,
    settings,
    settings_deeds,
    settings_health,
    settings_keys,
    settings_limits,
    signing_in,
    start,
    start_phone,
    steps,
    versions,
)

STATIC = Path(__file__).parents[1] / "static"
PAGES = (
    signing_in.router,
    here.router,
    start.router,
    start_phone.router,
    home_events.router,
    home.router,
    live_events.router,
    live.router,
    place_import.router,
    places.router,
    as_typed.router,
    campaign_edit.router,
    sending_tests.router,
    versions.router,
    campaigns.router,
    rehearsing.router,
    removing.router,
    steps.router,
    offer_codes.router,
    offer_coupons.router,
    offers.router,
    exports.router,
    posters_list.router,
    inbox.exports,
    posters_import.router,
    posters.router,
    customers.router,
    erasing.router,
    rows.router,
    reports.router,
    pickup_events.router,
    pickup.router,
    inbox_events.router,
    inbox.router,
    pickup_times.router,
    people.router,
    settings.router,
    settings_deeds.router,
    settings_health.router,
    settings_keys.router,
    settings_limits.router,
    home.elsewhere,
)
"""Every router. `new`, `import`, `preview`, `rehearse` and `delete` are read before what an id or a step may be; what is nowhere comes last."""


def open_console(app: FastAPI) -> None:
    """Have the pages served by this app, and styles and pictures beside them."""
    for router in PAGES:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
