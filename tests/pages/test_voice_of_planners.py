"""What planners see of the public's voice: counted again by queries of their own, small numbers hidden."""

import datetime as dt
import re
from typing import Any

from lenmuc.core.satisfaction import ENOUGH, quarter_of
from lenmuc.store.database import PROGRAM
from lenmuc.web.reviews import today
from tests.conftest import Visitor
from tests.pages.test_figures import written

LAST = quarter_of(today()).first - dt.timedelta(days=1)


async def rate_many(db: Any) -> None:
    """Ratings of many offerings: few at some, more at others."""
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "INSERT INTO rating (service, agency, day, overall, attitude)"
            " SELECT service, agency, $1, 1 + (o.id + n) % 3, CASE WHEN n % 2 = 0 THEN 1 + (o.id * n) % 3 END"
            " FROM (SELECT * FROM offering WHERE agency IN ('STP', 'SXD') OR id % 501 = 0) o,"
            " generate_series(1, (o.id % 9)::int) n",
            LAST,
        )


def cell(html: str, agency: str, label: str) -> str:
    """The cell of an agency under a heading, without its tags."""
    row = re.search(rf'/agencies/{agency}#voice">.*?</tr>', html, re.S)
    assert row, agency
    found = re.search(rf'data-label="{label}">(.*?)</td>', row[0], re.S)
    assert found
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]*>", "", found[1], flags=re.S).split())


async def test_an_agency_counts_what_a_query_counts(as_planner: Visitor, db: Any) -> None:
    await rate_many(db)
    html = (await as_planner.get("/vi/voice")).text
    async with db.transaction(PROGRAM) as conn:
        for content, label in (("overall", "Đánh giá chung"), ("attitude", "Thái độ của cán bộ, công chức")):
            whole, satisfied, hidden = await conn.fetchrow(
                f"WITH o AS (SELECT count({content}) AS n, count(*) FILTER (WHERE {content} > 1) AS s"
                " FROM rating WHERE agency = 'STP' GROUP BY service)"
                " SELECT sum(n)::int, sum(s)::int, (sum(n) FILTER (WHERE n < $1))::int FROM o",
                ENOUGH,
            )
            assert hidden >= ENOUGH, "the sum holds those of small offerings too"
            said = f"{int(100 * satisfied / whole + 0.5)}% của {written(whole)} lượt"
            assert cell(html, "STP", label) == said


async def test_wards_with_few_answers_are_not_listed(as_planner: Visitor, db: Any) -> None:
    await rate_many(db)
    async with db.transaction(PROGRAM) as conn:
        few = await conn.fetch(
            "SELECT agency, count(*) AS n FROM rating GROUP BY agency HAVING count(*) < $1", ENOUGH
        )
        many = await conn.fetch(
            "SELECT agency FROM rating GROUP BY agency HAVING count(overall) >= $1", ENOUGH
        )
    assert few
    html = (await as_planner.get("/vi/voice")).text
    listed = set(re.findall(r"/vi/agencies/(\w+)#voice", html))
    assert not listed & {row["agency"] for row in few}
    assert listed == {row["agency"] for row in many}


async def test_a_quarter_is_chosen_by_its_address(as_planner: Visitor, db: Any) -> None:
    await rate_many(db)
    quarter = quarter_of(LAST)
    assert (await as_planner.get(f"/vi/voice?quarter={quarter.year}-{quarter.number}")).status_code == 200
    assert (await as_planner.get("/vi/voice?quarter=1999-1")).status_code == 404
    assert (await as_planner.get("/vi/voice?quarter=x")).status_code == 404


async def test_what_is_needed_most_comes_first_while_it_is_below_level_3(
    as_planner: Visitor, db: Any
) -> None:
    async with db.transaction(PROGRAM) as conn:
        one, two, done = (
            row[0]
            for row in await conn.fetch(
                "SELECT service FROM offering GROUP BY service HAVING max(level) < 3 ORDER BY 1 LIMIT 3"
            )
        )
        await conn.execute("UPDATE offering SET level = 3 WHERE service = $1", done)
        await conn.executemany(
            "INSERT INTO demand (service, day) VALUES ($1, $2)",
            [(one, today())] * 2 + [(two, today())] * 3 + [(done, today())] * 9
            + [(one, today() - dt.timedelta(days=400))] * 5,
        )  # fmt: skip
    for path in ("/vi/desk", "/vi/voice"):
        html = (await as_planner.get(path)).text.partition('id="demand"')[2].partition("<h2")[0]
        rows = re.findall(r'/vi/services/([\d.]+)">.*?data-label="Số lượt cần">(\d+)<', html, re.S)
        assert rows == [(two, "3"), (one, "2")]


async def test_staff_do_not_open_it(as_staff: Visitor) -> None:
    assert (await as_staff.get("/vi/voice")).status_code == 403


async def test_with_nothing_said_it_says_so(as_planner: Visitor) -> None:
    html = (await as_planner.get("/vi/voice")).text
    assert "Chưa có số liệu để công bố" in html
    assert "Chưa có ai cho biết cần dịch vụ nào trực tuyến." in html
    assert "Không có phản ánh nào chờ trả lời." in html
