"""What a registry says beside its records: kept with history, on pages, in the API and in open data."""

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest

from lenmuc.actions.importing import Report, bring_in, nameable
from lenmuc.content.everything import Content
from lenmuc.content.mappings import read_mapping
from lenmuc.store.database import PROGRAM
from tests.api.contract import must_fit
from tests.conftest import Visitor

TODAY = dt.date(2026, 11, 22)
MAPPING = """\
name = "A list that says more"
unknown = ["NA"]
[place]
code = "H26"
name = "Thành phố Hà Nội"
name_en = "Hà Nội City"
language = "ja"
[source]
format = "csv"
[fields]
code = "code"
name = "name"
agency = { constant = "STP" }
filings = "filings"
filings_online = "online"
blockers = { from = "why", split = ";", codes = "kinds" }
obstacles = { from = "why", split = ";", codes = "said" }
payment = { from = "pay", split = ";" }
online_from = "year"
[points]
set = "ca-2024"
[points.fields]
application = { from = "apply", codes = "answers" }
decision = { from = "told", codes = "answers" }
[tables.answers]
Y = "yes"
N = "no"
NA = "not_applicable"
[tables.kinds]
"法改正" = "law"
"計画中" = ""
[tables.said]
"法改正" = "法改正"
"計画中" = ""
"""
HEAD = "code,name,filings,online,why,pay,year,apply,told\n"
ONE = "9.1,手続,120,20,法改正;計画中,card;counter,2030+,N,NA\n"
TWO = "9.2,もう一つ,NA,,,,,Y,\n"


async def obstacle(db: Any, service: str) -> None:
    """Somebody's registry says that the law stands in the way of this service."""
    async with db.transaction(PROGRAM) as conn:
        said = {"blockers": ["law"], "obstacles": ["luật"]}
        await conn.execute("UPDATE service SET stated = $2 WHERE code = $1", service, said)


async def bring(db: Any, content: Content, folder: Path, *rows: str, mapping: str = MAPPING) -> Report:
    (folder / "more.toml").write_text(mapping, encoding="utf-8")
    (folder / "list.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    read = read_mapping(folder / "more.toml", nameable(content))
    return await bring_in(db, content, read, [folder / "list.csv"], TODAY)


@pytest.fixture
async def brought(db: Any, content: Content, tmp_path: Path) -> Report:
    return await bring(db, content, tmp_path, ONE, TWO)


async def value(db: Any, sql: str) -> Any:
    async with db.transaction(PROGRAM) as conn:
        return await conn.fetchval(sql)


async def test_what_is_said_is_kept_changes_with_its_source_and_leaves_its_history(
    brought: Report, db: Any, content: Content, tmp_path: Path
) -> None:
    assert (brought.counts.fresh, brought.refused, brought.repaired) == (2, 0, 0)
    again = await bring(db, content, tmp_path, ONE, TWO)
    assert (again.run, again.counts.unchanged) == (0, 2)
    moved = await bring(db, content, tmp_path, ONE.replace(",N,NA", ",Y,NA"), TWO)
    assert (moved.counts.changed, moved.counts.unchanged) == (1, 1)
    was = "SELECT record -> 'stated' -> 'points' ->> 'application' FROM service_history WHERE service = '9.1'"
    assert await value(db, was) == "no"
    silent = MAPPING[: MAPPING.index("blockers")] + MAPPING[MAPPING.index("[tables.kinds]") :]
    kept = await bring(db, content, tmp_path, ONE, TWO, mapping=silent)
    assert kept.counts.changed == 0  # a mapping that does not read it leaves it as it was


async def test_the_api_gives_points_and_obstacles_with_what_follows(brought: Report, client: Visitor) -> None:
    said = must_fit(await client.get("/api/v1/services/9.1"), "read_service")["stated"]
    assert (said["blockers"], said["obstacles"], said["online_from"]) == (["law"], ["法改正"], "2030+")
    points = said["points"]
    assert {p["id"]: p["answer"] for p in points["points"]} == {
        "account": None, "authentication": None, "application": "no", "decision": "not_applicable",
        "issuance": None, "feedback": None,
    }  # fmt: skip
    assert (points["lowest"], points["highest"], points["stand"]) == (0, 2, "unknown")
    assert [each["criterion"] for each in points["because"]] == ["3.03"]
    other = must_fit(await client.get("/api/v1/services/9.2"), "read_service")["stated"]
    assert (other["points"]["highest"], other["blockers"]) == (4, [])
    known = must_fit(await client.get("/api/v1/services/1.001193"), "read_service")
    assert known["stated"] is None


async def test_the_table_of_services_has_them_too(brought: Report, client: Visitor) -> None:
    text = (await client.get("/data/services/9.1.csv")).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["points"].startswith("account=unknown; authentication=unknown; application=no")
    assert (row["level_at_least"], row["level_at_most"]) == ("0", "2")
    assert row["level_because"] == "application=no: 3.03 not_met"
    assert (row["blockers"], row["obstacles"], row["payment"]) == ("law", "法改正", "card; counter")
    offered = (await client.get("/data/offerings.csv?agency=STP&q=手続")).content.decode("utf-8-sig")
    assert "120,false,20" in offered


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_pages_show_them_beside_the_level(brought: Report, client: Visitor, lang: str) -> None:
    page = (await client.get(f"/{lang}/services/9.1")).text
    assert "ca-2024" not in page  # words, not ids
    assert f'href="/{lang}/schemes/rs-2018/3.03"' in page
    assert 'lang="ja">手続</h1>' in page
    assert '<ul class="plain" lang="ja"><li>法改正</li></ul>' in page
    counted = (await client.get(f"/{lang}/registry")).text
    assert '<th scope="row" lang="ja">法改正</th>' in counted
    assert "/registry#points" in (await client.get(f"/{lang}/schemes")).text


async def test_without_a_registry_there_is_no_page_and_no_word_of_points(client: Visitor) -> None:
    assert (await client.get("/vi/registry")).status_code == 404
    assert "/registry" not in (await client.get("/vi/schemes")).text
    assert "/registry" not in (await client.get("/vi/services/1.001193")).text


async def test_linked_data_speaks_the_language_of_the_registry(brought: Report, client: Visitor) -> None:
    turtle = (await client.get("/data/services/9.1.ttl")).text
    assert '"手続"@ja' in turtle
    assert "authority/language/JPN" in turtle
