"""README's example is run as it stands, against a real service with the demo's town, and gives the push that README shows."""

import json
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offers.records.database import Database
from seeds.load import load_folder
from tests.faults.town import PLACES, ROOT, Service, serving

pytestmark = pytest.mark.faults

WHERE = "URL=http://127.0.0.1:8080 KEY=$(cat .demo/admin.key)\n"


def wait_for_geofences(service: Service) -> None:
    """The doors look for new geofences each second."""
    for _ in range(100):
        if "9 geofences" in service.ask("GET", "/readyz")["parts"]["geofences"]["detail"]:
            return
        time.sleep(0.1)
    raise AssertionError("the doors never saw the town")


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="the example is for bash and curl")
def test_the_example_gives_the_push_it_shows(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    example = next(block for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "curl" in block)
    assert example.startswith(WHERE)
    with serving(tmp_path) as service:
        database = Database(f"sqlite:///{tmp_path / 'passerby.db'}")
        load_folder(database, PLACES.parent, now=datetime.now(UTC))
        database.close()
        wait_for_geofences(service)
        script = f"URL={service.url} KEY={service.key}\n{example.removeprefix(WHERE)}"
        run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    profile, taken, deliveries = [json.loads(line) for line in run.stdout.splitlines() if line]
    assert profile["name"] == "Robin"
    assert json.dumps(taken, separators=(",", ":")) in readme
    assert [one["state"] for one in deliveries["items"]] == ["sent"]
    for field in ("campaign", "title", "body"):
        assert f'"{field}":"{deliveries["items"][0][field]}"' in readme
