"""A small retailer's first day through the doors of a whole service, on both databases: what `passerby bench day` plays at full size."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.first_day.day import Day
from benchmarks.first_day.main import SMALL, table
from benchmarks.first_day.retailer import Retailer
from tests.faults.conftest import Where
from tests.faults.town import serving

pytestmark = pytest.mark.faults


def test_a_retailers_first_day(tmp_path: Path, where: Where) -> None:
    retailer = Retailer(SMALL, datetime.now(UTC).replace(microsecond=0))
    with serving(tmp_path, where()) as service:
        steps = Day(service.url, service.key, retailer).play()
    assert {one.name: one.count for one in steps if one.name not in ("match, decide, send", "redeem")} == {
        "import places": 30,
        "import products": 20,
        "import customers": 1_200,
        "import purchases": 1_500,
        "import customers again": 1_200,
        "launch": 5,
        "register": 40,
        "post": 240,
        "ask why": 30,
        "erase": 5,
    }
    assert table({"one": steps, "another": steps}).row_count == len(steps)
