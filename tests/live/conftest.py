"""One running demonstration for all tests that look at it from outside."""

from collections.abc import Iterator

import pytest

from tests.live.site import Site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The program as `make run` starts it, with Hà Nội loaded."""
    with Site(tmp_path_factory.mktemp("site") / "data") as running:
        yield running
