"""The public's voice: said without an account, throttled, shown to the public only as far as it may be."""

import asyncio
import datetime as dt
import re
from html import unescape
from itertools import count
from typing import Any

import httpx
import pytest

from lenmuc.core.answers import Identity
from lenmuc.core.satisfaction import ENOUGH, quarter_of
from lenmuc.core.throttle import LONG, SHORT
from lenmuc.store.database import PROGRAM
from lenmuc.web.reviews import today
from tests.conftest import Visitor

CODE, AGENCY = "1.001193", "X00070"
PAGE = f"/vi/services/{CODE}"
_DAYS = count()
LAST = quarter_of(today()).first - dt.timedelta(days=1)  # a day of the newest quarter that is over
PLANNER = Identity(role="planner", person="0")


def from_address(app: Any, address: str) -> httpx.AsyncClient:
    """A browser at another address."""
    transport = httpx.ASGITransport(app, client=(address, 40000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def counted(db: Any, table: str) -> int:
    """Rows of a table that a planner may read."""
    async with db.transaction(PLANNER) as conn:
        return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))


async def inserted(db: Any, table: str) -> int:
    """Rows that this test has put into a table: ratings of this quarter are read by nobody."""
    async with db.transaction() as conn:
        query = "SELECT n_tup_ins FROM pg_stat_xact_user_tables WHERE relname = $1"
        return int(await conn.fetchval(query, table))


async def fresh(visitor: Visitor, path: str) -> str:
    """A page as it will be tomorrow: ratings show with a new day, until which a page may be kept."""
    mark = "&" if "?" in path else "?"
    reply = await visitor.get(f"{path}{mark}day={next(_DAYS)}")
    assert reply.status_code == 200
    return reply.text


async def rated(
    db: Any, steps: str, agency: str = AGENCY, day: dt.date = LAST, code: str = CODE, attitude: bool = True
) -> None:
    """As many ratings as there are figures in `steps`, given on a day in the past."""
    async with db.transaction(PROGRAM) as conn:
        await conn.executemany(
            "INSERT INTO rating (service, agency, day, overall, attitude) VALUES ($1, $2, $3, $4, $5)",
            [(code, agency, day, int(step), int(step) if attitude else None) for step in steps],
        )


async def test_a_rating_is_stored_as_said_by_nobody(client: Visitor, db: Any, caplog: Any) -> None:
    reply = await client.post(f"{PAGE}/rate", agency=AGENCY, overall="3", attitude="1", more="")
    assert reply.status_code == 303
    assert "set-cookie" not in reply.headers
    thanked = await client.get(reply.headers["location"])
    assert "Xin cảm ơn" in thanked.text
    async with db.transaction(PROGRAM) as conn:
        assert await conn.fetchval("SELECT count(*) FROM rating") == 0, "nobody reads a running quarter"
        columns = await conn.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'rating' ORDER BY 1"
        )
    assert {row[0] for row in columns} == {
        "service", "agency", "day", "overall", "convenience", "timeliness", "attitude",
    }  # fmt: skip
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("lenmuc")]
    assert not [line for line in ours if "127.0.0.1" in line]


async def test_without_an_overall_answer_it_comes_back_with_what_was_chosen(client: Visitor) -> None:
    reply = await client.post(f"{PAGE}/rate", agency=AGENCY, attitude="1")
    assert reply.status_code == 422
    assert re.search(r'name="attitude" value="1"[^>]* checked', reply.text)
    assert f'<option value="{AGENCY}" selected>' in reply.text
    assert 'href="#overall"' in reply.text


async def test_one_agency_has_to_be_chosen(client: Visitor) -> None:
    for path, more in (("rate", {"overall": "2"}), ("wrong", {"text": "Sai"})):
        reply = await client.post(f"{PAGE}/{path}", **more)
        assert reply.status_code == 422
        assert 'href="#agency"' in reply.text
        assert (await client.post(f"{PAGE}/{path}", agency="NOBODY", **more)).status_code == 404


@pytest.mark.parametrize("path", ["rate", "wrong", "need"])
async def test_a_form_of_another_site_is_refused(client: Visitor, db: Any, path: str) -> None:
    fields = {"rate": {"overall": "3"}, "wrong": {"text": "Sai"}, "need": {}}[path]
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        reply = await client.http.post(f"{PAGE}/{path}", data={"agency": AGENCY, **fields}, headers=headers)
        assert reply.status_code == 403
    assert await counted(db, "correction") + await counted(db, "demand") == 0


@pytest.mark.parametrize("path", ["rate", "wrong", "need"])
async def test_who_fills_in_the_trap_is_thanked_and_not_heard(client: Visitor, db: Any, path: str) -> None:
    reply = await client.post(f"{PAGE}/{path}", agency=AGENCY, more="http://spam.example")
    assert reply.status_code == 303
    assert await counted(db, "correction") + await counted(db, "demand") == 0
    async with db.transaction(PROGRAM) as conn:
        assert await conn.fetchval("SELECT count(*) FROM post_count") == 0


def rating(number: int) -> dict[str, str]:
    """A rating that is another one for each number below 81."""
    contents = ("overall", "convenience", "timeliness", "attitude")
    return {name: str(number // 3**at % 3 + 1) for at, name in enumerate(contents)}


async def test_of_a_thousand_posts_from_one_address_ten_get_in(app: Any, db: Any) -> None:
    stored, refused = 0, 0
    async with db.transaction() as conn:
        codes = [
            row[0] for row in await conn.fetch("SELECT DISTINCT service FROM offering ORDER BY 1 LIMIT 400")
        ]
    async with from_address(app, "203.0.113.7") as one:
        for number in range(1_000):
            path = ("wrong", "rate", "need")[number % 3] if number < 243 else "wrong"
            fields = {"wrong": {"text": f"Sai {number}"}, "rate": rating(number // 3), "need": {}}[path]
            place = {"agency": AGENCY} if path != "need" else {}
            service = codes[number // 3] if path == "need" else CODE
            reply = await one.post(f"/vi/services/{service}/{path}", data={**place, **fields})
            if reply.status_code == 303:
                stored += 1
            else:
                refused += 1
                assert reply.status_code == 429
                assert 0 < int(reply.headers["retry-after"]) <= SHORT.seconds
        text = "Tôi đã gửi nhiều lần"
        late = await one.post(f"{PAGE}/wrong", data={"agency": AGENCY, "text": text})
    assert (stored, refused) == (SHORT.posts, 1_000 - SHORT.posts)
    assert late.status_code == 429
    assert text in late.text, "what was typed is kept"
    assert "phút" in late.text
    assert await counted(db, "correction") + await counted(db, "demand") <= SHORT.posts
    async with from_address(app, "203.0.113.8") as other:
        reply = await other.post(f"{PAGE}/wrong", data={"agency": AGENCY, "text": "Sai"})
        assert reply.status_code == 303, "another address is not shut out"


async def test_ten_minutes_later_there_is_room_again_until_the_day_is_full(app: Any, db: Any) -> None:
    async with from_address(app, "2001:db8::7") as one:
        for _ in range(LONG.posts // SHORT.posts):
            for number in range(SHORT.posts):
                reply = await one.post(f"{PAGE}/rate", data={"agency": AGENCY, **rating(number)})
                assert reply.status_code == 303
            assert (await one.post(f"{PAGE}/rate", data={"agency": AGENCY, **rating(80)})).status_code == 429
            async with db.transaction(PROGRAM) as conn:
                await conn.execute("UPDATE post_count SET since = since - interval '10 minutes'")
        full = await one.post(f"{PAGE}/rate", data={"agency": AGENCY, **rating(80)})
        assert full.status_code == 429
        assert int(full.headers["retry-after"]) > SHORT.seconds


async def test_a_need_counts_once_a_day_for_each_service(client: Visitor, db: Any) -> None:
    for _ in range(3):
        assert (await client.post(f"{PAGE}/need", agency="", more="")).status_code == 303
    await client.post("/vi/services/2.000815/need")
    assert await counted(db, "demand") == 2


@pytest.mark.parametrize(("path", "fields"), [("wrong", {"text": "Sai"}), ("rate", {"overall": "1"})])
async def test_two_presses_of_one_button_are_one_and_both_are_thanked(
    app: Any, db: Any, path: str, fields: dict[str, str]
) -> None:
    table = {"wrong": "correction", "rate": "rating"}[path]
    sent = {"agency": AGENCY, **fields}
    async with from_address(app, "203.0.113.7") as one, from_address(app, "203.0.113.8") as other:
        before = await inserted(db, table)
        replies = await asyncio.gather(*(one.post(f"{PAGE}/{path}", data=sent) for _ in range(2)))
        replies.append(await one.post(f"{PAGE}/{path}", data=sent))
        assert {(reply.status_code, reply.headers["location"]) for reply in replies} == {
            (303, f"{PAGE}/thanks?said={path}&agency={AGENCY}")
        }
        assert await inserted(db, table) == before + 1
        await other.post(f"{PAGE}/{path}", data=sent)
        assert await inserted(db, table) == before + 2, "what somebody else says counts"


async def test_a_minute_later_the_same_rating_is_another_one(app: Any, db: Any) -> None:
    sent = {"agency": AGENCY, "overall": "1"}
    async with from_address(app, "203.0.113.7") as one:
        before = await inserted(db, "rating")
        await one.post(f"{PAGE}/rate", data=sent)
        async with db.transaction(PROGRAM) as conn:
            await conn.execute("UPDATE post_count SET since = since - interval '1 minute'")
        await one.post(f"{PAGE}/rate", data=sent)
    assert await inserted(db, "rating") == before + 2


async def test_nothing_that_is_kept_holds_the_address_or_a_moment(app: Any, db: Any, caplog: Any) -> None:
    address = "203.0.113.77"
    async with from_address(app, address) as one:
        for path, fields in (("wrong", {"text": "Sai"}), ("rate", {"overall": "1"}), ("need", {})):
            reply = await one.post(f"{PAGE}/{path}", data={"agency": AGENCY, **fields})
            assert reply.status_code == 303
    async with db.transaction(PROGRAM) as conn:
        tables = [
            row["name"]
            for row in await conn.fetch(
                "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace"
            )
        ]
        for table in tables:
            holds = await conn.fetchval(f'SELECT bool_or(t::text LIKE $1) FROM "{table}" t', f"%{address}%")
            assert not holds, table
        moments = await conn.fetch(
            "SELECT table_name::text, column_name::text FROM information_schema.columns"
            " WHERE table_name IN ('rating', 'correction', 'demand') AND data_type LIKE '%time%'"
        )
        assert moments == []
        assert await conn.fetchval("SELECT count(*) FROM audit") == 0, "no entry tells when somebody spoke"
    assert address not in caplog.text


def shares(html: str) -> list[tuple[str, ...]]:
    """The rows of the newest quarter: shares and answers by content."""
    table = html.partition("Nội dung đánh giá</th>")[2].partition("</table>")[0]
    return [
        tuple(re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.S))
        for row in table.split("</tr>")[1:-1]
    ]


async def test_shares_stand_with_the_number_of_answers_once_the_quarter_is_over(
    client: Visitor, db: Any
) -> None:
    await rated(db, "3332211133")
    await rated(db, "1" * 30, day=today())
    html = await fresh(client, f"{PAGE}?agency={AGENCY}")
    assert shares(html)[0] == ("50%", "20%", "30%", "10")
    assert shares(html)[3] == ("50%", "20%", "30%", "10")
    assert shares(html)[1][3] == "dưới 5 lượt"


async def test_four_answers_show_nothing_anywhere(client: Visitor, as_planner: Visitor, db: Any) -> None:
    await rated(db, "3" * (ENOUGH - 1))
    for who in (client, as_planner):
        for path in (PAGE, f"{PAGE}?agency={AGENCY}", f"/vi/agencies/{AGENCY}"):
            html = await fresh(who, path)
            assert "Nội dung đánh giá</th>" not in html
            assert ">dưới 5 lượt<" not in html, "not even that there were some"


async def test_a_sum_and_its_parts_never_show_a_small_rest(client: Visitor, db: Any) -> None:
    await rated(db, "33333")
    await rated(db, "1111", agency="X00004")
    assert shares(await fresh(client, PAGE))[0] == ("100%", "0%", "0%", "5")
    await rated(db, "1111", code="2.000815")
    assert shares(await fresh(client, f"/vi/agencies/{AGENCY}"))[0] == ("100%", "0%", "0%", "5")
    async with db.transaction() as conn:
        third = await conn.fetchval(
            "SELECT service FROM offering WHERE agency = $1 AND service <> ALL ($2) ORDER BY 1 LIMIT 1",
            AGENCY,
            [CODE, "2.000815"],
        )
    await rated(db, "1", code=third)
    with_rest = await fresh(client, f"/vi/agencies/{AGENCY}")
    assert shares(with_rest)[0] == ("50%", "0%", "50%", "10"), "a rest of five, of two services"


async def test_quarters_and_the_year_so_far_stand_under_it(client: Visitor, db: Any) -> None:
    early = quarter_of(LAST).first - dt.timedelta(days=1)
    await rated(db, "33333")
    await rated(db, "11111", day=early)
    html = unescape(await fresh(client, f"{PAGE}?agency={AGENCY}"))
    rows = html.partition("Theo từng quý")[2].partition("</table>")[0]
    assert "100%" in rows
    assert "0%" in rows
    if early.year == today().year:
        assert "50%" in rows.partition("đến nay")[2]
