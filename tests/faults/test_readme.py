"""README's example is run as it stands, against a real service with the demo's town, and gives the push that README shows."""

import json
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from offers.records import schema
from offers.records.database import Database
from seeds.load import load_folder
from tests.faults.town import PLACES, ROOT, Service, serving

pytestmark = pytest.mark.faults

WHERE = "URL=http://127.0.0.1:8080 KEY=$(cat .demo/admin.key)\n"


def load_town(folder: Path) -> None:
    """Before the service starts, so that its processes know the geofences from their first look on."""
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    schema.migrate(database)
    load_folder(database, PLACES.parent, now=datetime.now(UTC))
    database.close()


def wait_for_deliveries(service: Service, customer: str) -> dict[str, dict[str, Any]]:
    """As the example's last line does, until both have come to their end: by kind the one of the ping, and of the order that it is ready."""
    for _ in range(100):
        items: list[dict[str, Any]] = service.ask("GET", "/v1/deliveries", params={"customer": customer})["items"]
        found = {one["kind"]: one for one in items if one["moment"].partition(":")[0] != "approach"}
        if len(found) > 1 and not {one["state"] for one in items} & {"queued", "sending"}:
            assert len({(one["kind"], one["moment"]) for one in items}) == len(items)
            return found
        time.sleep(0.2)
    raise AssertionError(f"no push came of the ping, or of the order: {items}")


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="the example is for bash and curl")
def test_the_example_gives_the_push_it_shows(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    example = next(block for block in blocks if "curl" in block)
    scan, order = (next(block for block in blocks if door in block) for door in ("/v1/scans", "/v1/orders"))
    assert example.startswith(WHERE)
    load_town(tmp_path)
    with serving(tmp_path) as service:
        script = f"URL={service.url} KEY={service.key}\n{example.removeprefix(WHERE)}{scan}{order}"
        run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
        profile, taken, page, scanned, ready = [json.loads(line) for line in run.stdout.splitlines() if line]
        assert profile["name"] == "Robin"
        assert json.dumps(taken, separators=(",", ":")) in readme
        assert set(page) == {"items", "next_cursor"}
        deliveries = wait_for_deliveries(service, profile["id"])
        in_the_end = service.ask("GET", f"/v1/orders/{ready['id']}")["status"]
    assert scanned["coupon"]["code"]
    shown = {name: scanned[name] for name in ("state", "poster", "title", "body", "best_store", "outcome")}
    for said in [shown, {name: scanned["item"][name] for name in ("sku", "size", "price", "price_now", "currency")}]:
        for name, value in said.items():
            assert f'"{name}":"{value}"' in readme
    assert {kind: one["state"] for kind, one in deliveries.items()} == {"offer": "sent", "order": "sent"}
    for field in ("campaign", "title", "body"):
        assert f'"{field}":"{deliveries["offer"][field]}"' in readme
    assert ready["id"] == deliveries["order"]["order"]
    # they stand in the store's ring: whether the ping or the order was worked first, that is what the order comes to
    assert ready["status"] in ("ready", "nearby")
    assert in_the_end == "nearby"
    assert f"“{deliveries['order']['title']}”" in readme
