"""Debian's Chromium under Playwright, kept from calling anybody."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

# What has to show shows at once; on a machine where other tests run too, at once takes longer.
expect.set_options(timeout=20_000)

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


def program() -> str:
    """Where the browser is. Raises `FileNotFoundError` with what to do."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise FileNotFoundError(
            "No Chromium found. On Debian and Ubuntu: apt install chromium fonts-noto-core"
        )
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()
