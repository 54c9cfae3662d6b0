"""Settings: what a default makes of the data folder."""

from pathlib import Path

import pytest

from offers.errors import Misconfigured
from offers.settings import Settings


def test_the_default_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "100% ours #1"
    assert Settings(data=folder).database == f"sqlite:///{folder}/passerby.db"


def test_a_folder_that_would_cut_the_databases_address_is_refused(tmp_path: Path) -> None:
    """What follows a ? in an address is no path: the database would lie somewhere else."""
    with pytest.raises(Misconfigured, match="has a \\? in its name"):
        _ = Settings(data=tmp_path / "what?now").database
    assert Settings(data=tmp_path / "what?now", database_url="postgresql://db/x").database.endswith("//db/x")
