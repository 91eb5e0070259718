"""Open data over HTTP: whole, filtered and one by one; complete, and valid for whoever reads it."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyshacl
import pytest
import rdflib
from rdflib.compare import isomorphic, to_isomorphic

from lenmuc.core.answers import Identity
from lenmuc.exports.open.tables import TABLES
from tests.conftest import Visitor

# The reader of JSON-LD in rdflib uses parts of rdflib that it calls old.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
SERVICE = "1.001193"
WARD = "X00004"
CPSV_NS = rdflib.Namespace("http://purl.org/vocab/cpsv#")
SHAPES = Path(__file__).parents[3] / "shared/data/cpsv-ap"
CPSV = SHAPES / "3.2.0_shacl_cpsv-ap-SHACL.ttl"
CCCEV = SHAPES / "CCCEV_2.1.0_shacl_cccev-ap-SHACL.ttl"


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff"), "a spreadsheet knows UTF-8 by its byte order mark"
    return list(csv.DictReader(io.StringIO(text[1:])))


async def count(db: Any, noun: str) -> int:
    async with db.transaction() as conn:
        return int(await conn.fetchval(f"SELECT count(*) FROM {noun}"))


@pytest.mark.parametrize("name", sorted(TABLES))
async def test_every_table_is_there_in_every_format_with_the_same_rows(client: Visitor, name: str) -> None:
    query = f"?agency={WARD}&q=khai" if name in ("offerings", "assessments") else ""
    as_csv = await client.get(f"/data/{name}.csv{query}")
    rows = table(as_csv.content.decode())
    lines = [json.loads(line) for line in (await client.get(f"/data/{name}.jsonl{query}")).text.splitlines()]
    book = openpyxl.load_workbook(io.BytesIO((await client.get(f"/data/{name}.xlsx{query}")).content))
    sheet = list(book.active.iter_rows(values_only=True))
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert tuple(sheet[0]) == TABLES[name].names
    assert len(rows) == len(lines) == len(sheet) - 1
    assert rows or name == "roadmaps"
    for row, line in zip(rows, lines, strict=True):
        assert tuple(row) == tuple(line) == TABLES[name].names


async def test_the_whole_catalogue_is_complete(client: Visitor, db: Any) -> None:
    for name, noun in (("services", "service"), ("offerings", "offering"), ("agencies", "agency")):
        reply = await client.get(f"/data/{name}.jsonl")
        assert len(reply.content.splitlines()) == await count(db, noun)


def graph_of(body: bytes, spelling: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=body, format={"ttl": "turtle", "jsonld": "json-ld"}[spelling])


def must_be_valid(graph: rdflib.Graph, *shapes: Path) -> None:
    for path in shapes:
        if not path.is_file():
            pytest.skip("the official shapes are not shipped with the program")
        fine, _, text = pyshacl.validate(graph, shacl_graph=str(path))
        assert fine, text[:3_000]


ONES = (f"services/{SERVICE}", f"agencies/{WARD}", "schemes/rs-2018", "dcat")


@pytest.mark.parametrize("name", [*ONES, "agencies", "fields", "schemes"])
async def test_turtle_and_json_ld_are_one_graph_and_valid(client: Visitor, name: str) -> None:
    turtle = graph_of((await client.get(f"/data/{name}.ttl")).content, "ttl")
    json_ld = graph_of((await client.get(f"/data/{name}.jsonld")).content, "jsonld")
    assert len(turtle) > 5
    assert isomorphic(turtle, json_ld), to_isomorphic(turtle) - to_isomorphic(json_ld)
    must_be_valid(turtle, CPSV, CCCEV)


async def test_services_that_a_search_finds_are_valid_linked_data(client: Visitor) -> None:
    query = "?q=khai sinh"
    turtle = graph_of((await client.get(f"/data/services.ttl{query}")).content, "ttl")
    json_ld = graph_of((await client.get(f"/data/services.jsonld{query}")).content, "jsonld")
    found = len((await client.get(f"/data/services.jsonl{query}")).text.splitlines())
    assert 0 < found < 100
    assert len(set(turtle.subjects(rdflib.RDF.type, CPSV_NS.PublicService))) == found
    assert isomorphic(turtle, json_ld)
    must_be_valid(turtle, CPSV)


async def test_the_whole_graph_has_every_service_offering_agency_and_criterion(
    client: Visitor, db: Any, content: Any
) -> None:
    """Counted in the text: rdflib would hold a million triples for minutes."""
    body = (await client.get("/data/catalogue.ttl")).text
    assert body.count("> a cpsv:PublicService") == await count(db, "service")
    assert body.count("> a schema:Offer") == await count(db, "offering")
    every = {a for (a,) in await _column(db, "SELECT code FROM agency")}
    assert all(f"/data/agencies/{code}> a cv:PublicOrganisation" in body for code in every)
    assert body.count("> a cv:Criterion") == sum(len(s.criteria) for s in content.schemes.values())
    assert body.count("> a skos:ConceptScheme") == len(content.schemes) + 1


async def _column(db: Any, sql: str) -> Any:
    async with db.transaction() as conn:
        return await conn.fetch(sql)


async def test_whatever_the_search_shows_can_be_taken_along(client: Visitor) -> None:
    shown = await client.get("/en/services?q=khai+sinh&tier=commune")
    address = "/data/services.csv?q=khai+sinh&amp;tier=commune"
    assert address in shown.text
    rows = table((await client.get(address.replace("&amp;", "&"))).content.decode())
    assert f"<strong>{len(rows)} services</strong>" in shown.text
    assert f'/en/services/{rows[0]["code"]}"' in shown.text


async def test_a_level_in_the_past_is_that_of_its_day_and_unknown_before_the_first_record(
    client: Visitor, db: Any
) -> None:
    async with db.transaction(Identity(role="program")) as conn:
        number = await conn.fetchval(
            "SELECT id FROM offering WHERE service = $1 AND agency = $2", SERVICE, WARD
        )
        admin = "INSERT INTO level_change (offering, scheme, from_level, to_level, cause, at)"
        await conn.execute(
            f"{admin} VALUES ($1, 'rs-2018', NULL, 1, 'loaded', '2020-01-10 20:00+00')", number
        )
        await conn.execute(f"{admin} VALUES ($1, 'rs-2018', 1, 3, 'answer', '2020-06-01 08:00+07')", number)

    async def level_on(day: str) -> tuple[str, str]:
        reply = await client.get(f"/data/offerings.csv?agency={WARD}&as_of={day}")
        row = next(row for row in table(reply.content.decode()) if row["service"] == SERVICE)
        assert row["missing"] == row["status"] == ""
        return row["level"], row["since"]

    assert await level_on("2020-01-10") == ("", "")
    assert await level_on("2020-01-11") == ("1", "2020-01-11")  # 20:00 UTC is the next day in Viet Nam
    assert await level_on("2020-05-31") == ("1", "2020-01-11")
    assert await level_on("2020-06-01") == ("3", "2020-06-01")
    at_3 = await client.get(f"/data/offerings.jsonl?agency={WARD}&as_of=2020-06-02&level=3")
    assert [json.loads(line)["service"] for line in at_3.text.splitlines()] == [SERVICE]


@pytest.mark.parametrize("day", ["tomorrow", "2999-01-01", "2020-02-30"])
async def test_a_day_that_is_none_or_to_come_is_refused(client: Visitor, day: str) -> None:
    reply = await client.get(f"/data/offerings.csv?as_of={day}")
    assert reply.status_code == 422
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert reply.json()["errors"][0]["field"] == "as_of"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "nothing.csv",
            "services.pdf",
            "services.csv.gz",
            "criteria.ttl",
            "services/9.9.csv",
            "schemes/x.ttl",
        ),
        *(
            "agencies/NOWHERE.ttl",
            "services.csv?agency=NOWHERE",
            "services.csv?field=x",
            "services.csv?tier=x",
        ),
        *("services/9.9/badge.svg", "people/x/badge.json", "services/9.9/changes.atom", "catalogue.csv"),
    ],
)
async def test_what_there_is_not_is_404_as_a_problem(client: Visitor, path: str) -> None:
    reply = await client.get(f"/data/{path}")
    assert reply.status_code == 404
    assert reply.json()["status"] == 404


@pytest.mark.parametrize(
    ("accept", "leads"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("text/csv", "text/csv"),
        ("application/ld+json;q=0.4, text/turtle;q=0.9", "text/turtle"),
        ("*/*", "application/ld+json"),
        ("application/x-ndjson", "application/jsonl"),
    ],
)
async def test_accept_chooses_the_format_of_a_name(client: Visitor, accept: str, leads: str) -> None:
    reply = await client.get(f"/data/services/{SERVICE}", headers={"Accept": accept})
    assert reply.headers["content-type"].partition(";")[0] == leads
    assert "Accept" in reply.headers["vary"]


async def test_a_browser_is_led_from_the_name_to_the_page(client: Visitor) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for path in (f"services/{SERVICE}", f"agencies/{WARD}", "schemes/rs-2018"):
        reply = await client.get(f"/data/{path}", headers={"Accept": accept, "Accept-Language": "en"})
        assert (reply.status_code, reply.headers["location"]) == (303, f"/en/{path}")
        assert (await client.get(reply.headers["location"])).status_code == 200


async def test_files_are_readable_from_every_site_and_not_sent_twice(client: Visitor) -> None:
    address = "/data/services.csv?q=khai"
    first = await client.get(address)
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cache-control"] == "public, max-age=60"
    assert "set-cookie" not in first.headers
    again = await client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(f"{address}&level=2", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


async def test_head_says_the_same_and_makes_nothing(client: Visitor) -> None:
    started = dt.datetime.now()
    for name in ("offerings.csv", "catalogue.ttl", "offerings.xlsx"):
        reply = await client.http.head(f"/data/{name}")
        assert (reply.status_code, reply.content) == (200, b"")
        assert reply.headers["content-type"]
    assert dt.datetime.now() - started < dt.timedelta(seconds=2), "every row was made for nothing"
