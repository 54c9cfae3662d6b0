"""The benchmark of the console's pages leaves none out."""

import re

from benchmarks.console_pages import PAGES
from web.console.doors import PAGES as ROUTERS

NOT_MEASURED = {
    "/console/{path:path}": "what is nowhere",
    "/console/sign-in": "a password is hashed slowly on purpose, and the form alone asks nothing",
    "/console/campaigns/{campaign_id}/rehearse": "work, with a benchmark of its own",
    "/console/inbox/events": "a stream",
    "/console/pickup/events": "a stream",
    "/console/inbox/{conversation_id}": "the benchmark's town asks nothing",
    "/console/pickup/orders/{order_id}": "the benchmark's town orders nothing",
    "/console/pickup/times.csv": "a download, of what the page shows",
    "/console/campaigns/{campaign_id}/rehearse/far": "a number that Redis holds",
    "/console/places/import/far": "a number that Redis holds",
    "/console/posters/import/far": "a number that Redis holds",
    "/console/here": "whether somebody is signed in",
    "/console/events": "a stream",
    "/console/live/events": "a stream",
    "/console/live/streets": "a file",
    "/console/offers/{offer_id}/coupons/{coupon_id}/release": "a page that asks, of one row",
    "/console/users/{user_id}": "a form, of one row",
    "/console/users/{user_id}/password": "a page that asks, of one row",
    "/console/users/{user_id}/disable": "a page that asks, of one row",
    "/console/settings/shops/{shop_id}/rotate": "a page that asks, of one row",
    "/console/settings/shops/{shop_id}/delete": "a page that asks, of one row",
    "/console/settings/keys/{key_id}/rotate": "a page that asks, of one row",
    "/console/settings/keys/{key_id}/revoke": "a page that asks, of one row",
    "/console/start/phone.svg": "a picture, made of an address alone",
    "/console/posters/{poster_id}.svg": "a picture, made of its code alone",
    "/console/posters/{poster_id}.png": "a picture, made of its code alone",
    "/console/posters/{poster_id}.pdf": "a picture, made of its code alone",
}
"""Why not."""


def test_every_page_is_asked() -> None:
    asked = {path.partition("?")[0] for path in PAGES.values()}
    left = []
    for router in ROUTERS:
        for route in router.routes:
            pattern = getattr(route, "path")  # noqa: B009 - starlette's base class does not say it
            if (
                "GET" not in (getattr(route, "methods", None) or ())
                or pattern in NOT_MEASURED
                or pattern.endswith(".csv")
            ):
                continue
            like = re.compile(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(pattern)))
            if not any(like.fullmatch(one) for one in asked):
                left.append(pattern)
    assert left == []
