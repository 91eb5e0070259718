"""The ID token: who made the signature, and whom it speaks of. Source: OpenID Connect Core 1.0, 3.1.3.7."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from authlib.oauth2.claims import ClaimsOption
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import ECKey, RSAKey

from lenmuc.core.errors import LenMucError
from lenmuc.settings_outside import ProviderSettings

# Signatures by a key pair: never `none`, and never a shared secret, as which a public key could be taken.
ALGORITHMS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
}
CLOCK = 60  # seconds that two clocks may differ
_LONGEST = 32_000
_SHORTEST_RSA = 256  # bytes of the modulus

Key = Mapping[str, Any]


class ProviderFailed(LenMucError):
    """Somebody did not come in through the provider. `why` is a key of `WHY` in the pages of the account."""

    def __init__(self, why: str, note: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.note = note


class NoKey(Exception):
    """None of the keys that are known made the signature."""


class Somebody(NamedTuple):
    """Whom the provider knows. `email` is empty unless it was verified there; `unverified`: it was not.

    `strong`: signed in there with a second factor that this installation trusts.
    """

    subject: str
    email: str = ""
    unverified: bool = False
    strong: bool = False


def _part(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def usable(keys: Any) -> list[Key]:
    """The public keys for signatures among what a provider publishes; weak ones are left out."""
    found = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(found, list):
        raise ProviderFailed("untrusted", "no keys")
    return [each for each in found[:100] if isinstance(each, dict) and _fits(each)]


def _fits(key: Key) -> bool:
    if key.get("use", "sig") != "sig" or "d" in key:
        return False
    if key.get("kty") == "RSA" and isinstance(key.get("n"), str):
        return len(_part(key["n"])) >= _SHORTEST_RSA
    return key.get("kty") == "EC"


def _announced(id_token: str) -> tuple[str, str]:
    """Algorithm and key that the header names: to choose among what we allow, never more."""
    try:
        header = msgspec.json.decode(_part(id_token.partition(".")[0]))
    except (ValueError, msgspec.DecodeError):
        header = None
    if not isinstance(header, dict):
        raise ProviderFailed("untrusted", "no header")
    return str(header.get("alg")), str(header.get("kid") or "")


def _opened(id_token: str, keys: Sequence[Key]) -> jwt.Token:
    algorithm, kid = _announced(id_token)
    kind = ALGORITHMS.get(algorithm)
    if kind is None:
        raise ProviderFailed("untrusted", f"algorithm {algorithm}")
    for each in keys:
        if each["kty"] != kind or (kid and each.get("kid", kid) != kid):
            continue
        try:
            key = RSAKey.import_key(dict(each)) if kind == "RSA" else ECKey.import_key(dict(each))
            return jwt.decode(id_token, key, algorithms=[algorithm])
        except (JoseError, ValueError, TypeError):
            continue
    raise NoKey


def judge(given: Mapping[str, Any], keys: Sequence[Key], nonce: str, wanted: ProviderSettings) -> Somebody:
    """Whom the answer of the token endpoint speaks of. Raises `ProviderFailed`, or `NoKey`."""
    id_token = given.get("id_token")
    if not isinstance(id_token, str) or len(id_token) > _LONGEST:
        raise ProviderFailed("untrusted", "no ID token")
    token = _opened(id_token, keys)
    options: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": wanted.issuer},
        "aud": {"essential": True, "value": wanted.client_id},
        "sub": {"essential": True},
    }
    params = {"nonce": nonce, "client_id": wanted.client_id, "access_token": given.get("access_token")}
    try:
        CodeIDToken(token.claims, token.header, options, params).validate(leeway=CLOCK)
    except ExpiredTokenError as error:
        raise ProviderFailed("clock", "the ID token has expired") from error
    except InvalidClaimError as error:
        clock = error.claim in ("iat", "nbf")
        raise ProviderFailed("clock" if clock else "untrusted", f"claim {error.claim}") from error
    except (JoseError, TypeError, ValueError, AttributeError) as error:
        raise ProviderFailed("untrusted", str(error)) from error
    return _known(token.claims, wanted.strong)


def _known(claims: Mapping[str, Any], trusted: Sequence[str]) -> Somebody:
    subject = claims["sub"]
    if not 0 < len(subject) <= 255 or not subject.isprintable():
        raise ProviderFailed("untrusted", "claim sub")
    email = claims.get("email")
    given = email if isinstance(email, str) else ""
    verified = claims.get("email_verified") is True
    methods = claims.get("amr")
    ways = [f"amr:{each}" for each in methods] if isinstance(methods, list) else []
    strong = not {f"acr:{claims.get('acr')}", *ways}.isdisjoint(trusted)
    return Somebody(subject, given if verified else "", bool(given) and not verified, strong)
