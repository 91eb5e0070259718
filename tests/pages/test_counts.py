"""Filings by quarter: what a file changes, and every share of a quarter reproduced by a query of its own."""

import datetime as dt
from typing import Any

import pytest

from lenmuc.actions.brought import Brought
from lenmuc.actions.counts import bring_in
from tests.conftest import Visitor
from tests.pages.test_figures import share, stats, written

TODAY = dt.date(2026, 11, 22)
HEAD = "service,agency,quarter,filings,online,on_time,paid_online\n"
YEAR = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
COLUMN = {"online-share-quarter": "online", "on-time": "on_time", "paid-online": "paid_online"}


async def rows(connection: Any, quarters: tuple[str, ...] = YEAR, also: str = "") -> str:
    """Made-up counts of some offerings of three agencies; cells of which nothing is known are empty."""
    found = await connection.fetch(
        "SELECT o.service, o.agency, o.id FROM offering o JOIN service s ON s.code = o.service"
        " WHERE o.agency IN ('STP', 'SXD', 'X00070') AND o.id % 3 = 0"
        " AND 'charged' IN (s.fee_online, s.fee_post, s.fee_in_person) ORDER BY o.id"
    )
    assert len({row["agency"] for row in found}) == 3
    lines = []
    for quarter in quarters:
        for row in found:
            filings = 20 + row["id"] % 17
            online, late, paid = row["id"] % 11, row["id"] % 5, row["id"] % 7
            lines.append(
                f"{row['service']},{row['agency']},{quarter},{filings},{online if online else ''},"
                f"{filings - late if late else ''},{paid if paid > 2 else ''}"
            )
    return HEAD + "\n".join(lines) + "\n" + also


async def bring(db: Any, text: str) -> Brought:
    return await bring_in(db, None, text.encode(), TODAY)


@pytest.mark.parametrize("agency", ["", "STP", "X00070"])
@pytest.mark.parametrize("id", COLUMN)
async def test_a_share_of_a_quarter_is_what_the_rows_give(
    client: Visitor, db: Any, connection: Any, id: str, agency: str
) -> None:
    await bring(db, await rows(connection))
    column = COLUMN[id]
    part, whole, counted = await connection.fetchrow(
        f"SELECT sum({column}), sum(filings), count(*) FROM filing_count"
        f" WHERE {column} IS NOT NULL AND quarter = '2026-07-01' AND $1 IN ('', agency)",
        agency,
    )
    offered = await connection.fetchval("SELECT count(*) FROM offering WHERE $1 IN ('', agency)", agency)
    html = (await client.get(f"/vi/figures/{id}?agency={agency}")).text
    found = stats(html)
    assert found["Theo hồ sơ"] == (share(part, whole), f"{written(part)} trên {written(whole)}")
    assert found["Dịch vụ chưa ai đếm"][0] == written(offered - counted)
    assert "Quý III/2026" in html or "quý III/2026" in html or "Q3" in html
    past = stats((await client.get(f"/vi/figures/{id}?agency={agency}&day=2026-03-30")).text)
    part, whole = await connection.fetchrow(
        f"SELECT sum({column}), sum(filings) FROM filing_count"
        f" WHERE {column} IS NOT NULL AND quarter = '2025-10-01' AND $1 IN ('', agency)",
        agency,
    )
    assert past["Theo hồ sơ"][1] == f"{written(part)} trên {written(whole)}"


async def test_rolled_up_counts_are_those_from_scratch_after_corrections(db: Any, connection: Any) -> None:
    text = await rows(connection)
    await bring(db, text)
    head, *lines = text.splitlines()
    mended = [
        line.rsplit(",", 4)[0] + (",,,," if place % 3 else ",99,98,97,96") for place, line in enumerate(lines)
    ]
    await bring(db, "\n".join([head, *mended[:40]]))
    query = (
        "SELECT agency, quarter, count(filings), coalesce(sum(filings), 0), coalesce(sum(online), 0),"
        " coalesce(sum(filings) FILTER (WHERE online IS NOT NULL), 0), count(online),"
        " coalesce(sum(on_time), 0),"
        " coalesce(sum(filings) FILTER (WHERE on_time IS NOT NULL), 0), count(on_time),"
        " coalesce(sum(paid_online), 0), coalesce(sum(filings) FILTER (WHERE paid_online IS NOT NULL), 0),"
        " count(paid_online) FROM filing_count GROUP BY agency, quarter ORDER BY agency, quarter"
    )
    await connection.execute("SELECT set_config('lenmuc.role', 'public', false)")
    scratch = [tuple(row) for row in await connection.fetch(query)]
    rolled = await connection.fetch("SELECT * FROM count_tally ORDER BY agency, quarter")
    assert [tuple(row) for row in rolled] == scratch
    assert any(row[2] for row in scratch)


async def test_four_quarters_on_end_give_the_filings_of_a_year(db: Any, connection: Any) -> None:
    three = await rows(connection, YEAR[1:])
    before = await connection.fetchval("SELECT sum(filings) FROM offering")
    await bring(db, three)
    assert await connection.fetchval("SELECT sum(filings) FROM offering") == before
    await bring(db, await rows(connection, YEAR[:1]))
    found = await connection.fetch(
        "SELECT o.filings, o.online_filings, o.filings_illustrative, c.filings AS counted, c.online, c.known"
        " FROM offering o JOIN (SELECT service, agency, sum(filings) AS filings, sum(online) AS online,"
        " count(online) AS known FROM filing_count GROUP BY service, agency) c USING (service, agency)"
    )
    assert len(found) > 40
    for row in found:
        assert row["filings"] == row["counted"]
        assert row["online_filings"] == (row["online"] if row["known"] == 4 else None)
        assert not row["filings_illustrative"]
    off = await connection.fetchval(
        "SELECT count(*) FROM service s"
        " JOIN (SELECT service, sum(filings) AS f FROM offering GROUP BY service) o ON o.service = s.code"
        " WHERE s.filings <> o.f"
    )
    assert off == 0
    at, rolled = await connection.fetchrow(
        "SELECT (SELECT sum(filings) FROM offering), (SELECT sum(filings) FROM tally WHERE scheme = '')"
    )
    assert at == rolled


async def test_a_year_that_is_taken_back_is_not_known(db: Any, connection: Any) -> None:
    text = await rows(connection)
    await bring(db, text)
    service, agency, quarter, *_ = text.splitlines()[-1].split(",")
    await bring(db, f"{HEAD}{service},{agency},{quarter},,,,\n")
    row = await connection.fetchrow(
        "SELECT filings, online_filings FROM offering WHERE service = $1 AND agency = $2", service, agency
    )
    assert tuple(row) == (None, None)


async def test_the_same_file_again_changes_nothing(db: Any, connection: Any) -> None:
    text = await rows(connection)
    number = len(text.splitlines()) - 1
    assert await bring(db, text) == Brought(number, number, 0, 0)
    assert await bring(db, text) == Brought(number, 0, 0, number)


async def test_loading_the_catalogue_again_keeps_what_was_counted(db: Any, connection: Any) -> None:
    from lenmuc.store import counts as counts_store

    await bring(db, await rows(connection))
    counted = await connection.fetchval("SELECT sum(filings) FROM offering WHERE NOT filings_illustrative")
    await connection.execute(
        "UPDATE offering SET filings = 1, filings_illustrative = true, online_filings = NULL"
    )
    async with db.transaction() as conn:
        await counts_store.feed_years(conn)
    again = await connection.fetchval("SELECT sum(filings) FROM offering WHERE NOT filings_illustrative")
    assert again == counted


async def test_a_file_with_one_bad_row_writes_nothing(as_planner: Visitor, connection: Any) -> None:
    text = await rows(connection, also="9.999,STP,2026-Q3,1,,,\n")
    await as_planner.get("/vi/numbers")
    files = {"file": ("counts.csv", text.encode(), "text/csv")}
    reply = await as_planner.http.post("/vi/numbers/counts", data={"csrf": as_planner.csrf}, files=files)
    assert reply.status_code == 422
    assert f"Dòng {len(text.splitlines())}, cột service:" in reply.text
    assert await connection.fetchval("SELECT count(*) FROM filing_count") == 0


async def test_a_planner_sends_counts_and_the_public_sees_them(
    as_planner: Visitor, client: Visitor, connection: Any
) -> None:
    empty = (await client.get("/vi/figures/on-time")).text
    assert "Chưa quý nào có giá trị" in empty
    await as_planner.get("/vi/numbers")
    text = await rows(connection)
    number = len(text.splitlines()) - 1
    files = {"file": ("counts.csv", text.encode(), "text/csv")}
    reply = await as_planner.http.post("/vi/numbers/counts", data={"csrf": as_planner.csrf}, files=files)
    assert reply.status_code == 303
    assert f"Đã ghi: {number} mới" in (await as_planner.get(reply.headers["location"])).text
    html = (await client.get("/vi/figures/on-time")).text
    assert "chart__line" in html
    assert html.count("figures/on-time?day=") == 4
    for agency in ("STP", "SXD", "X00070"):
        part, whole = await connection.fetchrow(
            "SELECT sum(on_time), sum(filings) FROM filing_count"
            " WHERE on_time IS NOT NULL AND quarter = '2026-07-01' AND agency = $1",
            agency,
        )
        assert f'figures/on-time?agency={agency}"' in html
        assert f"{written(part)} trên {written(whole)}" in html
    parts = (await client.get("/vi/figures/circular-01-2018")).text
    assert 'href="/vi/figures/on-time"' in parts
    english = (await client.get("/en/figures/paid-online")).text
    assert "Q3 2026" in english


async def test_staff_bring_no_counts_in(as_staff: Visitor) -> None:
    await as_staff.get("/vi/work")
    files = {"file": ("counts.csv", HEAD.encode(), "text/csv")}
    reply = await as_staff.http.post("/vi/numbers/counts", data={"csrf": as_staff.csrf}, files=files)
    assert reply.status_code == 403
