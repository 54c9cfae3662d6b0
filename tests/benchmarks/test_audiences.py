"""The table of audiences comes out at a small size, and what it counts is somebody."""

from rich.console import Console

from benchmarks.audiences import AUDIENCES, compare
from tests.postgres import Server


def test_a_table_of_audiences_comes_out(postgresql_server: Server) -> None:
    assert postgresql_server.url
    console = Console(record=True, width=150)
    compare(console, 2_000, 1)
    said = console.export_text()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if line.startswith("│")]
    assert [row[0] for row in rows] == list(AUDIENCES)
    for _, *counts, _clock, _cpu, goal in rows:
        size, reachable, consenting, both = (int(one.replace(",", "")) for one in counts)
        assert size >= max(reachable, consenting) > 0
        assert both <= min(reachable, consenting)
        assert goal.startswith("≤ 1 s")
    assert "2,000 customers and 6,000 purchased items" in said
