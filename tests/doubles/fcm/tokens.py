"""Who may send: the OAuth token endpoint, which takes a service account's signed assertion, and the bearer tokens it gave out."""

import secrets
import time
import urllib.parse

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tests.doubles.answers import Answer, Request, reply
from tests.doubles.faults import Fault
from tests.doubles.fcm.answers import CREDENTIALS, google_error

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLES = "https://oauth2.googleapis.com/token"
"""google-auth puts it into `aud`, whatever the account's `token_uri` is."""
SCOPES = frozenset(
    {"https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/firebase.messaging"}
)
MOST_ASSERTED_S = 3600


class Tokens:
    def __init__(self, lives_s: int = 3599) -> None:
        self._lives_s = lives_s
        self._accounts: dict[str, tuple[dict[str, str], RSAPublicKey]] = {}
        self._bearers: dict[str, tuple[float, str]] = {}
        self.asked = 0
        """How often a token was asked for, refused ones included."""

    def trust(self, account: dict[str, str]) -> None:
        key = serialization.load_pem_private_key(account["private_key"].encode(), None).public_key()
        assert isinstance(key, RSAPublicKey)
        self._accounts[account["client_email"]] = account, key

    def revoke(self) -> None:
        """All that were given out."""
        self._bearers.clear()

    def grant(self, request: Request, fault: Fault | None, slow_s: float) -> Answer:
        self.asked += 1
        form = {name: values[-1] for name, values in urllib.parse.parse_qs(request.body.decode("latin-1")).items()}
        if form.get("grant_type") != GRANT:
            return reply(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})
        if fault is not None and fault.kind != "slow":
            return _faulty(fault)
        account, why = self._account_of(form.get("assertion", ""))
        if account is None:
            return reply(400, {"error": "invalid_grant", "error_description": why})
        bearer = "ya29.double-" + secrets.token_urlsafe(32)
        self._bearers[bearer] = time.time() + self._lives_s, account["project_id"]
        answer = reply(200, {"access_token": bearer, "expires_in": self._lives_s, "token_type": "Bearer"})
        if fault is not None:
            answer.delay_s = slow_s if fault.seconds is None else fault.seconds
        return answer

    def _account_of(self, assertion: str) -> tuple[dict[str, str] | None, str]:
        """Whose assertion it is; none, and why, when it is nobody's."""
        try:
            issuer = jwt.decode(assertion, options={"verify_signature": False}).get("iss")
            named = jwt.get_unverified_header(assertion).get("kid")
        except jwt.InvalidTokenError:
            return None, "Invalid JWT: not a signed JWT."
        trusted = self._accounts.get(str(issuer))
        if trusted is None:
            return None, "Invalid grant: account not found"
        account, key = trusted
        try:
            claims = jwt.decode(
                assertion,
                key,
                algorithms=["RS256"],
                audience=[GOOGLES, account["token_uri"]],
                options={"require": ["iss", "aud", "iat", "exp"]},
            )
        except jwt.InvalidSignatureError:
            return None, "Invalid JWT Signature."
        except jwt.InvalidTokenError as error:
            return None, f"Invalid JWT: {error}"
        if named != account["private_key_id"]:
            return None, "Invalid JWT Signature."
        if claims["exp"] > claims["iat"] + MOST_ASSERTED_S:
            return None, "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
        if not SCOPES & set(str(claims.get("scope", "")).split()):
            return None, "Invalid scope: cloud-platform or firebase.messaging is needed."
        return account, ""

    def refusal(self, request: Request, project: str) -> Answer | None:
        """Why a request may not send for a project; none when it may."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not bearer.strip():
            return google_error(401, f"Request is missing required authentication credential. {CREDENTIALS}")
        until, of = self._bearers.get(bearer.strip(), (0.0, ""))
        if until <= time.time():
            return google_error(401, f"Request had invalid authentication credentials. {CREDENTIALS}")
        if of != project:
            return google_error(
                403,
                f"Permission 'cloudmessaging.messages.create' denied on resource '//cloudresourcemanager.googleapis.com/projects/{project}' (or it may not exist).",
            )
        return None


def _faulty(fault: Fault) -> Answer:
    match fault.kind:
        case "invalid_grant":
            return reply(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        case "hang" | "killed":
            return Answer(ending=fault.kind)
        case "reset":
            return Answer(ending="cut")
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return reply(fault.status or 503, {"error": "backend_error", "error_description": "Injected fault."}, headers)
