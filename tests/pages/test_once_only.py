"""Papers that databases hold, counted again on the loaded city by queries of their own."""

import csv
import re
from typing import Any

from lenmuc import paths
from tests.conftest import Visitor
from tests.pages.test_figures import written

LAND = {"land"}


def services_asking(papers: set[str]) -> list[str]:
    with (paths.catalogue() / "held-papers.csv").open(encoding="utf-8", newline="") as lines:
        return sorted({row["service"] for row in csv.DictReader(lines) if row["paper"] in papers})


async def test_a_line_counts_what_the_offerings_in_force_give(as_planner: Visitor, connection: Any) -> None:
    asking = services_asking(LAND)
    await connection.execute("UPDATE offering SET filings = NULL WHERE service = $1", asking[0])
    await connection.execute("UPDATE offering SET valid_to = current_date WHERE service = $1", asking[1])
    services, offerings, filings = await connection.fetchrow(
        "SELECT count(DISTINCT service), count(*), sum(filings) FROM offering"
        " WHERE service = ANY ($1) AND valid_to IS NULL",
        asking,
    )
    assert services == len(asking) - 1
    html = (await as_planner.get("/vi/desk/once-only")).text
    line = re.search(r'<a href="/vi/desk/once-only/land">.*?</tr>', html, re.S)
    assert line
    cells = re.findall(r'<td class="num" data-label="[^"]*">([^<]*)</td>', line[0])
    assert [cells[0], *cells[2:]] == [written(services), written(offerings), written(filings)]
    assert "Số liệu minh họa" in html


async def test_each_service_behind_a_line_is_listed(as_planner: Visitor) -> None:
    html = (await as_planner.get("/vi/desk/once-only/land")).text
    listed = re.findall(r'<th scope="row"><a href="/vi/services/([^"]+)">', html)
    assert sorted(listed) == services_asking(LAND)


async def test_unknown_filings_are_not_nothing(as_planner: Visitor, connection: Any) -> None:
    await connection.execute(
        "UPDATE offering SET filings = NULL WHERE service = ANY ($1)", services_asking(LAND)
    )
    html = (await as_planner.get("/vi/desk/once-only")).text
    line = re.search(r'<a href="/vi/desk/once-only/land">.*?</tr>', html, re.S)
    assert line
    assert "Chưa có thông tin" in line[0]


async def test_a_database_that_nobody_names_is_not_found(as_planner: Visitor) -> None:
    assert (await as_planner.get("/vi/desk/once-only/moon")).status_code == 404


async def test_a_database_whose_papers_nobody_asks_for_says_so(as_planner: Visitor) -> None:
    html = (await as_planner.get("/vi/desk/once-only/insurance")).text
    assert "Chưa thấy thủ tục nào" in html
