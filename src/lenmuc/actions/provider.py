"""The identity provider: where it is, the way there, and whom it sends back.

Sources: OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the reply), RFC 9700.
"""

import asyncio
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import msgspec
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from lenmuc.actions.provider_token import Key, NoKey, ProviderFailed, Somebody, judge, usable
from lenmuc.actions.provider_wire import TooLong, Wire, read_json
from lenmuc.settings_outside import ProviderSettings

log = logging.getLogger("lenmuc.provider")

CALLBACK = "/sign-in/provider/back"
_KEPT = 3600.0  # seconds that the provider's description of itself is believed
P = ParamSpec("P")
T = TypeVar("T")


class Described(msgspec.Struct, frozen=True):
    """What the provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Reply(msgspec.Struct, frozen=True):
    """What the browser brings back from the provider, whose own words of an error are never shown."""

    code: str = ""
    state: str = ""
    iss: str = ""
    error: str = ""


def derived(token: str, what: str) -> str:
    """State, nonce and verifier follow from the token of the step, which only this browser has."""
    return urlsafe_b64encode(digest(token.encode(), what.encode(), sha256)).rstrip(b"=").decode()


class Provider:
    """One identity provider. Nothing is asked of it before somebody wants to sign in through it."""

    def __init__(self, settings: ProviderSettings, url: str) -> None:
        self.settings = settings
        self._back = url + CALLBACK
        self._described: Described | None = None
        self._described_at = 0.0
        self._keys: list[Key] = []

    async def way_there(self, token: str) -> str:
        """The address at the provider for the step of `token`. Raises `ProviderFailed`."""
        return await _asking(self._way_there, token)

    async def somebody(self, token: str, reply: Reply) -> Somebody:
        """Whom the provider sent back with `reply` to the step of `token`. Raises `ProviderFailed`."""
        return await _asking(self._somebody, token, reply)

    def describe(self) -> Described:
        """What the provider says of itself. Raises `ProviderFailed`, `OSError`, `TooLong`, `ValueError`."""
        if self._described is not None and time.monotonic() - self._described_at < _KEPT:
            return self._described
        issuer = self.settings.issuer
        address = issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = msgspec.convert(read_json(address), Described)
        if found.issuer != issuer:
            raise ProviderFailed("untrusted", f"this is the description of {found.issuer}")
        for each in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            if urlsplit(each).scheme not in {"https", urlsplit(issuer).scheme} or not urlsplit(each).hostname:
                raise ProviderFailed("untrusted", f"no HTTPS: {each}")
        self._described, self._described_at, self._keys = found, time.monotonic(), []
        return found

    def _client(self, described: Described) -> Any:
        offered = described.token_endpoint_auth_methods_supported
        basic = "client_secret_basic" in offered or "client_secret_post" not in offered
        return OAuth2Client(
            Wire(),
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope="openid email" if self.settings.link == "email" else "openid",
            redirect_uri=self._back,
            code_challenge_method="S256",
        )

    def _way_there(self, token: str) -> str:
        described = self.describe()
        address, _ = self._client(described).create_authorization_url(
            described.authorization_endpoint,
            state=derived(token, "state"),
            code_verifier=derived(token, "verifier"),
            nonce=derived(token, "nonce"),
        )
        return str(address)

    def _somebody(self, token: str, reply: Reply) -> Somebody:
        if not compare_digest(reply.state.encode("utf-8", "replace"), derived(token, "state").encode()):
            raise ProviderFailed("over", "the state is another's")
        described = self.describe()
        named = described.authorization_response_iss_parameter_supported or reply.iss
        if named and reply.iss != described.issuer:
            raise ProviderFailed("untrusted", f"this is the reply of {reply.iss}")
        if reply.error:
            away = reply.error in ("server_error", "temporarily_unavailable")
            raise ProviderFailed("away" if away else "refused", reply.error)
        if not reply.code:
            raise ProviderFailed("over", "no code")
        given, nonce = self._exchanged(described, token, reply.code), derived(token, "nonce")
        try:
            return judge(given, self._keys, nonce, self.settings)
        except NoKey:  # the provider may have changed its keys
            self._keys = usable(read_json(described.jwks_uri))
        try:
            return judge(given, self._keys, nonce, self.settings)
        except NoKey as error:
            raise ProviderFailed("untrusted", "no key made this signature") from error

    def _exchanged(self, described: Described, token: str, code: str) -> Mapping[str, Any]:
        try:
            given: Mapping[str, Any] = self._client(described).fetch_token(
                described.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=derived(token, "verifier"),
            )
        except OAuth2Error as error:
            used = error.error == "invalid_grant"
            raise ProviderFailed("over" if used else "away", str(error.error)) from error
        return given


async def _asking(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    # What the other side says may hold anything: it goes into the log as ASCII and cut off.
    try:
        return await asyncio.to_thread(work, *given, **named)
    except ProviderFailed as failed:
        log.warning("%s: %s", failed.why, ascii(failed.note)[:300])
        raise
    except (OSError, TooLong, ValueError, msgspec.MsgspecError) as error:
        log.warning("away: %s", ascii(str(error))[:300])
        raise ProviderFailed("away") from error
