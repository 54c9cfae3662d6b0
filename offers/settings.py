"""The settings as data: name, type, unit, default, one sentence. Environment variables with the prefix PASSERBY_.

Read once where the parts are put together (web/app.py, workers/app.py, commands/, conftest); everyone else gets values.
A bad value fails at start and names itself.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from offers.errors import BadInput, Misconfigured
from offers.rules.app_names import read_android_apps, read_app_url, read_ios_apps
from offers.rules.gateway import read_gateway_url
from offers.rules.hook_signatures import read_webhook_secret
from offers.rules.push_subscription import PushServices
from offers.rules.vapid import VapidKeys, read_private_key, read_subject, subject_of

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "database_url": ("sqlite", "postgresql", "postgres", "postgresql+psycopg"),
    "redis_url": ("redis", "rediss", "unix"),
    "mqtt_url": ("mqtt", "mqtts"),
    "broker_url": ("redis", "rediss", "sentinel", "amqp", "amqps", "pyamqp"),
}
"""What an address may begin with. Ours are read by SQLAlchemy, redis-py, Celery and paho."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PASSERBY_", extra="ignore", frozen=True)

    data: Path = Field(
        Path("passerby-data"), description="Folder that holds all state of `serve`: database, Redis files, keys."
    )
    database_url: str = Field("", description="SQLAlchemy address of the database; empty: SQLite in the data folder.")
    redis_url: str = Field("", description="Address of Redis 7 or Valkey 8+; empty: `serve` starts an embedded server.")
    broker_url: str = Field("", description="Address of Celery's broker; empty: the same server as `REDIS_URL`.")
    mqtt_url: str = Field(
        "",
        description="Address of the MQTT broker that OwnTracks publishes to, such as mqtts://passerby:PASSWORD@broker.shop.example/owntracks; empty: none.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 characters; signs tokens, seals positions, makes coupon codes. `serve` makes and keeps one in the data folder.",
    )
    base_url: str = Field("", description="The address customers and staff see, such as https://passerby.shop.example.")
    push: Literal["outbox", "fcm", "web_push"] = Field(
        "outbox",
        description="Where messages go: `outbox` keeps them where demo and tests see them, `fcm` sends them, to browsers too where `VAPID_*` is set; `web_push` sends to browsers alone.",
    )
    google_application_credentials: str = Field(
        "",
        validation_alias=AliasChoices("PASSERBY_GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"),
        description="For `fcm`: the file with the Firebase service account's key. Without the prefix it is read too.",
    )
    fcm_endpoint: str = Field(
        "", description="For tests: an FCM of your own, such as https://localhost:9443; empty: Google's."
    )
    vapid_private_key: SecretStr = Field(
        SecretStr(""),
        description="For browsers: the private key, in base64url, that push subscriptions are bound to; `passerby key vapid` makes one.",
    )
    vapid_subject: str = Field(
        "", description="For browsers: whom a push service may write to, mailto:push@shop.example or an https address."
    )
    web_push_services: str = Field(
        "",
        description="Comma-separated hosts beside the known push services of browsers that subscriptions may name; a host with a port is taken over http for tests.",
    )
    payments: Literal["none", "mollie", "demo"] = Field(
        "none",
        description="Where customers pay what they buy on a page: `mollie`, or `demo` with a bank that only plays; `none`: pages offer no buying.",
    )
    mollie_api_key: SecretStr = Field(
        SecretStr(""), description="For `mollie`: the profile's API key, live_… or test_…."
    )
    mollie_endpoint: str = Field(
        "", description="For tests: a Mollie of your own, such as http://localhost:9500; empty: Mollie's."
    )
    shopify_endpoint: str = Field(
        "", description="For tests: a Shopify of your own, such as http://localhost:9600; empty: each shop's own."
    )
    sms: Literal["none", "outbox", "gateway"] = Field(
        "none",
        description="Where codes to phones go: `gateway` posts them to `SMS_URL`, `outbox` keeps them where demo and tests see them; `none`: nobody is recognised by phone.",
    )
    sms_url: str = Field("", description="For `gateway`: the address of your SMS service's adapter, https.")
    sms_secret: SecretStr = Field(
        SecretStr(""),
        description="For `gateway`: the Standard Webhooks secret, whsec_…, that its requests are signed with.",
    )
    ios_app: str = Field(
        "", description="The brand's iOS app that opens codes itself: TEAMID.bundle.id; several by commas; empty: none."
    )
    ios_app_url: str = Field(
        "", description="The brand's iOS app in the App Store, https; empty: pages do not name it."
    )
    android_app: str = Field(
        "",
        description="The brand's Android app that opens codes itself: package.name and, after a =, the SHA-256 of its signing certificate; empty: none.",
    )
    scan_days: int = Field(
        400,
        ge=1,
        le=1000,
        description="Days that scans, closed conversations and what a page's visitors left are kept.",
    )
    processes: int = Field(2, ge=1, le=64, description="Worker processes of one `passerby worker`.")
    lanes: int = Field(
        16,
        ge=1,
        le=256,
        description="Ping lanes; the same for every process, and not changed while lanes hold entries.",
    )
    gather_ms: float = Field(
        3.0, ge=0, le=100, description="Milliseconds the ping door collects requests into one sealed batch a lane."
    )
    token_life_s: int = Field(
        3600, ge=60, le=86_400, description="Seconds a device's token is good for before it is refreshed."
    )
    decision_days: int = Field(30, ge=1, le=400, description="Days that decisions are kept.")
    transition_days: int = Field(
        30, ge=1, le=400, description="Days that transitions, closed stays and closed visits are kept."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least serious line that is logged."
    )
    trusted_proxies: str = Field("", description="Comma-separated addresses whose X-Forwarded-* headers are believed.")
    map_style_url: str = Field(
        "",
        description="A MapLibre style whose tiles the console's maps show, all of it from that one host over https; empty: coasts and borders that come along, nothing is fetched from elsewhere.",
    )
    demo: bool = Field(False, description="Serves /demo; `passerby demo` sets it.")
    demo_walkers_url: str = Field(
        "", description="Where the demo's simulator tells the page of its walkers; `passerby demo` sets it."
    )
    failpoints: str = Field(
        "",
        description="For fault tests only: points at which a process kills itself: `name=probability`, such as match.committed=0.1, or `name=once:/folder`.",
    )

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < 32:
            raise ValueError("is shorter than 32 characters")
        return value

    @field_validator("mqtt_url")
    @classmethod
    def _names_a_host(cls, value: str) -> str:
        """Never repeats the value: it may hold a password."""
        try:
            at = urlsplit(value)
            named = bool(at.hostname) and at.port != 0
        except ValueError:
            named = False
        if value and not named:
            raise ValueError("must name a host, and a port that is a number: mqtts://user:password@host:8883")
        if any(one in value for one in "#?") or (value and "+" in at.path):
            raise ValueError("ends with the topics' first level, without + # or ?")
        return value

    @field_validator("fcm_endpoint")
    @classmethod
    def _is_a_web_address(cls, value: str) -> str:
        try:
            at = urlsplit(value)
            good = at.scheme in {"http", "https"} and bool(at.hostname) and at.port != 0
        except ValueError:
            good = False
        if value and (not good or any(one in value for one in "?#@ ")):
            raise ValueError("must be a web address with a host, and no more: https://localhost:9443")
        return value

    @field_validator("map_style_url")
    @classmethod
    def _is_a_style(cls, value: str) -> str:
        """Its host goes into the pages' policy: a name, or an address of this machine, and a port."""
        at = re.fullmatch(r"(https?)://([A-Za-z0-9.-]+)(:\d{1,5})?/[^\s\"'<>;,]*", value)
        if value and (at is None or (at[1] == "http" and at[2] not in {"localhost", "127.0.0.1"})):
            raise ValueError("must be the https address of a style: https://tiles.shop.example/style.json")
        return value

    @field_validator("database_url", "redis_url", "broker_url", "mqtt_url")
    @classmethod
    def _is_an_address(cls, value: str, info: ValidationInfo) -> str:
        """Never repeats the value: it may hold a password."""
        schemes = SCHEMES[str(info.field_name)]
        if value and not value.startswith(tuple(f"{one}:" for one in schemes)):
            raise ValueError(f"must begin with {' or '.join(f'{one}://' for one in schemes)}")
        return value

    @field_validator("vapid_private_key")
    @classmethod
    def _is_a_vapid_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            read_private_key(value.get_secret_value())
        return value

    @field_validator("vapid_subject")
    @classmethod
    def _is_a_contact(cls, value: str) -> str:
        return read_subject(value) if value else value

    @field_validator("web_push_services")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        PushServices.read(value)
        return value

    @field_validator("sms_url")
    @classmethod
    def _is_a_gateway(cls, value: str) -> str:
        return read_gateway_url(value) if value else value

    @field_validator("sms_secret")
    @classmethod
    def _signs(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            read_webhook_secret(value.get_secret_value())
        return value

    @field_validator("ios_app")
    @classmethod
    def _are_ios_apps(cls, value: str) -> str:
        read_ios_apps(value)
        return value

    @field_validator("ios_app_url")
    @classmethod
    def _is_in_the_app_store(cls, value: str) -> str:
        return read_app_url(value) if value else value

    @field_validator("android_app")
    @classmethod
    def _are_android_apps(cls, value: str) -> str:
        read_android_apps(value)
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def database(self) -> str:
        """The database's address, with the default filled in and PostgreSQL's driver named."""
        if not self.database_url:
            if "?" in str(self.data.resolve()):  # it would end the path in the database's address
                raise Misconfigured(f"The data folder {self.data} has a ? in its name: choose another.")
            return f"sqlite:///{self.data.resolve() / 'passerby.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @property
    def broker(self) -> str:
        return self.broker_url or self.redis_url

    def secret(self) -> bytes:
        """The secret key, or `Misconfigured` when there is none."""
        value = self.secret_key.get_secret_value()
        if not value:
            raise Misconfigured(
                "PASSERBY_SECRET_KEY is not set. Give it at least 32 random characters, the same in every process."
            )
        return value.encode()

    def vapid(self) -> VapidKeys | None:
        """What browsers' subscriptions are bound to; none where browsers are not sent to. `Misconfigured` when half of it is missing."""
        private = self.vapid_private_key.get_secret_value()
        subject = self.vapid_subject or subject_of(self.base_url)
        if not private and self.push == "web_push":
            raise Misconfigured(
                "PASSERBY_VAPID_PRIVATE_KEY is not set, and PASSERBY_PUSH=web_push signs with it. `passerby key vapid` makes one: keep it, subscriptions are bound to it."
            )
        if private and not subject:
            raise Misconfigured(
                "PASSERBY_VAPID_SUBJECT is not set. Say whom a push service may write to: mailto:push@shop.example."
            )
        return VapidKeys.of(private, subject) if private and subject else None

    def sms_gateway(self) -> tuple[str, str] | None:
        """Address and secret of the service that sends text messages; none without. `Misconfigured` when something of it is missing."""
        if self.sms == "none":
            return None
        if not urlsplit(self.base_url).hostname:
            raise Misconfigured(
                f"PASSERBY_BASE_URL is not set, and PASSERBY_SMS={self.sms} names its host in each text message."
            )
        if self.sms == "outbox":
            return None
        secret = self.sms_secret.get_secret_value()
        for name, value in (("SMS_URL", self.sms_url), ("SMS_SECRET", secret)):
            if not value:
                raise Misconfigured(f"PASSERBY_{name} is not set, and PASSERBY_SMS=gateway needs it.")
        return self.sms_url, secret

    def redis(self) -> str:
        if not self.redis_url:
            raise Misconfigured(
                "PASSERBY_REDIS_URL is not set. Only `passerby serve` and `passerby demo` start a Redis of their own."
            )
        return self.redis_url


def read_settings() -> Settings:
    """The settings of this process; `Misconfigured` with one line for each bad variable."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"PASSERBY_{fault.path.upper()}: {fault.message}" for fault in BadInput.of(error).faults]
        raise Misconfigured("; ".join(lines)) from None
