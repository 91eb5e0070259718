"""Computing apart: what wants too much memory dies alone."""

import resource
import time
from typing import Any

import pytest

from lenmuc.actions import apart


def greedy(answer: Any, size: int) -> None:
    """A child that takes so much memory, and then answers."""
    answer.send(len(bytearray(size)))


async def test_a_child_that_wants_too_much_memory_dies_and_we_do_not(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(apart, "MEMORY", 1024**3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(EOFError):
        await apart.apart(greedy, 2 * 1024**3, str, print)
    assert "MemoryError" in capfd.readouterr().err
    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
    assert await apart.apart(greedy, 1024**2, str, print) == 1024**2
