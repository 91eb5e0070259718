"""The pages of figures: each value on them is reproduced by a query of its own on the loaded city."""

import datetime as dt
import re
from typing import Any

import pytest

from tests.conftest import Visitor, person

AT_LEAST = (
    "SELECT count(*) FILTER (WHERE level >= $1), count(*), sum(filings) FILTER (WHERE level >= $1),"
    " sum(filings)"
    " FROM offering WHERE $2 IN ('', agency)"
)


def written(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def share(part: int, whole: int) -> str:
    per_cent = 100 * part / whole
    if 0 < per_cent < 0.05:
        return "&lt;0,1%"
    return f"{int(per_cent * 10 + 0.5) / 10:.1f}".replace(".", ",") + "%"


def stats(html: str) -> dict[str, tuple[str, str]]:
    found = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>(?:<dd class=\"stats__note\">([^<]*)</dd>)?", html)
    return {name: (first, note) for name, first, note in found}


async def raise_some(connection: Any) -> None:
    await connection.execute("UPDATE offering SET level = 3 WHERE id % 7 = 0 AND level = 2")
    await connection.execute("UPDATE offering SET level = 4 WHERE id % 91 = 0 AND level = 3")


@pytest.mark.parametrize(("id", "level"), [("level-3-or-more", 3), ("level-4", 4)])
@pytest.mark.parametrize("agency", ["", "STP"])
async def test_a_share_of_all_is_what_a_count_of_offerings_gives(
    client: Visitor, connection: Any, id: str, level: int, agency: str
) -> None:
    await raise_some(connection)
    part, whole, filed, filings = await connection.fetchrow(AT_LEAST, level, agency)
    assert part

    found = stats((await client.get(f"/vi/figures/{id}?agency={agency}")).text)

    assert found["Theo dịch vụ"] == (share(part, whole), f"{written(part)} trên {written(whole)}")
    assert found["Theo hồ sơ"] == (share(filed, filings), f"{written(filed)} trên {written(filings)}")


@pytest.mark.parametrize("year", ["2023", "2026"])
async def test_end_to_end_is_counted_by_its_own_rules(client: Visitor, connection: Any, year: str) -> None:
    await connection.execute(
        "UPDATE standing SET level = 3 WHERE scheme = $1 AND offering % 9 = 0", f"rs-{year}"
    )
    part, whole = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE level = 3), count(*) FROM standing WHERE scheme = $1", f"rs-{year}"
    )

    found = stats((await client.get(f"/vi/figures/end-to-end-{year}")).text)

    assert found["Theo dịch vụ"][1] == f"{written(part)} trên {written(whole)}"


async def test_each_level_is_counted_once(client: Visitor, connection: Any) -> None:
    await raise_some(connection)
    html = (await client.get("/vi/figures/level-distribution")).text
    for row in await connection.fetch("SELECT level, count(*), sum(filings) FROM offering GROUP BY level"):
        name = f"Mức {row[0]}" if row[0] else "Chưa đạt mức 1"
        cells = re.search(rf'<th scope="row">(?:<svg.*?</svg>)?{name}</th>(.*?)</tr>', html)
        assert cells, name
        assert f">{written(row[1])}<" in cells[1]
        assert f">{written(row[2])}<" in cells[1]


async def test_what_the_law_bars_is_left_out_of_the_eligible(
    client: Visitor, connection: Any, db: Any
) -> None:
    """An answer for one service everywhere, and one agency that has another answer of its own."""
    await raise_some(connection)
    await person(db, "planner")
    code, criterion = await connection.fetchrow(
        "SELECT service, missing[1] FROM offering WHERE level = 2 AND missing[1] LIKE '3.%'"
        " GROUP BY service, missing[1] HAVING count(*) > 100 ORDER BY service LIMIT 1"
    )
    own = await connection.fetchval("SELECT min(agency) FROM offering WHERE service = $1 AND level = 2", code)
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', false)")
    await connection.execute(
        "INSERT INTO answer (criterion, service, value, justification, blocker, version, person)"
        " SELECT $1, $2, 'not_met', 'Điều 5 Luật Hộ tịch', 'law', 1, min(id) FROM person",
        criterion,
        code,
    )
    await connection.execute(
        "SELECT set_config('lenmuc.role', 'staff', false), set_config('lenmuc.agency', $1, false)", own
    )
    await connection.execute(
        "INSERT INTO answer (criterion, agency, service, value, justification, version, person)"
        " SELECT $1, $2, $3, 'not_met', '', 1, min(id) FROM person",
        criterion,
        own,
        code,
    )
    barred = await connection.fetchval(
        "SELECT count(*) FROM offering WHERE service = $1 AND level < 3 AND agency <> $2", code, own
    )
    part, whole, *_ = await connection.fetchrow(AT_LEAST, 3, "")
    assert barred > 50

    found = stats((await client.get("/vi/figures/level-3-or-more-eligible")).text)

    assert found["Theo dịch vụ"][1] == f"{written(part)} trên {written(whole - barred)}"


async def test_where_nobody_counts_online_filings_nothing_is_said(client: Visitor, connection: Any) -> None:
    await raise_some(connection)
    there = await connection.fetchval("SELECT count(*) FROM offering WHERE level >= 3")
    for id in ("no-online-filings", "online-share"):
        found = stats((await client.get(f"/vi/figures/{id}")).text)
        assert found["Dịch vụ chưa ai đếm"][0] == written(there)
        assert found.get("Theo dịch vụ", found.get("Theo hồ sơ", ("", "")))[0] == "Chưa có thông tin"


async def test_online_filings_are_counted_where_somebody_counts(client: Visitor, connection: Any) -> None:
    await raise_some(connection)
    await connection.execute("UPDATE offering SET online_filings = greatest(0, id % 4 - 1) WHERE id % 2 = 0")
    silent, counted, online, filed = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE online_filings = 0), count(online_filings),"
        " sum(online_filings) FILTER (WHERE filings IS NOT NULL),"
        " sum(filings) FILTER (WHERE online_filings IS NOT NULL)"
        " FROM offering WHERE level >= 3"
    )
    found = stats((await client.get("/vi/figures/no-online-filings")).text)
    assert found["Theo dịch vụ"][1] == f"{written(silent)} trên {written(counted)}"
    found = stats((await client.get("/vi/figures/online-share")).text)
    assert found["Theo hồ sơ"] == (share(online, filed), f"{written(online)} trên {written(filed)}")


async def test_verified_and_lapsed_follow_the_words_of_reviews(
    client: Visitor, connection: Any, db: Any, content: Any
) -> None:
    """Counted in SQL for the page, and one by one by the rule that names each status."""
    from lenmuc.actions.statuses import statuses
    from lenmuc.core.reviews import ReviewRules
    from lenmuc.store.database import PROGRAM
    from lenmuc.web.reviews import today

    await person(db, "planner")
    await person(db, "lead", "STP")
    await connection.execute(
        "SELECT set_config('lenmuc.role', 'lead', false), set_config('lenmuc.agency', 'STP', false)"
    )
    await connection.execute(
        "INSERT INTO review (service, agency, scheme, state, level, version, submitted_by, submitted_at,"
        " verified_by, verified_at, verified_until, verified_level, changed, changed_what)"
        " SELECT service, agency, 'rs-2018', CASE WHEN n % 10 = 0 THEN 'submitted' ELSE 'verified' END,"
        " 2, 1, low, now(),"
        " high, now(), $1::date - n + 40, CASE WHEN n % 9 = 0 THEN 4 ELSE level END,"
        " CASE WHEN n % 4 = 0 THEN $1::date - n END, CASE WHEN n % 4 = 0 THEN 'answer' ELSE '' END"
        " FROM (SELECT *, row_number() OVER (ORDER BY id)::int AS n FROM offering"
        " WHERE agency = 'STP' AND level > 0) o,"
        " (SELECT min(id) AS low, max(id) AS high FROM person) p",
        today(),
    )
    async with db.transaction(PROGRAM) as conn:
        words = list((await statuses(conn, content.scheme, today(), ReviewRules())).values())
    assert words.count("verified") > 3
    assert words.count("lapsed") > 3

    verified = stats((await client.get("/vi/figures/verified?agency=STP")).text)["Theo dịch vụ"][1]
    lapsed = stats((await client.get("/vi/figures/lapsed?agency=STP")).text)["Theo dịch vụ"][1]

    assert verified.split(" trên ")[0] == str(words.count("verified"))
    assert lapsed.split(" trên ")[0] == str(words.count("lapsed"))


async def test_a_day_before_the_history_has_no_value(client: Visitor) -> None:
    html = (await client.get("/vi/figures/level-4?day=2020-01-01")).text
    assert "trước ngày đó chưa rõ" in html
    assert "Theo dịch vụ" not in stats(html)


async def test_a_figure_that_keeps_no_past_says_so(client: Visitor) -> None:
    day = dt.date.today() - dt.timedelta(days=2)
    html = (await client.get(f"/vi/figures/verified?day={day}")).text
    assert "Ngày này không có giá trị" in html or "không có giá trị của ngày đã qua" in html


@pytest.mark.parametrize(
    "path",
    [
        "figures/none",
        "figures/level-4?day=yesterday",
        "figures/level-4?day=2199-01-01",
        "figures/level-4?agency=NOBODY",
    ],
)
async def test_what_is_not_there_is_not_found(client: Visitor, path: str) -> None:
    assert (await client.get(f"/vi/{path}")).status_code == 404


async def test_official_sets_say_part_by_part_what_is_missing(client: Visitor) -> None:
    html = (await client.get("/vi/figures/circular-01-2018")).text
    assert html.count("Còn thiếu:") == 9
    assert html.count(">Chưa có thông tin<") == 8  # the ninth is 0 points: no service is at level 3 so far
    assert (await client.get("/vi/figures/decision-766-2022")).text.count("Còn thiếu:") == 5


async def test_every_figure_stands_in_the_list_in_both_languages(client: Visitor, content: Any) -> None:
    for language in ("vi", "en"):
        html = (await client.get(f"/{language}/figures")).text
        for figure in content.figures.values():
            assert f'href="/{language}/figures/{figure.id}">{figure.name.in_(language)}<' in html
            assert (await client.get(f"/{language}/figures/{figure.id}")).status_code == 200


SCOPES = ["", "STP", "X00070"]


async def of_levels(connection: Any, scheme: str, agency: str) -> list[tuple[int, int, int]]:
    """(level, offerings, filings), counted from the offerings themselves."""
    source = (
        "(SELECT level, filings, agency FROM offering WHERE $1 = 'rs-2018')"
        if scheme == "rs-2018"
        else "(SELECT s.level, o.filings, o.agency FROM standing s JOIN offering o ON o.id = s.offering"
        " WHERE s.scheme = $1)"
    )
    rows = await connection.fetch(
        f"SELECT level, count(*), sum(filings) FROM {source} o WHERE $2 IN ('', agency) GROUP BY level",
        scheme,
        agency,
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("agency", SCOPES)
async def test_every_figure_of_levels_in_every_scope_is_reproduced(
    client: Visitor, connection: Any, content: Any, agency: str
) -> None:
    """Of the city, a body and a ward; a new figure of levels is taken in by itself."""
    await raise_some(connection)
    await connection.execute(
        "UPDATE offering SET level = 3 WHERE agency = 'X00070' AND id % 5 = 0 AND level = 2"
    )
    await connection.execute("UPDATE standing SET level = 3 WHERE scheme <> 'rs-2018' AND offering % 9 = 0")
    await connection.execute("UPDATE offering SET online_filings = greatest(0, id % 4 - 1) WHERE id % 2 = 0")
    seen = set()
    for figure in content.figures.values():
        if figure.measure in ("parts", "quarterly", "verified", "lapsed"):
            continue  # each has a test of its own: here and in test_counts.py
        html = (await client.get(f"/vi/figures/{figure.id}?agency={agency}")).text
        found = stats(html)
        rows = await of_levels(connection, figure.scheme, agency)
        whole, filings = sum(row[1] for row in rows), sum(row[2] for row in rows)
        level = figure.level
        there = [row for row in rows if row[0] == level or (figure.cumulative and row[0] > level)]
        if figure.measure == "levels":
            for rung, number, filed in rows:
                name = f"Mức {rung}" if rung else "Chưa đạt mức 1"
                cells = re.search(rf'<th scope="row">(?:<svg.*?</svg>)?{name}</th>(.*?)</tr>', html)
                assert cells
                assert f">{written(number)}<" in cells[1]
                assert f">{written(filed)}<" in cells[1]
        elif figure.measure == "reached":  # no answer names the law here, so all are eligible
            part, filed = sum(row[1] for row in there), sum(row[2] for row in there)
            assert found["Theo dịch vụ"] == (share(part, whole), f"{written(part)} trên {written(whole)}")
            assert found["Theo hồ sơ"] == (share(filed, filings), f"{written(filed)} trên {written(filings)}")
        else:
            silent, counted, online, filed = await connection.fetchrow(
                "SELECT count(*) FILTER (WHERE online_filings = 0), count(online_filings),"
                " coalesce(sum(online_filings) FILTER (WHERE filings IS NOT NULL), 0),"
                " coalesce(sum(filings) FILTER (WHERE online_filings IS NOT NULL), 0)"
                " FROM offering WHERE level >= 3 AND $1 IN ('', agency)",
                agency,
            )
            assert counted
            part, of = (silent, counted) if figure.measure == "silent" else (online, filed)
            kind = "Theo dịch vụ" if figure.measure == "silent" else "Theo hồ sơ"
            assert found[kind] == (share(part, of), f"{written(part)} trên {written(of)}")
            unknown = sum(row[1] for row in there) - counted
            assert found["Dịch vụ chưa ai đếm"][0] == written(unknown)
        seen.add(figure.measure)
    assert seen == {"levels", "reached", "silent", "online"}


async def test_each_agency_beside_a_figure_is_reproduced(client: Visitor, connection: Any) -> None:
    await raise_some(connection)
    html = (await client.get("/vi/figures/level-3-or-more")).text.partition('id="agencies"')[2]
    rows = await connection.fetch(
        "SELECT agency, count(*) FILTER (WHERE level >= 3) AS part, count(*) AS whole"
        " FROM offering GROUP BY agency"
    )
    assert len(rows) > 100
    for row in rows:
        cell = re.search(rf'agency={row["agency"]}">.*?</tr>', html, re.S)
        assert cell
        assert f"{written(row['part'])} trên {written(row['whole'])}<" in cell[0], row["agency"]


async def test_the_list_of_figures_shows_what_each_page_shows(
    client: Visitor, connection: Any, content: Any
) -> None:
    await raise_some(connection)
    await connection.execute("UPDATE offering SET online_filings = greatest(0, id % 4 - 1) WHERE id % 2 = 0")
    listed = (await client.get("/vi/figures")).text
    for figure in content.figures.values():
        row = re.search(rf'figures/{figure.id}">.*?</tr>', listed, re.S)
        assert row
        for _, note in stats((await client.get(f"/vi/figures/{figure.id}")).text).values():
            if " trên " in note:
                assert note in row[0], figure.id
