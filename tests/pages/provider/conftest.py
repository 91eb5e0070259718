"""A provider that can lie, and a site that trusts it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.pages.accounts import Site
from tests.pages.identity import IdentityProvider
from tests.pages.provider.shared import made


@pytest.fixture
def provider() -> Any:
    provider = IdentityProvider()
    yield provider
    provider.close()


@pytest.fixture
async def site(connection: Any, provider: IdentityProvider) -> Site:
    return await made(connection, provider)


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Any]:
    async with site.browser() as browser:
        yield browser
