"""The planners' desk: what it counts is counted again by queries of their own on the loaded city."""

import re
from html import unescape
from typing import Any

from tests.conftest import Visitor
from tests.pages.test_figures import raise_some, share, written


async def desk(visitor: Visitor) -> str:
    reply = await visitor.get("/vi/desk")
    assert reply.status_code == 200
    return reply.text


async def test_the_heat_map_counts_each_agency_as_its_offerings_do(
    as_planner: Visitor, connection: Any
) -> None:
    await raise_some(connection)
    html = await desk(as_planner)
    for agency in await connection.fetch("SELECT agency, count(*) AS n FROM offering GROUP BY agency"):
        row = re.search(rf'href="/vi/agencies/{agency["agency"]}">.*?</tr>', html, re.S)
        assert row, agency["agency"]
        cells = [
            int(n.replace(".", "")) for n in re.findall(r'<td class="heat__\d">(?:<a[^>]*>)?([\d.]+)', row[0])
        ]
        counted = dict(
            await connection.fetch(
                "SELECT level, count(*) FROM offering WHERE agency = $1 GROUP BY level", agency["agency"]
            )
        )
        assert cells == [counted.get(level, 0) for level in range(5)]
        online = counted.get(3, 0) + counted.get(4, 0)
        assert f'<td class="heat__share">{share(online, agency["n"])}<' in row[0]


async def test_the_first_services_carry_what_a_query_gives(as_planner: Visitor, connection: Any) -> None:
    first, all_ = await connection.fetchrow(
        "WITH s AS (SELECT sum(filings) AS f FROM offering WHERE level < 3"
        " GROUP BY service HAVING sum(filings) > 0)"
        " SELECT (SELECT sum(f) FROM (SELECT f FROM s ORDER BY f DESC LIMIT 25) t), (SELECT sum(f) FROM s)"
    )
    html = await desk(as_planner)
    assert f"chiếm {int(100 * int(first) / int(all_) + 0.5)}%" in html
    assert "(số minh họa)" in html or "minh họa" in html


async def test_coverage_is_a_fraction_of_those_that_offer(as_planner: Visitor, connection: Any) -> None:
    code = await connection.fetchval(
        "SELECT service FROM offering GROUP BY service HAVING count(*) > 1 "
        "ORDER BY sum(filings) DESC, service"
        " LIMIT 1"
    )
    await connection.execute("UPDATE offering SET level = 3 WHERE service = $1 AND id % 3 = 0", code)
    part, whole = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE level >= 3), count(*) FROM offering WHERE service = $1", code
    )
    html = (await desk(as_planner)).partition('id="coverage"')[2]
    row = re.search(rf'services/{re.escape(code)}">.*?</tr>', html, re.S)
    assert row
    assert f">{part} trên {written(whole)}<" in row[0]


async def test_what_is_suspicious_is_listed_with_its_number(as_planner: Visitor, connection: Any) -> None:
    await connection.execute(
        "UPDATE offering SET level = 4, online_filings = id % 2 WHERE id % 100 = 0 OR id % 101 = 0"
    )
    await connection.execute("UPDATE offering SET level = 3 WHERE agency = 'STP' AND level = 2")
    await connection.execute(
        "INSERT INTO level_change (offering, scheme, from_level, to_level, cause)"
        " SELECT id, 'rs-2018', 2, 3, 'answer 3.03' FROM offering WHERE agency = 'STP' AND level = 3"
    )
    silent = await connection.fetchval("SELECT count(*) FROM offering WHERE level = 4 AND online_filings = 0")
    rose = await connection.fetchval("SELECT count(*) FROM offering WHERE agency = 'STP' AND level = 3")
    html = (await desk(as_planner)).partition('id="suspicion"')[2]
    assert silent
    assert rose
    assert re.findall(r'reason=(\w+)">[^<]+</a>: ([\d.]+)', html) == [
        ("jumped", written(rose)),
        ("silent", written(silent)),
    ]


async def test_the_law_is_rolled_up_by_article(as_planner: Visitor, connection: Any) -> None:
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', false)")
    code, criterion, offerings = await connection.fetchrow(
        "SELECT service, m, count(*) FROM offering, unnest(missing) AS m WHERE level = 2 GROUP BY service, m"
        " HAVING count(*) > 100 ORDER BY service, m LIMIT 1"
    )
    await connection.execute(
        "INSERT INTO answer (criterion, service, value, justification, blocker, version, person)"
        " SELECT $1, $2, 'not_met', 'Điều 18 Luật Hộ tịch', 'law', 1, min(id) FROM person",
        criterion,
        code,
    )
    html = unescape(await desk(as_planner))
    assert f"Sửa Điều 18 Luật Hộ tịch sẽ gỡ một vướng mắc cho 1 thủ tục tại {offerings} nơi cung cấp" in html


async def test_staff_do_not_sit_at_the_desk(as_staff: Visitor) -> None:
    assert (await as_staff.get("/vi/desk")).status_code == 403


async def test_ranks_are_those_of_a_window_function(as_planner: Visitor, connection: Any) -> None:
    await raise_some(connection)
    rows = await connection.fetch(
        "SELECT agency, CASE WHEN n >= 5 THEN"
        " rank() OVER (PARTITION BY tier, n >= 5 ORDER BY three DESC, two DESC) END AS place"
        " FROM (SELECT o.agency, g.tier, count(*) AS n,"
        " count(*) FILTER (WHERE level >= 3)::float8 / count(*) AS three,"
        " count(*) FILTER (WHERE level >= 2)::float8 / count(*) AS two"
        " FROM offering o JOIN agency g ON g.code = o.agency GROUP BY o.agency, g.tier) s"
    )
    html = await desk(as_planner)
    for row in rows:
        found = re.search(
            rf'heat__rank">([^<]*)</td><th scope="row"><a href="/vi/agencies/{row["agency"]}">', html
        )
        assert found
        assert found[1] == ("–" if row["place"] is None else str(row["place"])), row["agency"]


async def test_each_service_that_carries_is_counted_by_its_offerings(
    as_planner: Visitor, connection: Any
) -> None:
    await raise_some(connection)
    html = (await desk(as_planner)).partition('id="concentration"')[2].partition('id="coverage"')[0]
    rows = await connection.fetch(
        "SELECT service, count(*) AS n, sum(filings) AS f FROM offering WHERE level < 3 AND filings > 0"
        " GROUP BY service ORDER BY f DESC, service LIMIT 25"
    )
    for row in rows:
        found = re.search(rf'services/{re.escape(row["service"])}">.*?</tr>', html, re.S)
        assert found
        assert f">{written(row['n'])}<" in found[0]
        assert f">{written(row['f'])}<" in found[0]


async def test_what_changes_shows_at_the_desk_at_once(as_planner: Visitor, connection: Any) -> None:
    """Its counts are kept until something under them changes."""
    before = await desk(as_planner)
    assert await desk(as_planner) == before
    await connection.execute("UPDATE offering SET level = 4 WHERE agency = 'STP' AND level = 2")
    assert await desk(as_planner) != before
