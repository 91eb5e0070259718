"""The page that compares two sets of rules says what changes, and for whom."""

import re

import html5lib
import pytest

from lenmuc.content.everything import Content
from lenmuc.core.comparison import compare
from tests.conftest import Visitor
from tests.pages.test_public import text_of


def section(html: str, heading: str, until: str) -> str:
    return html.partition(f'id="{heading}">')[2].partition(f'id="{until}">')[0]


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_every_pair_of_schemes_is_compared_in_sound_html(
    client: Visitor, content: Content, lang: str
) -> None:
    for before in content.schemes.values():
        for after in content.schemes.values():
            if before is not after:
                reply = await client.get(f"/{lang}/schemes/{before.id}/compare/{after.id}")
                assert reply.status_code == 200
                html5lib.HTMLParser(strict=True).parse(reply.text)
                assert after.name.in_(lang) in text_of(reply.text)


async def test_new_gone_changed_and_carried_criteria_stand_under_their_headings(
    client: Visitor, content: Content
) -> None:
    reply = await client.get("/en/schemes/rs-2018/compare/rs-2026")
    found = compare(content.schemes["rs-2018"], content.schemes["rs-2026"])

    def ids(text: str) -> list[str]:
        return re.findall(r'<span class="(?:tasks__code|soft num)">([\w.]+)</span>', text)

    asked = [change.after.id for change in found.changed if change.asks_again]
    assert ids(section(reply.text, "asked", "new")) == asked
    assert ids(section(reply.text, "new", "gone")) == [c.id for c in found.new]
    assert ids(section(reply.text, "gone", "carried")) == [c.id for c in found.gone]
    assert {"G.01", "3.19"} <= {c.id for c in found.new}
    assert "4.04" in {c.id for c in found.gone}
    carried = section(reply.text, "carried", "nothing")
    assert all(f"<span>{id} " in carried for id in found.carried)
    assert f"Carried over: {len(found.carried)} criteria" in text_of(reply.text)


async def test_what_differs_is_named_and_shown_on_both_sides(client: Visitor) -> None:
    text = text_of((await client.get("/en/schemes/rs-2018/compare/rs-2026")).text)
    assert "When it does not apply" in text
    assert "3. Filed online 2. Partly online" in text
    assert "Decree 224/2026/NĐ-CP" in text


async def test_a_scheme_leads_to_the_comparisons_that_make_sense(client: Visitor) -> None:
    page = await client.get("/vi/schemes/rs-2026")
    assert 'href="/vi/schemes/rs-2018/compare/rs-2026"' in page.text
    assert "proactive-2026/compare" not in page.text
    assert "compare/proactive-2026" not in page.text


async def test_a_scheme_is_not_compared_with_itself_or_with_nothing(client: Visitor) -> None:
    for address in ("rs-2018/compare/rs-2018", "rs-2018/compare/rs-9999", "rs-9999/compare/rs-2018"):
        reply = await client.get(f"/vi/schemes/{address}")
        assert reply.status_code == 404
