"""Offerings as programs read them."""

from typing import Any

from lenmuc.store.offerings import Offering
from tests.api.conftest import SERVICE, WARD
from tests.api.contract import must_fit
from tests.conftest import Visitor

API = "/api/v1/offerings"


async def test_an_offering_says_its_level_and_what_the_next_one_lacks(
    client: Visitor, offering: Offering, content: Any
) -> None:
    told = must_fit(await client.get(f"{API}/{offering.id}"), "read_offering")
    assert (told["service"]["code"], told["agency"]["code"]) == (SERVICE, WARD)
    assert told["level"] == offering.level
    assert [each["criterion"] for each in told["missing"]] == list(offering.missing) != []
    assert {each["level"] for each in told["missing"]} == {offering.level + 1}
    assert all(each["basis"] for each in told["missing"])


async def test_a_declared_level_that_nobody_knows_is_null_and_never_zero(
    client: Visitor, offering: Offering
) -> None:
    assert must_fit(await client.get(f"{API}/{offering.id}"), "read_offering")["declared"] is None


async def test_made_up_filings_are_called_so_wherever_they_are_given(
    client: Visitor, offering: Offering
) -> None:
    one = must_fit(await client.get(f"{API}/{offering.id}"), "read_offering")
    page = must_fit(await client.get(f"{API}?agency={WARD}"), "list_offerings")
    assert one["filings_illustrative"] is True
    assert all(each["filings_illustrative"] for each in page["items"] if each["filings"] is not None)


async def test_every_offering_of_the_city_can_be_listed(client: Visitor) -> None:
    page = must_fit(await client.get(f"{API}?page_size=200"), "list_offerings")
    assert page["total"] >= 70_000
    assert len(page["items"]) == 200


async def test_filters_are_joined(client: Visitor, offering: Offering) -> None:
    asked = {"service": SERVICE, "agency": WARD, "level": offering.level}
    page = must_fit(await client.get(API, params=asked), "list_offerings")
    assert [each["id"] for each in page["items"]] == [offering.id]
    asked["level"] = (offering.level + 1) % 5
    page = must_fit(await client.get(API, params=asked), "list_offerings")
    assert (page["items"], page["total"]) == ([], 0)
