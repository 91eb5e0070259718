"""Going through a checklist: what comes first, one criterion a page or all on one, and what scripts get."""

import re
from typing import Any

from tests.conftest import PASSWORD, Visitor, person
from tests.pages.test_agency import CODE, field, met, words_of

MET = {"value": "met", "justification": "Seen"}
SCRIPT = {"Accept": "application/json"}


async def as_script(visitor: Visitor, path: str, **fields: Any) -> Any:
    return await visitor.http.post(path, data={**fields, "csrf": visitor.csrf}, headers=SCRIPT)


async def test_the_page_of_a_service_says_first_what_is_missing_and_who_has_to_do_it(
    as_staff: Visitor,
) -> None:
    page = words_of((await as_staff.get(f"/en/work/{CODE}")).text)
    assert "For level 3, 4 criteria are missing" in page
    assert "For you, the staff of this service: 4" in page
    assert (
        page.index("For level 3, 4 criteria")
        < page.index("First: answer this criterion")
        < page.index("Review")
    )
    assert "Open 3.03" in page
    assert re.search(r"Not started (\d+) Met (\d+) Does not apply (\d+)", page)


async def test_statuses_tell_not_started_from_to_be_confirmed(as_staff: Visitor) -> None:
    await met(as_staff, "3.03", value="unknown", justification="")
    await met(as_staff, "3.04", value="not_met", justification="", blocker="no_budget")
    page = words_of((await as_staff.get(f"/en/work/{CODE}")).text)
    assert "To be confirmed 1 Not met 1" in page
    assert "Open 3.03" in page  # nobody knows is still to be answered, and stands first


async def test_one_criterion_a_page_says_where_one_is_and_leads_on(as_staff: Visitor) -> None:
    page = await as_staff.get(f"/en/work/{CODE}/3.03")
    said = words_of(page.text)
    where = re.search(r"(\d+) of (\d+) ,", said)
    assert where
    number, of = where.groups()
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    after = words_of((await as_staff.get(following[1])).text)
    assert f"{int(number) + 1} of {of} ," in after
    assert "Next without an answer: 3.04" in said


async def test_saving_can_open_the_next_criterion_without_an_answer(as_staff: Visitor) -> None:
    reply = await met(as_staff, "3.03", then="next")
    assert reply.headers["location"].startswith(f"/en/work/{CODE}/3.04?saved=3.03")
    page = words_of((await as_staff.get(reply.headers["location"])).text)
    assert "Saved: 3.03 is now “Met”" in page
    assert "The level stays: Level 2" in page


async def test_the_wish_for_all_on_one_page_is_remembered_and_taken_back(as_staff: Visitor) -> None:
    assert f'href="/en/work/{CODE}/3.03"' in (await as_staff.get(f"/en/work/{CODE}")).text
    assert (await as_staff.get(f"/en/work/{CODE}/all")).status_code == 200
    assert f'href="/en/work/{CODE}/all#c-3.03"' in (await as_staff.get(f"/en/work/{CODE}")).text
    await as_staff.get(f"/en/work/{CODE}?view=one")
    assert f'href="/en/work/{CODE}/3.03"' in (await as_staff.get(f"/en/work/{CODE}")).text


def typed(**rows: tuple[str, str, int]) -> dict[str, list[str]]:
    """The fields of the form with all criteria: value, justification and version by criterion."""
    fields: dict[str, list[str]] = {
        "criterion": [],
        "value": [],
        "justification": [],
        "blocker": [],
        "version": [],
    }
    for id, (value, why, version) in rows.items():
        each = (id.replace("c", "").replace("_", "."), value, why, "", str(version))
        for name, text in zip(fields, each, strict=True):
            fields[name].append(text)
    return fields


async def test_all_on_one_page_saves_what_was_changed_and_nothing_else(as_staff: Visitor) -> None:
    await met(as_staff, "3.05", evidence="https://example.org/a")
    await as_staff.get(f"/en/work/{CODE}/all")
    fields = typed(c3_03=("met", "A", 0), c3_04=("", "", 0), c3_05=("not_met", "B", 1))
    reply = await as_staff.post(f"/en/work/{CODE}/all", **fields)
    assert reply.headers["location"] == f"/en/work/{CODE}/all?done=2"
    assert "2 answers were saved." in words_of((await as_staff.get(reply.headers["location"])).text)
    page = words_of((await as_staff.get(f"/en/work/{CODE}")).text)
    assert "Not met 1" in page
    kept = await as_staff.get(f"/en/work/{CODE}/3.05")
    assert field(kept.text, "evidence") == "https://example.org/a"
    assert field((await as_staff.get(f"/en/work/{CODE}/3.03")).text, "version") == "1"


async def test_all_on_one_page_keeps_what_cannot_be_saved_and_never_overwrites(
    as_staff: Visitor, visit: Any, db: Any
) -> None:
    other = visit()
    await other.sign_in(await person(db, "lead", "STP"), PASSWORD)
    await as_staff.get(f"/en/work/{CODE}/all")
    await met(other, "3.04", justification="Of the other")
    fields = typed(c3_03=("met", "", 0), c3_04=("not_met", "Mine", 0), c3_05=("met", "Good", 0))
    reply = await as_staff.post(f"/en/work/{CODE}/all", **fields)
    assert reply.status_code == 409
    said = words_of(reply.text)
    assert "3.03: Say how the criterion is met" in said
    assert "Stored now, by Lead STP" in said
    assert "Of the other" in said
    assert re.search(r'<textarea id="justification-3.04"[^>]*>\nMine</textarea>', reply.text)
    assert field((await as_staff.get(f"/en/work/{CODE}/3.04")).text, "justification") == "Of the other"
    assert field((await as_staff.get(f"/en/work/{CODE}/3.05")).text, "justification") == "Good"


async def test_the_script_is_told_when_it_saved_and_the_version_to_name_next(as_staff: Visitor) -> None:
    await as_staff.get(f"/en/work/{CODE}/3.03")
    reply = await as_script(as_staff, f"/en/work/{CODE}/3.03", **MET, version="0")
    assert (reply.status_code, reply.json()["version"]) == (200, 1)
    assert re.fullmatch(r"Saved \d\d:\d\d\.", reply.json()["said"])
    again = await as_script(as_staff, f"/vi/work/{CODE}/3.03", **MET, version="0")
    assert again.status_code == 409
    assert "người khác đã sửa" in again.json()["said"]
    refused = await as_script(as_staff, f"/en/work/{CODE}/3.04", value="met", version="0")
    assert refused.status_code == 422
    assert refused.json()["said"].startswith("Not saved yet. Say how the criterion is met")
    assert field((await as_staff.get(f"/en/work/{CODE}/3.04")).text, "version") == "0"


async def test_what_counts_for_many_is_never_saved_by_a_script(as_staff: Visitor, content: Any) -> None:
    own = next(c.id for c in content.scheme.criteria if c.scope == "agency")
    page = await as_staff.get(f"/en/work/agency/{own}")
    assert "is never saved by itself as you type" in page.text
    assert 'class="saving"' not in page.text
    reply = await as_script(as_staff, f"/en/work/agency/{own}", **MET, version="0")
    assert reply.status_code == 403
    assert field((await as_staff.get(f"/en/work/agency/{own}")).text, "version") == "0"


async def test_a_script_that_is_signed_out_is_sent_to_the_sign_in_page(visit: Any) -> None:
    reply = await as_script(visit(), f"/en/work/{CODE}/3.03", **MET, version="0")
    assert reply.status_code == 303
    assert "/en/sign-in" in reply.headers["location"]
