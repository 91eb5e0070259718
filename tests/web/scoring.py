"""The score of a reply's headers by the rules of the Mozilla/MDN Observatory, version 1.4.8 of its grader.

It starts at 100; what is missing takes away, and what goes beyond adds once nothing much is missing.
"""

import re
from collections.abc import Mapping

LEAST = 120
_HALF_A_YEAR = 15_768_000
_PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def _policy(value: str) -> dict[str, set[str]]:
    parts = [part.split() for part in value.split(";") if part.strip()]
    return {name: set(values) for name, *values in parts}


def _csp(policy: dict[str, set[str]]) -> int:
    if not policy:
        return -25
    scripts = policy.get("script-src", policy.get("default-src", {"*"}))
    styles = policy.get("style-src", policy.get("default-src", {"*"}))
    if scripts & {"'unsafe-inline'", "*", "data:", "https:", "http:"}:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if policy.get("default-src") == {"'none'"} else 5


def _hsts(value: str) -> int:
    found = re.search(r"max-age=(\d+)", value)
    if not found:
        return -20
    return 0 if int(found[1]) >= _HALF_A_YEAR else -10


def _cookies(values: list[str]) -> int:
    flags = [{part.strip().lower().partition("=")[0] for part in value.split(";")[1:]} for value in values]
    if not flags:
        return 0
    if any("secure" not in each or "httponly" not in each for each in flags):
        return -40
    return 5 if all("samesite" in each for each in flags) else 0


def parts_of(headers: Mapping[str, str], cookies: list[str]) -> dict[str, int]:
    """What each rule adds or takes away; `headers` have names in lower case."""
    policy = _policy(headers.get("content-security-policy", ""))
    shared = headers.get("cross-origin-resource-policy", "")
    framed = 5 if policy.get("frame-ancestors") == {"'none'"} else 0
    if not framed and "x-frame-options" not in headers:
        framed = -20
    open_to_all = headers.get("access-control-allow-origin", "") == "*"
    credentials = headers.get("access-control-allow-credentials", "") == "true"
    return {
        "content-security-policy": _csp(policy),
        "strict-transport-security": _hsts(headers.get("strict-transport-security", "")),
        "set-cookie": _cookies(cookies),
        "x-frame-options": framed,
        "cross-origin-resource-policy": 10 if shared in ("same-origin", "same-site") else 0,
        "access-control-allow-origin": -50 if open_to_all and credentials else 0,
        "referrer-policy": 5 if headers.get("referrer-policy", "") in _PRIVATE else 0,
        "x-content-type-options": 0 if headers.get("x-content-type-options") == "nosniff" else -5,
    }


def score(headers: Mapping[str, str], cookies: list[str]) -> int:
    """The score; what is added counts from 90 on only, as the grader has it."""
    parts = parts_of(headers, cookies)
    missing = 100 + sum(part for part in parts.values() if part < 0)
    return missing + sum(part for part in parts.values() if part > 0) if missing >= 90 else missing
