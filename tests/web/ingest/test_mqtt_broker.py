import json
import re
from pathlib import Path

import pytest

from offers.errors import Misconfigured
from offers.settings import Settings, read_settings
from tests.web.ingest.mosquitto import ACCESS
from web.ingest.mqtt_broker import Broker, client_id_of


def test_an_address_says_everything() -> None:
    assert Broker.of("mqtts://passerby:p%40ss@broker.shop.example/shop/owntracks/") == Broker(
        "broker.shop.example", 8883, True, "shop/owntracks", "passerby", "p@ss"
    )
    assert Broker.of("mqtt://localhost") == Broker("localhost", 1883, False, "owntracks", None, None)
    assert Broker.of("mqtt://[::1]:1999").port == 1999


@pytest.mark.parametrize(
    ("topic", "token"),
    [
        ("owntracks/anna/dt_a.b-c", "dt_a.b-c"),
        ("owntracks/dt_a.b-c/phone", "dt_a.b-c"),
        ("owntracks/anna/dt_a.b-c/event", "dt_a.b-c"),
        ("owntracks/dt_user/dt_device", "dt_device"),
        ("owntracks/anna/phone", "bad_token"),
        ("owntracks/anna/phone/dt_a", "bad_topic"),
        ("owntracks/anna/dt_a/cmd", "bad_topic"),
        ("owntracks/dt_a", "bad_topic"),
        ("owntracksdt_a/b/c", "bad_topic"),
        ("", "bad_topic"),
    ],
)
def test_the_token_is_one_of_two_levels(topic: str, token: str) -> None:
    assert Broker.of("mqtt://localhost").token_of(topic) == token


def test_commands_go_to_the_phones_own_topic() -> None:
    broker = Broker.of("mqtt://localhost/shop/phones")
    assert broker.filters == ("shop/phones/+/+", "shop/phones/+/+/event")
    for topic in ("shop/phones/anna/dt_a", "shop/phones/anna/dt_a/event"):
        assert broker.commands_of(topic) == "shop/phones/anna/dt_a/cmd"


def test_the_client_id_stays_and_is_the_installations_own() -> None:
    ours, theirs = client_id_of(b"one secret"), client_id_of(b"another")
    assert ours == client_id_of(b"one secret") != theirs
    assert len(ours) <= 23
    assert "secret" not in ours


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://broker:secret@host", "must begin with mqtt:// or mqtts://"),
        ("mqtt://", "must name a host"),
        ("mqtt://user:secret@host:port", "must name a host"),
        ("mqtt://user:secret@host:99999", "must name a host"),
        ("mqtt://host/owntracks/#", "without + # or ?"),
        ("mqtt://host/own+tracks", "without + # or ?"),
    ],
)
def test_a_bad_address_names_itself_and_not_its_value(monkeypatch: pytest.MonkeyPatch, url: str, said: str) -> None:
    monkeypatch.setenv("PASSERBY_MQTT_URL", url)
    with pytest.raises(Misconfigured) as refused:
        read_settings()
    assert str(refused.value).startswith("PASSERBY_MQTT_URL: ")
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_none_is_none() -> None:
    assert Settings(mqtt_url="").mqtt_url == ""


PAGE = (Path(__file__).parents[3] / "docs" / "clients" / "owntracks-mqtt.md").read_text()


def test_the_pages_access_list_is_the_one_that_is_tried() -> None:
    assert ACCESS.strip() in PAGE


def test_the_pages_configuration_is_good_json_with_a_topic_of_ours() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    configuration = json.loads(shown)
    assert configuration["_type"] == "configuration"
    assert Broker.of("mqtts://broker").token_of(configuration["pubTopicBase"]) == "dt_…"
