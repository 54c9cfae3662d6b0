"""Settings: what a default makes of the data folder."""

from pathlib import Path

import pytest

from offers.errors import Misconfigured
from offers.settings import Settings, read_settings

KEY, SUBJECT = "A" * 42 + "c", "mailto:push@shop.example"


def test_the_default_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "100% ours #1"
    assert Settings(data=folder).database == f"sqlite:///{folder}/passerby.db"


def test_a_folder_that_would_cut_the_databases_address_is_refused(tmp_path: Path) -> None:
    """What follows a ? in an address is no path: the database would lie somewhere else."""
    with pytest.raises(Misconfigured, match="has a \\? in its name"):
        _ = Settings(data=tmp_path / "what?now").database
    assert Settings(data=tmp_path / "what?now", database_url="postgresql://db/x").database.endswith("//db/x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root:pa55@db/x"),
        ("DATABASE_URL", "pa55"),
        ("REDIS_URL", "127.0.0.1:6379/pa55"),
        ("REDIS_URL", "http://redis/pa55"),
        ("BROKER_URL", "kafka://pa55"),
    ],
)
def test_an_address_of_another_kind_is_named_at_the_start_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PASSERBY_{name}", value)
    with pytest.raises(Misconfigured, match=f"^PASSERBY_{name}: must begin with ") as refused:
        read_settings()
    assert "pa55" not in str(refused.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"push": "web_push"}, "^PASSERBY_VAPID_PRIVATE_KEY is not set"),
        ({"push": "web_push", "vapid_subject": SUBJECT}, "^PASSERBY_VAPID_PRIVATE_KEY is not set"),
        ({"vapid_private_key": KEY}, "^PASSERBY_VAPID_SUBJECT is not set"),
        ({"vapid_private_key": KEY, "base_url": "http://127.0.0.1:8080"}, "^PASSERBY_VAPID_SUBJECT is not set"),
    ],
)
def test_half_of_a_vapid_pair_is_refused(values: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as refused:
        Settings.model_validate(values).vapid()
    assert KEY not in str(refused.value)


def test_the_subject_is_the_address_that_customers_see_where_none_is_chosen() -> None:
    for push in ("outbox", "fcm"):
        assert Settings.model_validate({"push": push}).vapid() is None
    told = {"push": "web_push", "vapid_private_key": KEY, "base_url": "https://shop.example"}
    for values, subject in ((told, "https://shop.example"), (told | {"vapid_subject": SUBJECT}, SUBJECT)):
        keys = Settings.model_validate(values).vapid()
        assert keys is not None
        assert keys.subject == subject


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VAPID_PRIVATE_KEY", "pa55"),
        ("VAPID_SUBJECT", "pa55@shop.example"),
        ("WEB_PUSH_SERVICES", "https://push.example"),
    ],
)
def test_what_is_wrong_of_browsers_push_is_named_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PASSERBY_{name}", value)
    with pytest.raises(Misconfigured, match=f"^PASSERBY_{name}: ") as refused:
        read_settings()
    assert "pa55" not in str(refused.value)


def test_addresses_that_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_DATABASE_URL", "postgres://db/x")
    monkeypatch.setenv("PASSERBY_REDIS_URL", "unix:///run/redis.sock")
    monkeypatch.setenv("PASSERBY_BROKER_URL", "amqp://broker//")
    assert read_settings().database == "postgresql+psycopg://db/x"
