"""A small identity provider that speaks real HTTP, and lies when a test asks it to."""

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from lenmuc.settings_outside import ProviderSettings

CLIENT, SECRET = "lenmuc", "a secret of the client"
FIRST_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
NEXT_KEY = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})


class IdentityProvider:
    """What it says can be bent: `claims` of the next token, `sign` for its signature, `answers` by path."""

    def __init__(self) -> None:
        self.keys: list[Any] = [FIRST_KEY]
        self.claims: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.rightly
        self.answers: dict[str, Callable[[], tuple[int, bytes]]] = {}
        self.more: dict[str, Any] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self._waiting: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.say(*provider.answer(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                given = {name: values[0] for name, values in parse_qs(body).items()}
                self.say(*provider.exchange(given, self.headers.get("authorization", "")))

            def say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                if status in (301, 302):
                    self.send_header("location", body.decode())
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}/realm"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """Be away from now on."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def settings(self, **more: Any) -> ProviderSettings:
        given = {"issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "Cổng Hà Nội"}
        return ProviderSettings(**{**given, **more})

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]()
        if path == "/realm/.well-known/openid-configuration":
            about = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
            return 200, json.dumps({**about, **self.more}).encode()
        if path == "/realm/keys":
            return 200, json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        return 404, b"{}"

    def log_in(self, address: str) -> tuple[str, str]:
        """What the person does at the provider: code and state to come back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._waiting)}"
        self._waiting[code] = asked
        return code, asked["state"]

    def exchange(self, given: dict[str, str], authorization: str) -> tuple[int, bytes]:
        self.asked.append("/realm/token")
        self.forms.append(given)
        if "/realm/token" in self.answers:
            return self.answers["/realm/token"]()
        asked = self._waiting.get(given.get("code", ""))
        challenge = urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode()
            or not authorization.startswith("Basic ")
        ):
            return 400, b'{"error": "invalid_grant"}'
        assert given["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "hoa-7", "exp": now + 300, "iat": now,
            "nonce": asked["nonce"], **self.claims,
        }  # fmt: skip
        token = self.sign({name: value for name, value in claims.items() if value is not None})
        return 200, json.dumps({"access_token": "x", "token_type": "Bearer", "id_token": token}).encode()

    @staticmethod
    def rightly(claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, FIRST_KEY)


def _part(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any]) -> str:
    """alg none: nobody signed it."""
    return ".".join([*(_part(json.dumps(part).encode()) for part in ({"alg": "none"}, claims)), ""])


def with_public_key_as_secret(claims: dict[str, Any]) -> str:
    """HS256 with the provider's public key, which everybody knows, as the secret."""
    header = {"alg": "HS256", "kid": "one"}
    signed = ".".join(_part(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_part(hmac.digest(FIRST_KEY.as_pem(private=False), signed.encode(), 'sha256'))}"


def with_another_key(claims: dict[str, Any]) -> str:
    """Signed by a stranger who says that it is the provider's key."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))


def with_the_next_key(claims: dict[str, Any]) -> str:
    """Signed by the key that comes after the first."""
    return jwt.encode({"alg": "ES256", "kid": "two"}, claims, NEXT_KEY)


async def there_and_back(
    browser: httpx.AsyncClient, provider: IdentityProvider, next: str = ""
) -> httpx.Response:
    """Sign in through the provider, as somebody whom it knows."""
    left = await browser.get("/vi/sign-in/provider", params={"next": next} if next else {})
    assert left.status_code == 303, left.text
    if not left.headers["location"].startswith(provider.issuer):
        return left
    code, state = provider.log_in(left.headers["location"])
    return await browser.get("/sign-in/provider/back", params={"code": code, "state": state})
