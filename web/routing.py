"""Routers, taken into an application as they are."""

from fastapi import APIRouter, FastAPI


def take(app: FastAPI, router: APIRouter) -> None:
    """Have the router's routes served by this app.

    `include_router` makes each route anew for every application, at its first request, and whoever calls first waits for that. None of ours is included under a second path, so the routes are taken as their modules made them.
    """
    app.router.routes.extend(router.routes)
