"""What every reply says to the browser, whoever made it."""

from collections.abc import Mapping

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
_ALWAYS: Mapping[bytes, bytes] = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TWO_YEARS = b"max-age=63072000; includeSubDomains"

Header = tuple[bytes, bytes]


def complete(headers: list[Header], *, request_id: str, signed_in: bool, https: bool) -> list[Header]:
    """`headers` with what is missing. A handler may say something stricter or longer-lived itself.

    Replies to somebody who is signed in are kept nowhere, unless the reply is the same for all and says so
    (`Cache-Control: public`). What the public gets may be kept, and is asked for again before it is shown.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    given = dict(lowered)
    wanted: dict[bytes, bytes] = {**_ALWAYS, b"x-request-id": request_id.encode()}
    if https:
        wanted[b"strict-transport-security"] = _TWO_YEARS
    same_for_all = b"public" in given.get(b"cache-control", b"")
    if signed_in and not same_for_all:
        lowered = [(name, value) for name, value in lowered if name != b"cache-control"]
        lowered.append((b"cache-control", b"private, no-store"))
    else:
        wanted[b"cache-control"] = b"no-cache"
    if not same_for_all and b"cookie" not in given.get(b"vary", b"").lower():
        lowered.append((b"vary", b"Cookie"))
    if b"allow" in given and b"GET" in given[b"allow"] and b"HEAD" not in given[b"allow"]:
        lowered = [(n, value + b", HEAD" if n == b"allow" else value) for n, value in lowered]
    present = {name for name, _ in lowered}
    return [*lowered, *((name, value) for name, value in wanted.items() if name not in present)]
