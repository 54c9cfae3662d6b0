"""How each part is, in plain words: the same that /readyz tells, what it means, and what to do. For admins."""

import shutil
from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from web.console.entering import Admin
from web.console.routes import PageRoute
from web.health import look_at
from web.parts import Parts

router = APIRouter(prefix="/console/settings/health", include_in_schema=False, route_class=PageRoute)

PARTS: Mapping[str, tuple[str, str]] = {
    "database": ("set_part_database", "set_mend_database"),
    "redis": ("set_part_redis", "set_mend_redis"),
    "broker": ("set_part_broker", "set_mend_broker"),
    "workers": ("set_part_workers", "set_mend_workers"),
    "beat": ("set_part_beat", "set_mend_beat"),
    "lanes": ("set_part_lanes", "set_mend_lanes"),
    "push": ("set_part_push", "set_mend_push"),
    "geofences": ("set_part_geofences", "set_mend_geofences"),
    "mqtt": ("set_part_mqtt", "set_mend_mqtt"),
    "disk": ("set_part_disk", "set_mend_disk"),
}
"""What a part is called, with what it means under the same name and `_why`; and what to do when it does not work."""
OTHER = ("set_part_other", "set_mend_other")
LEAST_FREE = 0.05
"""Share of the disk below which somebody should look."""
GIB = 2**30


@router.get("")
def health(desk: Admin) -> Response:
    told = look_at(desk.parts) | {"disk": disk_of(desk.parts)}
    said = desk.voice.words
    shown = []
    for name, one in told.items():
        called, mend = PARTS.get(name, OTHER)
        shown.append(
            {
                "name": name,
                "ok": one["ok"],
                "detail": one["detail"],
                "called": said[called],
                "means": said[f"{called}_why"],
                "mend": said[mend],
            }
        )
    shown.sort(key=lambda one: bool(one["ok"]))  # what does not work first
    ill = [str(one["called"]) for one in shown if not one["ok"]]
    return desk.page("settings_health.html", shown=shown, ill=desk.voice.series(ill), now=desk.parts.now())


def disk_of(parts: Parts) -> dict[str, object]:
    """Room on the disk of the data folder, of this process's machine."""
    try:
        usage = shutil.disk_usage(parts.settings.data if parts.settings.data.exists() else ".")
    except OSError as error:
        return {"ok": False, "detail": f"does not answer ({type(error).__name__})"}
    enough = usage.free >= LEAST_FREE * usage.total
    return {"ok": enough, "detail": f"{usage.free / GIB:.1f} GiB of {usage.total / GIB:.1f} GiB free"}
