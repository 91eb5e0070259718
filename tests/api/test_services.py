"""Services and agencies as programs read them."""

import unicodedata
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import SERVICE, WARD
from tests.api.contract import must_fit
from tests.conftest import Visitor

API = "/api/v1"


@pytest.mark.parametrize(
    "words",
    ["khai sinh", "khai%20sinh", "Khai Sinh", "đăng ký khai sinh", "dang ky khai sinh", "dang ky khai si"],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_registration_of_births_is_found_first(client: Visitor, words: str, form: Any) -> None:
    typed = words if "%" in words else quote(unicodedata.normalize(form, words))
    page = must_fit(await client.get(f"{API}/services?q={typed}"), "list_services")
    assert page["items"][0]["code"] == SERVICE


async def test_filters_narrow_and_facets_foretell_by_how_much(client: Visitor) -> None:
    every = must_fit(await client.get(f"{API}/services"), "list_services")
    assert every["total"] >= 1_200
    for facet, name in (("field", "ho-tich"), ("tier", "commune"), ("level", "2"), ("agency", WARD)):
        foretold = every["facets"][facet][name]
        found = must_fit(await client.get(f"{API}/services", params={facet: name}), "list_services")
        assert found["total"] == foretold > 0


async def test_pages_follow_each_other_without_gap_or_repetition(client: Visitor) -> None:
    seen: list[str] = []
    address: str | None = f"{API}/services?q=khai%20sinh&page_size=7"
    while address:
        reply = await client.get(address)
        page = must_fit(reply, "list_services")
        seen += [item["code"] for item in page["items"]]
        links = {part.split('rel="')[1].rstrip('"'): part.split("<")[1].split(">")[0]
                 for part in reply.headers["link"].split(", ")}  # fmt: skip
        assert links["last"].endswith(f"page={-(-page['total'] // 7)}")
        address = links.get("next")
    assert len(seen) == len(set(seen)) == page["total"] > 14


async def test_a_page_beyond_the_last_is_empty_and_leads_back(client: Visitor) -> None:
    reply = await client.get(f"{API}/services?q=khai%20sinh&page=5000")
    assert must_fit(reply, "list_services")["items"] == []
    assert 'rel="prev"' in reply.headers["link"]
    assert 'rel="next"' not in reply.headers["link"]


async def test_what_nobody_knows_of_a_service_is_null(client: Visitor, content: Any) -> None:
    silent = next(s for s in content.catalogue.services if not s.time_online and not s.fee_amounts)
    told = must_fit(await client.get(f"{API}/services/{silent.code}"), "read_service")
    assert told["time_online"] is None
    assert told["fee_amounts"] is None
    assert told["name"] == silent.name


async def test_counts_of_a_service_add_up_to_its_offerings(client: Visitor) -> None:
    told = must_fit(await client.get(f"{API}/services/{SERVICE}"), "read_service")
    counts = told["offerings"]
    assert counts["total"] == sum(counts[f"level_{n}"] for n in range(5)) == 126
    offerings = must_fit(await client.get(f"{API}/offerings?service={SERVICE}"), "list_offerings")
    assert offerings["total"] == counts["total"]


async def test_every_agency_is_listed_with_the_counts_it_has_alone(client: Visitor) -> None:
    agencies = must_fit(await client.get(f"{API}/agencies"), "list_agencies")
    assert agencies["total"] == len(agencies["items"]) == 149
    told = must_fit(await client.get(f"{API}/agencies/{WARD}"), "read_agency")
    listed = next(item for item in agencies["items"] if item["code"] == WARD)
    assert told["offerings"] == listed["offerings"]


async def test_an_agency_is_found_by_its_name_without_diacritics(client: Visitor) -> None:
    found = must_fit(await client.get(f"{API}/agencies?q=so%20tu%20phap"), "list_agencies")
    assert [item["code"] for item in found["items"]] == ["STP"]


async def test_public_reads_may_be_kept_a_minute_and_used_by_every_site(client: Visitor) -> None:
    reply = await client.get(f"{API}/services/{SERVICE}")
    assert reply.headers["cache-control"] == "public, max-age=60"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers
    assert "set-cookie" not in reply.headers
    again = await client.get(f"{API}/services/{SERVICE}", headers={"If-None-Match": reply.headers["etag"]})
    must_fit(again, "read_service")
    assert again.status_code == 304


async def test_somebody_signed_in_reads_the_very_same(client: Visitor, as_planner: Visitor) -> None:
    ours = await as_planner.get(f"{API}/services/{SERVICE}")
    theirs = await client.get(f"{API}/services/{SERVICE}")
    assert (ours.headers["etag"], ours.content) == (theirs.headers["etag"], theirs.content)
    assert "x-csrf-token" not in ours.headers


async def test_head_answers_without_a_body(client: Visitor) -> None:
    reply = await client.http.head(f"{API}/services/{SERVICE}")
    assert reply.status_code == 200
    assert reply.content == b""
