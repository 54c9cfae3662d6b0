"""FCM's documented rates: a project's and a device's are refused beyond, collapsible messages are throttled quietly."""

import time
from collections import OrderedDict

from tests.doubles.fcm.android import duration_s
from tests.doubles.fcm.discovery import Json

DEVICE_PER_HOUR = 5000
MOST_COLLAPSE_KEYS = 4
BURST = 20
"""Collapsible messages to one device at once; then one more each `REFILL_S`."""
REFILL_S = 180.0


class Quotas:
    """By fixed windows, as FCM's: they begin with the first message in them."""

    def __init__(self, project_per_minute: int, device_per_minute: int) -> None:
        self._project_per_minute, self._device_per_minute = project_per_minute, device_per_minute
        self._windows: dict[tuple[str, int], tuple[float, int]] = {}
        self._buckets: dict[str, tuple[float, float]] = {}
        self._keys: dict[str, OrderedDict[str, None]] = {}

    def exceeded(self, project: str, device: str | None) -> str | None:
        """`project-quota` or `device-quota`; none: it counts and may go."""
        if not self._counts(f"project {project}", self._project_per_minute, 60):
            return "project-quota"
        if device is None:
            return None
        minute = self._counts(f"device {device}", self._device_per_minute, 60)
        return None if minute and self._counts(f"device {device}", DEVICE_PER_HOUR, 3600) else "device-quota"

    def _counts(self, name: str, most: int, seconds: int) -> bool:
        now = time.monotonic()
        since, count = self._windows.get((name, seconds), (now, 0))
        if now - since >= seconds:
            since, count = now, 0
        if count >= most:
            return False
        self._windows[name, seconds] = since, count + 1
        return True

    def collapses(self, target: str, message: Json, warnings: list[str]) -> None:
        """Warns of what FCM accepts and then delivers late or never."""
        android = message.get("android") or message.get("androidV2") or {}
        key = android.get("collapseKey")
        if key:
            keys = self._keys.setdefault(target, OrderedDict())
            keys[key] = None
            keys.move_to_end(key)
            if len(keys) > MOST_COLLAPSE_KEYS:
                keys.popitem(last=False)
                warnings.append("over-4-collapse-keys: FCM keeps only four a device, any four")
        # a notification is always collapsible; what lives no time is exempt
        if (key or message.get("notification")) and duration_s(android.get("ttl")) != 0:
            now = time.monotonic()
            level, since = self._buckets.get(target, (float(BURST), now))
            level = min(BURST, level + (now - since) / REFILL_S)
            if level < 1:
                warnings.append("collapsible-throttled: over 20 in a burst, then one each three minutes")
            self._buckets[target] = max(0.0, level - 1), now
