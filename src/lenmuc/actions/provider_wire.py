"""Asking the identity provider over HTTP: short, small, and never led elsewhere."""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple, cast
from urllib import request
from urllib.error import HTTPError
from urllib.parse import urlencode

import msgspec

SECONDS_SILENT = 5.0  # until the other side says something
SECONDS_IN_ALL = 10.0
LARGEST = 512 * 1024  # bytes


class TooLong(Exception):
    """The answer is too large, or comes too slowly."""


class _NoRedirect(request.HTTPRedirectHandler):
    """A redirect is an answer that we did not ask for."""

    def redirect_request(self, *_: Any) -> None:
        return None


# urllib would open files as well; the addresses were seen to be HTTP before they come here.
_OPENER = request.build_opener(_NoRedirect)


class Answer(NamedTuple):
    """What came back, as Authlib reads answers."""

    status_code: int
    content: bytes

    def json(self) -> Any:
        """The body. Raises `ValueError`."""
        try:
            return msgspec.json.decode(self.content)
        except msgspec.DecodeError as error:
            raise ValueError("no JSON") from error

    def raise_for_status(self) -> None:
        """Raises `OSError` for everything but success."""
        if self.status_code >= 300:
            raise OSError(f"status {self.status_code}")


def _read(reply: Any, until: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := reply.read1(65_536):
        size += len(part)
        if size > LARGEST or time.monotonic() > until:
            raise TooLong(f"{size} bytes")
        parts.append(part)
    return b"".join(parts)


def ask(address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """GET, or POST where there is a `body`. Raises `OSError`, `TooLong`."""
    asked = request.Request(address, body, {"Accept": "application/json", **(headers or {})})
    until = time.monotonic() + SECONDS_IN_ALL
    try:
        with _OPENER.open(asked, timeout=SECONDS_SILENT) as reply:
            return Answer(reply.status, _read(reply, until))
    except HTTPError as refused:
        with refused:
            return Answer(refused.code, _read(refused, until))


def read_json(address: str) -> Any:
    """The JSON at an address. Raises `OSError`, `TooLong`, `ValueError`."""
    answer = ask(address)
    answer.raise_for_status()
    return answer.json()


class Wire:
    """The part of a session of `requests` that Authlib's client uses."""

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> Answer:
        """Send a form, signed by the client's own `auth`. Raises as `ask` does."""
        url, signed, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return ask(url, cast(str, body).encode(), signed)
