"""The files that production starts with: docker-compose.yml, Dockerfile, .env.example. No engine is needed: they are read, and held to the code."""

import ipaddress
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import yaml
from typer.core import TyperGroup

from commands.doctor import PARTS
from commands.line import app
from offers.settings import Settings

HOUSE = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((HOUSE / "docker-compose.yml").read_text())
TEXT = (HOUSE / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("passerby:")}
LASTING = set(SERVICES) - {"migrate"}
REQUIRED = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "PASSERBY_SECRET_KEY", "PASSERBY_BASE_URL"}

each = pytest.mark.parametrize("name", SERVICES)


def flags(words: list[str]) -> list[str]:
    return [word for word in words if word.startswith("--")]


def check_line(words: list[str]) -> None:
    """That `passerby` has this command with these options."""
    command: Any = typer.main.get_command(app)
    left = list(words)
    while isinstance(command, TyperGroup):
        assert left[0] in command.commands, f"passerby {' '.join(words)}"
        command = command.commands[left.pop(0)]
    known = {one for parameter in command.params for one in parameter.opts}
    assert set(flags(left)) <= known, f"passerby {' '.join(words)}"


def test_there_is_every_part_and_each_role_once() -> None:
    assert set(SERVICES) == {"web", "worker", "beat", "mqtt", "migrate", "postgres", "redis"}
    assert {"web", "worker", "beat", "mqtt", "migrate"} == OURS
    assert [name for name, one in SERVICES.items() if "profiles" in one] == ["mqtt"]  # only where a broker is named


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_is_one_of_ours(name: str) -> None:
    check_line(SERVICES[name]["command"])
    assert SERVICES[name]["command"][0] == name


def test_health_checks_that_call_us_call_what_there_is() -> None:
    asked = [service["healthcheck"]["test"] for name, service in SERVICES.items() if name in LASTING]
    lines = [test[2:] for test in asked if test[1] == "passerby"]
    assert len(lines) == 3
    for line in lines:
        check_line(line)
        assert set(line[2::2]) <= set(PARTS)


@pytest.mark.parametrize("name", sorted(LASTING))
def test_what_lasts_is_watched_and_started_again(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_migrate_runs_once_and_the_others_wait_for_it() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }


@each
def test_nobody_is_root_or_may_become_it(name: str) -> None:
    service = SERVICES[name]
    assert str(service["user"]).split(":")[0] not in {"0", "root", ""}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_variable_of_ours_is_a_setting() -> None:
    known = {f"PASSERBY_{name.upper()}" for name in Settings.model_fields}
    for text in (TEXT, (HOUSE / ".env.example").read_text(), (HOUSE / "Dockerfile").read_text()):
        named = set(re.findall(r"PASSERBY_[A-Z_]+", text))
        assert named
        assert named <= known


AS_THEY_ARE = {
    "data": "a container keeps nothing",
    "broker_url": "the one Redis",
    "google_application_credentials": "the worker's alone",
    "fcm_endpoint": "for tests",
    "web_push_services": "for tests and rare browsers",
    "mollie_endpoint": "for tests",
    "shopify_endpoint": "for tests",
    "lanes": "good as it is",
    "gather_ms": "good as it is",
    "token_life_s": "good as it is",
    "decision_days": "good as it is",
    "transition_days": "good as it is",
    "demo": "no demo here",
    "demo_walkers_url": "no demo here",
    "failpoints": "for tests",
}
"""Settings that compose passes on to nobody, and why."""


def test_each_setting_that_a_shop_makes_reaches_the_containers() -> None:
    given = {name.removeprefix("PASSERBY_").lower() for name in COMPOSE["x-environment"]}
    assert set(Settings.model_fields) - given == set(AS_THEY_ARE)
    for name, default in re.findall(r"\$\{PASSERBY_([A-Z_]+):-([^}]*)\}", TEXT):
        meant = Settings.model_fields[name.lower()].default
        if name != "PROCESSES":
            assert default == ("" if not isinstance(meant, int | str) else str(meant)), name


def test_no_secret_is_written_down_and_none_can_be_forgotten() -> None:
    asked = dict(re.findall(r"(?<!\$)\$\{([A-Z_]+)(:[?-][^}]*)?\}", TEXT))
    assert {name for name, rest in asked.items() if rest.startswith(":?")} == REQUIRED
    assert all(len(asked[name]) > 20 for name in REQUIRED), "what is missing is not said in words"
    secret = re.compile(r"(?i)(password|secret|auth)\w*:\s*(.+)")
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if secret.match(f"{name}: x") and name != "POSTGRES_INITDB_ARGS":
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), name
            for credential in re.findall(r"://[^:/@]*:([^@]+)@", value):
                assert credential.startswith("${"), name
    lines = dict(re.findall(r"^([A-Z_]+)=(.*)$", (HOUSE / ".env.example").read_text(), re.MULTILINE))
    assert set(lines) == set(asked), "what compose asks for and what .env.example names"
    assert all(lines[name] == "" for name in REQUIRED)


def test_redis_keeps_what_it_is_told_and_refuses_when_full() -> None:
    shell, options, script = SERVICES["redis"]["command"]
    assert (shell, options) == ("sh", "-euc")
    line = script[script.index("exec valkey-server") :].replace("\\\n", " ").split()
    given = {line[at]: line[at + 1] for at in range(3, len(line), 2)}
    assert given["--appendonly"] == "yes"
    assert given["--appendfsync"] == "everysec"
    assert given["--maxmemory-policy"] == "noeviction"
    assert "--maxmemory" in given
    assert "requirepass" not in line, "a command line can be read by everybody on the machine"


def test_only_the_doors_are_open_and_on_loopback() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert SERVICES["web"]["ports"] == ["${LISTEN:-127.0.0.1:8080}:8080"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert {name for name, service in SERVICES.items() if service["networks"] == ["inside"]} == {"postgres", "redis"}


def test_the_image_is_locked_and_not_roots() -> None:
    text = (HOUSE / "Dockerfile").read_text()
    assert text.count("FROM ") == 3
    assert "npm ci --ignore-scripts" in text[: text.index(" AS build")]
    assert "COPY --from=islands /build/web/static/islands web/static/islands" in text
    installs = re.findall(r"pip install ([^\n&]+)", text)
    assert [("--require-hashes" in one, "--no-deps" in one) for one in installs] == [(True, False), (False, True)]
    last = text[text.rindex("FROM ") :]
    assert re.search(r"^USER (?!0|root)\S+$", last, re.MULTILINE)
    assert 'ENTRYPOINT ["passerby"]' in last
    check_line(["serve", *re.findall(r'"(--[a-z]+)"', last[last.index("CMD [") :])])
    copied = {words.split()[0] for words in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE)}
    let_in = {line[1:] for line in (HOUSE / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_in == {"requirements.lock", "pyproject.toml", "README.md", "LICENSE"} | {
        one for one in copied if (HOUSE / one).is_dir()
    }


def test_the_wheel_that_the_image_installs_is_whole(tmp_path: Path) -> None:
    """Templates, static files, migrations and seeds go along, from the very files that the Dockerfile copies."""
    listed = subprocess.run(["git", "ls-files"], cwd=HOUSE, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout: which files are ours can not be told")
    let_in = [line[1:] for line in (HOUSE / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    ours = {one for one in listed.stdout.splitlines() if one.split("/")[0] in let_in and (HOUSE / one).is_file()}
    for one in ours:
        (tmp_path / "build" / one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HOUSE / one, tmp_path / "build" / one)
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=tmp_path / "build",
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = {one for one in ours if one.startswith("web/islands/") and not one.endswith(".py")}
    assert sources, "what the islands are built of stays behind"
    assert {one for one in ours if "/" in one} - sources <= inside


KEYS = {
    "": {"name", "services", "secrets", "networks", "volumes"},
    "service": {
        *{"build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "init", "logging"},
        *{
            "networks",
            "ports",
            "profiles",
            "read_only",
            "restart",
            "secrets",
            "security_opt",
            "shm_size",
            "stop_grace_period",
            "tmpfs",
        },
        *{"user", "volumes"},
    },
    "healthcheck": {"test", "interval", "timeout", "retries", "start_period"},
}
"""The words of the Compose specification that are used here; compose refuses others."""
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
WHEN = re.compile(r"(\d+h)?(\d+m)?(\d+s)?")


def read_as_compose(variables: dict[str, str]) -> tuple[dict[str, Any], set[str]]:
    """The file with its variables filled in, and the required ones that are missing."""
    missing: set[str] = set()

    def filled(found: "re.Match[str]") -> str:
        if found[0] == "$$":
            return "$"
        name, kind, rest = found["name"], found["kind"], found["rest"]
        assert name is not None, f"compose reads no variable in {found.string[found.start() :][:30]!r}"
        value = variables.get(name, "")
        if not value and kind == ":?":
            missing.add(name)
        return value or (rest if kind == ":-" else "")

    def deep(value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"\$\$|\$(\{(?P<name>\w+)((?P<kind>:[-?])(?P<rest>[^}]*))?\})?", filled, value)
        if isinstance(value, dict):
            return {name: deep(one) for name, one in value.items()}
        return [deep(one) for one in value] if isinstance(value, list) else value

    return deep({name: one for name, one in COMPOSE.items() if not name.startswith("x-")}), missing


def test_it_reads_as_the_specification_has_it() -> None:
    """What can be told without an engine; `docker compose config` is asked below where there is one."""
    assert read_as_compose({})[1] == REQUIRED
    read, missing = read_as_compose({name: f"a-{name}" for name in REQUIRED})
    assert missing == set()
    assert set(read) == KEYS[""]
    for name, service in read["services"].items():
        assert set(service) <= KEYS["service"], name
        assert set(service.get("healthcheck", {})) <= KEYS["healthcheck"], name
        assert set(service["networks"]) <= set(read["networks"]), name
        for one in service.get("volumes", []):
            assert one.split(":")[0] in read["volumes"], name
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] in CONDITIONS, name
            assert how["condition"] != "service_healthy" or "healthcheck" in read["services"][other], name
        times = [service.get("stop_grace_period", "1s"), *map(str, service.get("healthcheck", {}).values())]
        for one in times:
            assert not one[:1].isdigit() or one.isdigit() or WHEN.fullmatch(one), one
        assert all(isinstance(one, str) for one in service.get("environment", {}).values()), name
    web = read["services"]["web"]
    assert (
        web["environment"]["PASSERBY_DATABASE_URL"]
        == "postgresql://passerby:a-POSTGRES_PASSWORD@postgres:5432/passerby"
    )
    assert web["ports"] == ["127.0.0.1:8080:8080"]
    assert '"$REDISCLI_AUTH"' in read["services"]["redis"]["command"][2]


def test_a_proxy_on_this_machine_is_believed_as_the_example_has_it() -> None:
    """Docker gives a network's gateway its first address, and that is what a published port is reached from."""
    lines = dict(re.findall(r"^([A-Z_]+)=(.*)$", (HOUSE / ".env.example").read_text(), re.MULTILINE))
    (pool,) = read_as_compose(lines)[0]["networks"]["outside"]["ipam"]["config"]
    assert pool == {"subnet": lines["OUTSIDE_SUBNET"]}
    assert lines["PASSERBY_TRUSTED_PROXIES"] == str(next(ipaddress.ip_network(pool["subnet"]).hosts()))


def test_only_the_worker_has_the_service_accounts_key_and_looks_for_it_where_it_is() -> None:
    """Compose mounts a secret of a file read-only at /run/secrets under its name."""
    name = "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS"
    having = {
        one for one, service in SERVICES.items() if name in service.get("environment", {}) or "secrets" in service
    }
    assert having == {"worker"}
    (secret,) = SERVICES["worker"]["secrets"]
    assert SERVICES["worker"]["environment"] == {**SERVICES["web"]["environment"], name: f"/run/secrets/{secret}"}
    for given, file in (({}, "/dev/null"), ({"FIREBASE_KEY_FILE": "/srv/firebase.json"}, "/srv/firebase.json")):
        assert read_as_compose(given)[0]["secrets"] == {secret: {"file": file}}


def test_every_way_out_that_there_is_can_be_switched_on() -> None:
    """In .env alone: what each way needs is passed on, and the example names each."""
    example = (HOUSE / ".env.example").read_text()
    said = example[example.index("# Where messages go") : example.index("PASSERBY_PUSH=")]
    for way in get_args(Settings.model_fields["push"].annotation):
        assert re.search(rf"\b{way}\b", said), way
        chosen = read_as_compose(dict.fromkeys(REQUIRED, "x") | {"PASSERBY_PUSH": way})[0]["services"]
        assert {chosen[one]["environment"]["PASSERBY_PUSH"] for one in OURS} == {way}
    for name in ("PASSERBY_VAPID_PRIVATE_KEY", "PASSERBY_VAPID_SUBJECT"):
        assert all(name in SERVICES[one]["environment"] for one in OURS)


def test_logs_do_not_fill_the_disk() -> None:
    for name, service in SERVICES.items():
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name


def test_the_database_is_asked_where_its_callers_ask_it() -> None:
    """The image makes a new database under a server that only the socket reaches: healthy too early, and migrate fails."""
    assert "--host=127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"]


def _compose(**variables: str) -> "subprocess.CompletedProcess[str] | None":
    """What `docker compose config` says; none where there is no such command."""
    if shutil.which("docker") is None:
        return None
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/nonexistent"), **variables}
    whole: dict[str, Any] = {"cwd": HOUSE, "env": environment, "capture_output": True, "text": True}
    if subprocess.run(["docker", "compose", "version"], check=False, **whole).returncode:
        return None
    line = ["docker", "compose", "--file", "docker-compose.yml", "--env-file", "/dev/null", "config", "--quiet"]
    return subprocess.run(line, check=False, **whole)


def test_compose_reads_it_and_says_what_is_missing() -> None:
    """By `docker compose` where it is; elsewhere by our own reading of what compose would fill in."""
    told = _compose()
    assert REQUIRED & (read_as_compose({})[1] if told is None else set(re.findall(r"[A-Z_]+", told.stderr)))
    whole = _compose(**dict.fromkeys(REQUIRED, "x"))
    if whole is None or told is None:
        left = str(read_as_compose(dict.fromkeys(REQUIRED, "x"))[0])
        assert "${" not in left
    else:
        assert told.returncode != 0
        assert (whole.returncode, whole.stderr) == (0, "")
