"""Whose board it is: the stores that a user may see, and those of them that the address, or this browser, chose."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from offers import board
from offers.errors import NotFound
from web.console import cookies
from web.console.entering import Desk
from web.console.filtering import query_of

COOKIE = "pickup-stores"
KEPT_S = 90 * 86_400
MOST_KEPT = 40
"""Stores that a browser remembers: a cookie has 4 kB."""
_BETWEEN = "~"
"""Stands in no id."""


@dataclass(frozen=True, slots=True)
class Stores:
    """`names`: all that the user may see, id to name. `chosen` none: all of them, with `limits` as the user's own."""

    names: dict[str, str]
    chosen: tuple[str, ...] | None
    limits: tuple[str, ...] | None
    typed: bool
    """The address says which."""

    @property
    def shown(self) -> tuple[str, ...] | None:
        """As the board takes it."""
        return self.chosen if self.chosen is not None else self.limits

    @property
    def several(self) -> bool:
        return len(self.names if self.chosen is None else self.chosen) > 1

    def address(self, path: str = "/console/pickup", **more: str) -> str:
        pairs = [("place", one) for one in self.chosen or ()]
        said = urlencode([*pairs, *((name, text) for name, text in more.items() if text)])
        return f"{path}?{said}" if said else path


def stores_of(desk: Desk) -> Stores:
    """From the address (`place`, as often as there are stores; once and empty: all), else as this browser chose last, else all.

    A store that is not there for this user is not found; one that a browser remembers is passed over.
    """
    asked = [*query_of(desk).all("place"), *desk.form.all("place")]
    with desk.parts.database.reading() as session:
        names = board.store_names(session, desk.user.stores)
    limits = desk.user.stores
    wanted = tuple(dict.fromkeys(one for one in asked if one))
    if not asked:
        kept = desk.request.cookies.get(COOKIE, "").split(_BETWEEN)
        wanted = tuple(one for one in kept if one in names)
        return Stores(names, wanted or None, limits, typed=False)
    if any(one not in names for one in wanted):
        raise NotFound("store")
    return Stores(names, wanted or None, limits, typed=True)


def remember(answer: Response, desk: Desk, stores: Stores) -> Response:
    """The choice, for this browser's next time."""
    if stores.typed:
        secure = cookies.is_secure(desk.request, desk.parts.settings.base_url)
        chosen = stores.chosen or ()
        text = _BETWEEN.join(chosen) if len(chosen) <= MOST_KEPT else ""
        answer.set_cookie(
            COOKIE,
            text,
            max_age=KEPT_S if text else 0,
            path="/console",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    return answer
