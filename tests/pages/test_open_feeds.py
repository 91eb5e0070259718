"""Beside the files of open data: feeds, badges, what search engines read, and the page that lists it all."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from lenmuc.core.answers import Identity
from lenmuc.exports.open.dcat import GRAPHS
from lenmuc.exports.open.tables import TABLES
from lenmuc.pages.open_data import robots
from tests.conftest import Visitor

SERVICE = "1.001193"
WARD = "X00004"


async def count(db: Any, noun: str) -> int:
    async with db.transaction() as conn:
        return int(await conn.fetchval(f"SELECT count(*) FROM {noun}"))


ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.mark.parametrize(("kind", "code"), [("services", SERVICE), ("agencies", WARD)])
async def test_a_feed_tells_changes_newest_first_in_both_languages(
    client: Visitor, db: Any, kind: str, code: str
) -> None:
    async with db.transaction(Identity(role="program")) as conn:
        await conn.execute(
            "INSERT INTO level_change (offering, scheme, from_level, to_level, cause, at)"
            " SELECT id, 'rs-2018', 2, 3, 'answer', now() + interval '1 minute' FROM offering"
            " WHERE service = $1 AND agency = $2",
            *(SERVICE, WARD),
        )
    for language, words in (("vi", "Tăng từ mức 2 lên mức 3"), ("en", "Rose from level 2 to level 3")):
        reply = await client.get(f"/data/{kind}/{code}/changes.atom?lang={language}")
        assert reply.headers["content-type"].startswith("application/atom+xml")
        root = ElementTree.fromstring(reply.content)
        entries = root.findall("a:entry", ATOM)
        assert 0 < len(entries) <= 50
        assert words in (entries[0].findtext("a:title", "", ATOM))
        moments = [entry.findtext("a:updated", "", ATOM) for entry in entries]
        assert moments == sorted(moments, reverse=True)
        assert root.findtext("a:updated", "", ATOM) == moments[0]
        assert len({entry.findtext("a:id", "", ATOM) for entry in entries}) == len(entries)


@pytest.mark.parametrize(("kind", "code"), [("services", SERVICE), ("agencies", WARD)])
async def test_a_badge_says_in_words_what_it_shows(client: Visitor, kind: str, code: str) -> None:
    picture = await client.get(f"/data/{kind}/{code}/badge.svg?lang=en")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    root = ElementTree.fromstring(picture.content)
    said = (await client.get(f"/data/{kind}/{code}/badge.json?lang=en")).json()
    assert root.get("role") == "img"
    assert root.get("aria-label") == f"{said['name']}: {said['label']} – {said['message']}"
    assert root.findtext("{http://www.w3.org/2000/svg}title") == root.get("aria-label")
    assert "style=" not in picture.text
    assert "<script" not in picture.text


async def test_the_site_map_names_pages_that_are_there(client: Visitor, db: Any) -> None:
    robots = await client.get("/robots.txt")
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots.text
    assert "Disallow: /vi/work" in robots.text
    reply = await client.get("/sitemap.xml")
    root = ElementTree.fromstring(reply.content)
    pages = [each.text or "" for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(pages) == len(set(pages)) > 2 * await count(db, "service")
    for page in pages[:: len(pages) // 25]:
        assert (await client.get(page.removeprefix("http://127.0.0.1:8000"))).status_code == 200, page


async def test_the_service_page_carries_schema_org_and_leads_to_cpsv_ap(client: Visitor) -> None:
    reply = await client.get(f"/en/services/{SERVICE}")
    text = reply.text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    said = json.loads(text)
    assert said["@type"] == "GovernmentService"
    assert said["identifier"] == SERVICE
    assert said["url"].endswith(f"/en/services/{SERVICE}")
    assert f'<link rel="alternate" type="text/turtle" href="/data/services/{SERVICE}.ttl">' in reply.text


async def test_the_page_lists_every_table_with_its_rows(client: Visitor, db: Any) -> None:
    page = (await client.get("/vi/open-data")).text
    for name in TABLES:
        assert f'href="/data/{name}.csv"' in page
    for name in GRAPHS:
        assert f'href="/data/{name}.ttl"' in page
    assert f"{await count(db, 'offering'):,}".replace(",", ".") in page


async def test_the_data_package_describes_the_columns_that_are_there(client: Visitor) -> None:
    package = (await client.get("/data/datapackage.json")).json()
    for resource in package["resources"]:
        head = (await client.get(f"/data/{resource['path']}?agency={WARD}")).content.decode().splitlines()[0]
        assert head.lstrip("\ufeff").split(",") == [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] for field in resource["schema"]["fields"])


async def test_too_many_pages_are_parted_and_the_parts_hold_them_all(
    client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"

    async def named(path: str) -> list[str]:
        return [
            each.text or "" for each in ElementTree.fromstring((await client.get(path)).content).iter(space)
        ]

    whole = await named("/sitemap.xml")
    monkeypatch.setattr(robots, "_HALF", 700)
    parts = await named("/sitemap.xml")
    assert len(parts) == -(-len(whole) // 1400) > 1
    held = [page for part in parts for page in await named(part.removeprefix("http://127.0.0.1:8000"))]
    assert held == whole
    assert (await client.get(f"/sitemap.xml?part={len(parts) + 1}")).status_code == 404
