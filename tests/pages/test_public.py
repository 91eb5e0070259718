"""What the public reads without an account: key facts, both languages, sound HTML, help on the way."""

import re
import unicodedata
from html import unescape
from typing import Any

import html5lib
import pytest

from lenmuc.core.answers import Identity
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Pool, Problem, Solution, Upgrade
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.roadmaps import Summary
from tests.conftest import Visitor
from tests.conftest import person as make_person

BIRTH = "1.001193"
PAGES = {
    "": "149",
    "services": "1.00",
    "services?q=khai+sinh": BIRTH,
    "services?agency=STP&field=ho-tich&level=2": "STP",
    "services?q=qqqqqqqq&agency=STP": "/agencies",
    "services?page=81": "81",
    f"services/{BIRTH}": "123/2015/NĐ-CP",
    f"services/{BIRTH}?agency=X00004": "Ba Đình",
    "services/1.000005": "2628/QĐ-BTC",
    "agencies": "Ba Đình",
    "agencies?q=ba+dinh": "Ba Đình",
    "agencies?q=qqqq": "q",
    "agencies/STP": "2025",
    "agencies/X00004": "00004",
    "agencies/X00004?q=khai&level=2&page=1": "X00004",
    "schemes": "32/2017/TT-BTTTT",
    "schemes/rs-2018": "32/2017/TT-BTTTT",
    "schemes/rs-2018?level=3&role=defines": "5.3",
    "schemes/rs-2018?level=1&role=readiness": "rs-2018",
    "schemes/rs-2018/3.01": "5.3",
    "schemes/rs-2018/4.01": "5.4",
}
KIBI = 1024


def text_of(html: str) -> str:
    """A page as somebody reads it: without tags, blanks joined."""
    body = html.partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def first_hit(html: str) -> str:
    """The address of the first service in a list of results."""
    found = re.search(r'class="result__title"><a href="/\w\w/services/([^"?]+)', html)
    return found[1] if found else ""


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_every_page_answers_with_sound_html_and_its_key_fact(client: Visitor, lang: str) -> None:
    for address, fact in PAGES.items():
        reply = await client.get(f"/{lang}/{address}")
        assert reply.status_code == 200, address
        html5lib.HTMLParser(strict=True).parse(reply.text)
        assert fact in unescape(reply.text), address
        assert reply.text.count("<h1") == 1, address
        assert re.search(r'<meta name="description" content="[^"]{20,}', reply.text), address
        assert re.search(r"<title>[^<]{10,140}</title>", reply.text), address
        assert f'<html lang="{lang}">' in reply.text
        assert "set-cookie" not in reply.headers
        assert len(reply.content) <= 60 * KIBI, f"{address}: {len(reply.content)} bytes"
        assert "{{" not in reply.text, address
        assert "%(" not in reply.text, address


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_every_link_to_a_list_or_a_service_of_a_page_leads_somewhere(
    client: Visitor, lang: str
) -> None:
    # the facets, the trail, the next page, the criteria: what a person can click on these pages
    seen: set[str] = set()
    for address in (
        "",
        "services?q=khai+sinh",
        f"services/{BIRTH}?agency=X00004",
        "agencies/STP",
        "schemes/rs-2018/3.01",
    ):
        html = (await client.get(f"/{lang}/{address}")).text
        seen |= {
            unescape(link)
            for link in re.findall(rf'href="(/{lang}/(?:services|agencies|schemes)[^"#]*)', html)
        }
    sample = sorted(seen)[:: max(1, len(seen) // 60)]
    assert len(sample) > 40
    for link in sample:
        assert (await client.get(link)).status_code == 200, link


async def test_service_codes_and_names_stay_a_trail_back(client: Visitor) -> None:
    html = (await client.get(f"/vi/services/{BIRTH}?agency=X00004")).text
    trail = re.search(r'<nav class="crumbs".*?</nav>', html, re.S)
    assert trail
    assert "/vi/services?field=ho-tich" in trail[0]
    assert f"/vi/services/{BIRTH}" in trail[0]


@pytest.mark.parametrize(
    "typed",
    [
        "dang ky khai sinh",
        "đăng ký khai sinh",
        unicodedata.normalize("NFD", "đăng ký khai sinh"),
        "ĐĂNG KÝ KHAI SINH",
        "Đăng kí khai sinh".replace("kí", "ký"),
        BIRTH,
        "birth registration",
    ],
)
async def test_birth_registration_is_found_first_however_it_is_typed(client: Visitor, typed: str) -> None:
    reply = await client.get("/vi/services", params={"q": typed})
    assert first_hit(reply.text) == BIRTH


async def test_what_was_typed_is_shown_and_never_run(client: Visitor) -> None:
    hostile = "\"><script>alert(1)</script>' onfocus=x {{ 7*7 }} %(x)s"
    for address in ("/vi/services", "/en/agencies", "/vi/agencies/STP"):
        reply = await client.get(address, params={"q": hostile})
        assert reply.status_code == 200
        assert "<script>" not in reply.text
        assert reply.text.count("<script") == 1  # the one of the search
        assert "{{ 7*7 }}" in unescape(reply.text)
        html5lib.HTMLParser(strict=True).parse(reply.text)


@pytest.mark.parametrize(
    "address",
    [
        "services/9.999999",
        "services/%3Cscript%3E",
        f"services/{BIRTH}?agency=STP",
        "services?page=abc",
        "services?page=0",
        "services?page=99",
        "services?page=99999999999999999999",
        "services?level=9",
        "services?level=x",
        "services?tier=moon",
        "services?agency=NOBODY",
        "services?field=nothing",
        "agencies/NOBODY",
        "agencies/STP?field=nothing",
        "agencies/STP?page=-1",
        "agencies/STP?page=1000",
        "schemes/rs-1999",
        "schemes/rs-2018?level=7",
        "schemes/rs-2018?role=king",
        "schemes/rs-2018/99.99",
    ],
)
async def test_what_does_not_exist_says_so_and_what_to_do(client: Visitor, address: str) -> None:
    for lang, way_on in (("vi", "trang chủ"), ("en", "home page")):
        reply = await client.get(f"/{lang}/{address}")
        assert reply.status_code == 404
        assert way_on in text_of(reply.text)
        assert f'href="/{lang}/services"' in reply.text


async def test_characters_that_no_text_may_hold_are_refused_kindly(client: Visitor) -> None:
    for address in ("/vi/services?q=%00", "/vi/agencies?q=%FF%FE", "/vi/services/%00"):
        assert (await client.get(address)).status_code in (200, 400, 404)


async def test_a_made_up_number_never_stands_without_its_label(client: Visitor) -> None:
    home = text_of((await client.get("/vi/")).text)
    service = text_of((await client.get(f"/vi/services/{BIRTH}")).text)
    assert home.count("hồ sơ mỗi năm (số liệu minh họa)") == 8
    assert "Số liệu minh họa." in home
    assert re.search(r"Số hồ sơ mỗi năm [\d.]+ số liệu minh họa", service)
    assert "illustrative figure" in text_of((await client.get(f"/en/services/{BIRTH}?agency=X00004")).text)


async def test_what_nobody_knows_reads_as_not_known(client: Visitor) -> None:
    page = text_of((await client.get(f"/en/services/{BIRTH}")).text)
    assert "Declared level: not known" in page
    assert "Online Accepted Not known Free of charge" in page  # its record has no time
    assert "Conditions Not known" in page


async def test_level_of_a_service_says_at_how_many_of_its_agencies(client: Visitor, db: Any) -> None:
    page = await client.get(f"/en/services/{BIRTH}")
    assert "126 of 126 agencies that offer it (100%)" in text_of(page.text)
    async with db.transaction() as conn:
        await conn.execute(
            "UPDATE offering SET level = 3, missing = '{4.01}' WHERE service = $1 AND agency = 'X00004'",
            BIRTH,
        )
    page = await client.get(f"/en/services/{BIRTH}")
    assert "1 of 126 agencies that offer it (1%)" in text_of(page.text)
    assert "125 of 126 agencies that offer it (99%)" in text_of(page.text)
    assert "What is missing for level 4" in page.text
    assert "/en/schemes/rs-2018/4.01" in page.text
    alone = text_of((await client.get(f"/en/services/{BIRTH}?agency=X00004")).text)
    assert "Level 3 : Filed online" in alone  # a tag ends before the colon
    assert "self-assessed" in alone
    assert "What is missing for level 4" in alone
    assert "What is missing for level 1" not in alone


async def test_an_interlinked_service_names_who_takes_part(client: Visitor) -> None:
    html = (await client.get("/vi/services/2.000986")).text
    [listed] = re.findall(r"<h3>Cơ quan cùng giải quyết \(liên thông\)</h3>\n<ul>(.*?)</ul>", html, re.S)
    named = re.findall(r'agencies/(\w+)">[^<]+</a>: <a href="/vi/services/([\d.]+)">([^<]+)<', listed)
    assert named == [
        ("CATP", "1.004222", "đăng ký thường trú"), ("BHXH", "1.001939", "cấp thẻ bảo hiểm y tế")
    ]  # fmt: skip
    assert "liên thông)" not in (await client.get(f"/vi/services/{BIRTH}")).text


async def test_history_of_a_level_shows_each_move(client: Visitor, db: Any) -> None:
    async with db.transaction() as conn:
        await conn.execute(
            "INSERT INTO level_change (offering, scheme, from_level, to_level, cause)"
            " SELECT id, 'rs-2018', 2, 3, 'answer 3.01' FROM offering"
            " WHERE service = $1 AND agency = 'X00004'",
            BIRTH,
        )
    page = text_of((await client.get(f"/en/services/{BIRTH}?agency=X00004")).text)
    assert "History of the level" in page
    assert re.search(r"Level 2 → rises to Level 3", page)
    assert "History of the level" not in text_of((await client.get(f"/en/services/{BIRTH}")).text)


async def test_nothing_found_offers_another_spelling_and_every_filter_back(client: Visitor) -> None:
    page = (await client.get("/vi/services?q=khai+xinh&agency=SXD")).text
    links = [unescape(link) for link in re.findall(r'<a class="button[^"]*" href="([^"]+)"', page)]
    assert links[0] == "/vi/services?q=khai+xinh"
    wider = (await client.get(links[0])).text
    assert first_hit(wider) == BIRTH
    assert "Không có kết quả cho “khai xinh”" in text_of(wider)
    assert 'href="/vi/services?q=khai+xinh&amp;exact=1"' in wider
    exactly = (await client.get("/vi/services?q=khai+xinh&exact=1")).text
    assert first_hit(exactly) == ""


async def test_facets_keep_the_other_conditions_and_count_what_they_leave(client: Visitor) -> None:
    page = (await client.get("/en/services?q=khai+sinh&tier=commune")).text
    link = re.search(
        r'<a href="([^"]+)"><span class="facet__name">.{0,400}?Level 2.{0,60}?facet__count">(\d+)', page, re.S
    )
    assert link
    assert unescape(link[1]) == "/en/services?q=khai+sinh&tier=commune&level=2"
    narrowed = text_of((await client.get(unescape(link[1]))).text)
    assert f"{link[2]} service" in narrowed


async def test_pages_of_a_list_name_their_number_and_lead_on(client: Visitor) -> None:
    page = (await client.get("/vi/services?page=2")).text
    assert "trang 2 trên 81" in page.partition("</title>")[0]
    assert 'rel="next" href="/vi/services?page=3"' in page
    assert 'rel="prev" href="/vi/services"' in page


async def test_fields_stand_in_vietnamese_order_and_only_with_services(client: Visitor) -> None:
    page = (await client.get("/vi/")).text
    letters = re.findall(r"<section><h3>(.)</h3>", page)
    assert letters == sorted(letters, key="AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY".index)
    counts = re.findall(r'services\?field=[^"]+">[^<]+</a> <span class="soft num">(\d+)<', page)
    assert len(counts) > 100
    assert all(int(count) > 0 for count in counts)


async def test_agencies_are_found_without_marks(client: Visitor) -> None:
    page = await client.get("/vi/agencies?q=ba dinh")
    assert re.findall(r'href="/vi/agencies/(\w+)"', page.text) == ["X00004"]


async def test_a_criterion_says_when_it_does_not_apply(client: Visitor) -> None:
    page = text_of((await client.get("/en/schemes/rs-2018/4.01")).text)
    assert "The service charges a fee: no" in page
    assert "Article 5.4" in page


async def published(db: Any, agency: str = "") -> int:
    """A published roadmap: birth registration at level 3 at every ward, at X00004 half a year earlier."""
    author = await make_person(db, "planner")
    wards = Upgrade(id=f"L3#{BIRTH}@X00007+124", level=3, gain=1, offerings=125)
    first = Upgrade(id=f"L3#{BIRTH}@X00004", level=3, gain=1)
    late = Upgrade(id=f"L4#{BIRTH}@X00004", level=4, gain=1, after=first.id)
    quarters = ("2027Q1", "2027Q2", "2027Q3")
    problem = Problem(quarters, (Pool("central", (1, 1, 1)),), (), (first, late, wards))
    solution = Solution({}, {first.id: 0, wards.id: 2}, 1, 1, 0, "optimal", 0.1)
    summary = Summary(126, 0, 0, 126, 0, 1, 0, 0, 0, 1.0, 1.0, 0.0, "optimal", 0.1)
    async with db.transaction(Identity("planner")) as conn:
        number = await conn.fetchval("SELECT id FROM person WHERE email = $1", author)
        request = PlanRequest("Kế hoạch <chung>", agency, "2027Q1", 3, 1, 1, 1)
        id = await roadmaps_store.start_roadmap(conn, request, "rs-2018", number)
        await roadmaps_store.finish_roadmap(conn, id, problem, solution, summary)
        assert await roadmaps_store.publish_roadmap(conn, id, True)
    return id


async def test_published_roadmap_says_when_a_level_is_reached(client: Visitor, db: Any) -> None:
    before = text_of((await client.get(f"/en/services/{BIRTH}")).text)
    assert "When it gets better" not in before
    id = await published(db)
    page = (await client.get(f"/en/services/{BIRTH}")).text
    said = text_of(page)
    assert "Level 3 in Q1 2027, at 1 agency" in said
    assert "Level 3 in Q3 2027, at 125 agencies" in said
    assert "Level 4 not within this plan at 1 agency" in said
    assert f'href="/en/roadmaps/{id}">Kế hoạch &lt;chung&gt;' in page
    one = text_of((await client.get(f"/en/services/{BIRTH}?agency=X00004")).text)
    assert "Level 3 in Q1 2027" in one
    assert "Q3 2027" not in one
    assert f"/en/roadmaps/{id}" in (await client.get("/en/agencies/STP")).text


async def test_roadmap_of_another_agency_says_nothing_about_this_one(client: Visitor, db: Any) -> None:
    await published(db, agency="X00004")
    assert "When it gets better" in (await client.get(f"/en/services/{BIRTH}?agency=X00004")).text
    assert "When it gets better" not in (await client.get(f"/en/services/{BIRTH}?agency=X00070")).text
    assert "Kế hoạch" not in text_of((await client.get("/en/agencies/X00070")).text)


async def test_withdrawn_roadmap_is_gone_at_once(client: Visitor, db: Any) -> None:
    id = await published(db)
    assert "When it gets better" in (await client.get(f"/en/services/{BIRTH}")).text
    async with db.transaction(Identity("planner")) as conn:
        await roadmaps_store.publish_roadmap(conn, id, False)
    assert "When it gets better" not in (await client.get(f"/en/services/{BIRTH}")).text


async def test_staff_sees_the_same_public_pages(as_staff: Visitor, client: Visitor) -> None:
    def main(html: str) -> str:
        inside = html.partition("<main")[2].partition("</main>")[0]
        # Where somebody is signed in, the forms of the public name whose they are, and which.
        return re.sub(r'name="csrf" value="[^"]*"|<input type="hidden" name="once"[^>]*>', "", inside)

    for address in (f"/vi/services/{BIRTH}", "/vi/services?q=khai+sinh", "/vi/agencies/STP"):
        assert main((await as_staff.get(address)).text) == main((await client.get(address)).text)


async def test_a_page_names_itself_in_each_language_by_its_whole_address(client: Visitor) -> None:
    html = (await client.get("/vi/services?q=khai+sinh")).text
    found = re.findall(r'<link rel="alternate" hreflang="(\w+)" href="([^"]+)">', html)
    base = "http://127.0.0.1:8000"
    assert found == [(code, f"{base}/{code}/services?q=khai+sinh") for code in ("vi", "en")]
