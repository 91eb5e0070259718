"""Made-up requests to every operation of the OpenAPI document, as each role: no 5xx, and every reply as the
document says.

A few of the public in the suite; `make fuzz` sends 25,000 as each of six.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.live.site import Browser, Site

# At least so many requests as each role; in the suite, the fewest that try everything once.
CASES = int(os.environ.get("LENMUC_CASES", "0"))
ROLES = ("public", "staff", "lead", "planner", "administrator", "auditor") if CASES else ("public",)
# The framework answers OPTIONS from the first handler of a path, so Allow leaves out PUT and POST: a known
# fault. A text may be refused that its schema cannot forbid, such as one with NUL: that is declared as 400.
NOT_HELD = "allow_header_conformance,positive_data_acceptance"
# What a planner may ask for keeps the machine busy for minutes, so only what has to be refused is sent of it.
HEAVY = "compute_roadmap"
# A version that is not the newest is refused before the body is read.
REFUSED = ("400", "401", "403", "404", "405", "406", "409", "412", "413", "414", "415", "422", "428")


def run(site: Site, folder: Path, headers: dict[str, str], examples: int, seed: int, *more: str) -> int:
    """One run of the made-up requests: how many there were."""
    given = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    (folder / "schemathesis.toml").write_text(
        f"[checks.negative_data_rejection]\nexpected-statuses = {list(REFUSED)}\n"
    )
    told = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{site.address}/api/v1/openapi.json"),
            *("--max-examples", str(examples), "--phases", "coverage,fuzzing", "--seed", str(seed)),
            *("--checks", "all", "--exclude-checks", NOT_HELD, "--continue-on-failure", "--no-color"),
            # The session is given as a header; one that is made up beside it would be no other.
            *("--generation-with-security-parameters", "false", *given, *more),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=7_200,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-6_000:] + told.stderr[-2_000:]
    found = re.search(r"(\d+) generated", told.stdout)
    assert found, f"nothing was tested: {told.stdout[-2_000:]}"
    return int(found[1])


@pytest.mark.parametrize("role", ROLES)
def test_no_made_up_request_breaks_the_contract(site: Site, tmp_path: Path, role: str) -> None:
    browser = Browser(site)
    headers, runs = {}, [("--mode", "all")]
    if role != "public":
        browser.sign_in(site.person(role, "STP" if role in ("staff", "lead") else ""))
        cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
        headers = {"Cookie": cookies, "X-CSRF-Token": browser.csrf}
    if role == "planner":
        heavy = ("operation-id", HEAVY)
        runs = [("--exclude-" + heavy[0], HEAVY), ("--include-" + heavy[0], HEAVY, "--mode", "negative")]
    sent, seed, began, used = 0, 0, time.monotonic(), sum(os.times()[2:4])
    while sent < max(CASES, 1):
        seed += 1
        sent += sum(run(site, tmp_path, headers, CASES // 20 or 5, seed, *more) for more in runs)
    took, spent = time.monotonic() - began, sum(os.times()[2:4]) - used
    print(
        f"\n{role}: {sent} made-up requests, no fault, in {took:.0f} s; making and checking one took "
        f"{spent / sent * 1000:.1f} ms of processor time"
    )
