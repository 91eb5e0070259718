"""Indices of provinces: the pages, the upload, the command, whole or not at all."""

import re
from typing import Any

from lenmuc.actions.brought import Brought
from lenmuc.actions.indices import bring_in
from lenmuc.store.database import PROGRAM
from tests.conftest import Visitor

HEAD = "index,version,year,component,province,value,rank,source,confidence\n"
ROWS = (
    "pci,2013,2021,,Hà Nội,68.60,,VCCI,partly\n"
    "pci,2013,2022,,Hà Nội,66.74,,VCCI,partly\n"
    "pci,2013,2022,,Quảng Ninh,72.95,1,VCCI,verified\n"
    "pci,2013,2022,3,Hà Nội,5.9,,VCCI,partly\n"
    "pci,2013,2022,3,Đà Nẵng,6.5,,VCCI,partly\n"
)


async def sent(visitor: Visitor, text: str, language: str = "vi") -> Any:
    await visitor.get(f"/{language}/numbers")
    files = {"file": ("values.csv", text.encode(), "text/csv")}
    path = f"/{language}/numbers/indices"
    return await visitor.http.post(path, data={"csrf": visitor.csrf}, files=files)


async def stored(connection: Any) -> int:
    await connection.execute("SELECT set_config('lenmuc.role', 'public', false)")
    return int(await connection.fetchval("SELECT count(*) FROM index_value"))


async def test_shipped_values_stand_with_their_source_and_how_sure_they_are(client: Visitor) -> None:
    html = (await client.get("/vi/indices/pci?year=2015")).text
    assert "hạng 24/63" in html
    assert "Báo Đầu tư d41992; theo nguồn thứ cấp" in html
    assert "Chưa rõ giá trị" in html
    listed = (await client.get("/vi/indices")).text
    assert "hạng 3/63" in listed
    assert "theo trí nhớ, cần kiểm tra lại" in listed


async def test_values_that_a_planner_sends_are_shown_to_everybody(
    as_planner: Visitor, client: Visitor, connection: Any
) -> None:
    reply = await sent(as_planner, HEAD + ROWS)
    assert reply.status_code == 303
    assert "Đã ghi: 5 mới, 0 thay đổi" in (await as_planner.get(reply.headers["location"])).text
    html = (await client.get("/vi/indices/pci?other=da-nang")).text
    assert "66,74" in html
    assert "Quảng Ninh: " in html
    assert "6,21" in html  # the distance to the best
    assert html.count("<svg") > 10
    part = re.search(r"3\. Tính minh bạch.*?</tr>", html, re.S)
    assert part
    assert "5,9" in part[0]
    assert "0,6<" in part[0]
    await connection.execute("SELECT set_config('lenmuc.role', 'auditor', false)")
    told = await connection.fetchval("SELECT after->>'fresh' FROM audit WHERE action = 'indices brought in'")
    assert told == "5"


async def test_the_same_file_again_changes_nothing(as_planner: Visitor, connection: Any) -> None:
    await sent(as_planner, HEAD + ROWS)
    again = await sent(as_planner, HEAD + ROWS)
    assert "done=0-0-5" in again.headers["location"]
    assert await stored(connection) == 5


async def test_what_is_taken_along_can_be_sent_back(
    as_planner: Visitor, client: Visitor, connection: Any
) -> None:
    await sent(as_planner, HEAD + ROWS)
    file = await client.get("/vi/indices/pci/series.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    again = await sent(as_planner, file.text)
    assert re.search(r"done=0-0-\d+", again.headers["location"])
    assert await stored(connection) == 5


async def test_a_file_with_one_bad_row_writes_nothing_and_names_the_cell(
    as_planner: Visitor, connection: Any
) -> None:
    reply = await sent(as_planner, HEAD + ROWS + "pci,2013,2022,77,Huế,1,,VCCI,partly\n")
    assert reply.status_code == 422
    assert "Dòng 7, cột component:" in reply.text
    assert await stored(connection) == 0
    english = await sent(as_planner, "index\n", "en")
    assert "Row 1, column version:" in english.text


async def test_no_file_is_a_fault_too(as_planner: Visitor) -> None:
    reply = await sent(as_planner, "")
    assert reply.status_code == 422
    assert 'class="errors"' in reply.text


async def test_staff_bring_no_values_in(as_staff: Visitor, connection: Any) -> None:
    assert (await as_staff.get("/vi/numbers")).status_code == 403
    assert (await sent(as_staff, HEAD + ROWS)).status_code == 403
    assert await stored(connection) == 0


async def test_what_is_shipped_is_taken_back_by_a_dash(db: Any, content: Any, client: Visitor) -> None:
    row = "pci,2013,2015,,Hà Nội,-,,Sai nguồn,memory\n"
    done = await bring_in(db, content.indices, PROGRAM, None, (HEAD + row).encode(), 2026)
    assert done == Brought(1, 0, 1, 0)
    assert "hạng 24/63" not in (await client.get("/vi/indices/pci?year=2015")).text


async def test_a_rank_is_counted_once_every_province_is_there(db: Any, content: Any, client: Visitor) -> None:
    there = [each for each in content.indices.provinces.values() if each.there(2024)]
    rows = "".join(
        f"pci,2013,2024,,{each.name},{50 + place / 4},,VCCI,partly\n" for place, each in enumerate(there)
    )
    path = "/vi/indices/pci?province=ha-noi&year=2024"
    less = rows.partition("\n")[2]
    await bring_in(db, content.indices, PROGRAM, None, (HEAD + less).encode(), 2026)
    assert "chưa rõ hạng" in (await client.get(path)).text
    done = await bring_in(db, content.indices, PROGRAM, None, (HEAD + rows).encode(), 2026)
    assert done.fresh == 1
    naive = 1 + sum(place > [each.code for each in there].index("ha-noi") for place in range(len(there)))
    assert f"hạng {naive}/63, tự tính" in (await client.get(path)).text


async def test_a_dry_run_counts_and_writes_nothing(db: Any, content: Any, connection: Any) -> None:
    done = await bring_in(db, content.indices, PROGRAM, None, (HEAD + ROWS).encode(), 2026, dry=True)
    assert done.fresh == 5
    assert await stored(connection) == 0


async def test_every_index_has_a_page_in_both_languages(client: Visitor, content: Any) -> None:
    for index in content.indices.every:
        for language in ("vi", "en"):
            reply = await client.get(f"/{language}/indices/{index}")
            assert reply.status_code == 200
            assert f'href="/{language}/indices/{index}"' in (await client.get(f"/{language}/indices")).text
    for path in ("none", "pci?year=1900", "pci?province=atlantis", "pci?year=²015", "none/series.csv"):
        assert (await client.get(f"/vi/indices/{path}")).status_code == 404
