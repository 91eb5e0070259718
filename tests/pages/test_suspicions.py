"""The suspicion list as planners see it: filtered, paged, with its reasons in words, and as a file."""

import csv
import io
import re
from html import unescape
from typing import Any

from tests.conftest import Visitor

CODE = "1.013852"  # offered by the Department of Justice


async def quiet(connection: Any) -> int:
    """Services at level 4 that nobody files online; how many."""
    await connection.execute(
        "UPDATE offering SET level = 4, missing = '{}', online_filings = 0 WHERE agency IN ('STP', 'X00004')"
    )
    return int(
        await connection.fetchval("SELECT count(*) FROM offering WHERE level = 4 AND online_filings = 0")
    )


async def void(connection: Any, service: str, agency: str, criterion: str = "3.03") -> None:
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', false)")
    await connection.execute(
        "INSERT INTO answer (criterion, agency, service, value, justification, version, person)"
        " SELECT $1, $2, $3, 'not_applicable', 'Không thu phí', 1, min(id) FROM person",
        criterion,
        agency,
        service,
    )


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def test_the_list_says_how_many_there_are_and_pages_through_them(
    as_planner: Visitor, connection: Any
) -> None:
    every = await quiet(connection)
    first = await as_planner.get("/en/suspicions")
    assert f"{every} signs" in words(first.text)
    assert first.text.count("At level 4, and nobody filed online") == 25
    last = await as_planner.get(f"/en/suspicions?page={-(-every // 25)}")
    assert last.text.count("At level 4, and nobody filed online") == (every - 1) % 25 + 1
    assert (await as_planner.get(f"/en/suspicions?page={every}")).status_code == 404


async def test_a_filter_leaves_one_agency_or_one_reason(as_planner: Visitor, connection: Any) -> None:
    await quiet(connection)
    await void(connection, CODE, "STP")
    count = await connection.fetchval("SELECT count(*) FROM offering WHERE agency = 'STP'")
    assert f"{count + 1} signs" in words((await as_planner.get("/en/suspicions?agency=STP")).text)
    page = words((await as_planner.get("/en/suspicions?agency=STP&reason=void")).text)
    assert "1 sign" in page
    assert "Said not to apply since the last round" in page
    assert "Nothing of this kind" in words((await as_planner.get("/en/suspicions?reason=copied")).text)


async def test_each_line_leads_to_the_answer_that_it_is_about(as_planner: Visitor, connection: Any) -> None:
    await void(connection, CODE, "STP")
    await void(connection, "1.001193", "")
    await void(connection, "", "STP")
    await void(connection, "", "", "3.18")
    page = (await as_planner.get("/en/suspicions")).text
    ways = [unescape(way) for way in re.findall(r'Read the answer: <a href="([^"]+)"', page)]
    assert len(ways) == 4
    for way in ways:
        assert "Không thu phí" in (await as_planner.get(way)).text, way


async def test_the_file_holds_every_line_of_the_list(as_planner: Visitor, connection: Any) -> None:
    every = await quiet(connection)
    reply = await as_planner.get("/vi/suspicions.csv")
    assert reply.headers["content-type"].startswith("text/csv")
    _, *rows = csv.reader(io.StringIO(reply.content.decode("utf-8-sig")))
    filings = await connection.fetchval(
        "SELECT sum(filings) FROM offering WHERE level = 4 AND online_filings = 0"
    )
    assert len(rows) == every
    assert sum(int(row[7]) for row in rows if row[7]) == filings
    assert {row[0] for row in rows} == {"Mức độ 4, không có hồ sơ trực tuyến"}


async def test_an_empty_list_says_so(as_planner: Visitor) -> None:
    assert "Nothing is suspicious" in words((await as_planner.get("/en/suspicions")).text)


async def test_staff_do_not_see_the_list(as_staff: Visitor) -> None:
    assert (await as_staff.get("/vi/suspicions")).status_code == 403
    assert (await as_staff.get("/vi/suspicions.csv")).status_code == 403
