"""Evidence over HTTP, as with a browser without script: added, shown, downloaded, withdrawn, and refused."""

import re
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import httpx
import pytest
from litestar.exceptions import LitestarException

from lenmuc.core.answers import Identity, Target
from lenmuc.store import answers as answers_store
from lenmuc.store import evidence as evidence_store
from lenmuc.store.database import PROGRAM
from tests.conftest import PASSWORD, Visitor, person
from tests.core.make_files import DOCX, PDF, PNG
from tests.pages.test_agency import CODE, met, words_of
from tests.web.test_uploads import KIND
from tests.web.test_uploads import form as form_with_files

PLACE = f"/en/work/{CODE}/3.03"
MIB = 1024 * 1024


async def send(
    who: Visitor, place: str = PLACE, file: tuple[str, bytes] | None = None, **typed: str
) -> httpx.Response:
    """Fill in the form that adds evidence on the page of a criterion, and send it."""
    page = (await who.get(place)).text
    form = page[page.index("multipart/form-data") :]
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version
    assert f'action="{place}/evidence"' in page
    fields = dict.fromkeys(("title", "link", "effective", "expires"), "")
    fields |= {"version": version[1], "csrf": who.csrf}
    if 'id="evidence-value"' in form:
        fields["value"] = "met"
    if file is not None:
        return await who.http.post(f"{place}/evidence", data={**fields, **typed}, files={"file": file})
    # a browser sends the field of a file that was not chosen with an empty name
    parts = [(f'name="{name}"', text.encode()) for name, text in {**fields, **typed}.items()]
    body = form_with_files(*parts, ('name="file"; filename=""', b""))
    return await who.http.post(f"{place}/evidence", content=body, headers={"content-type": KIND})


async def stored(db: Any, target: Target | None = None, criterion: str = "3.03") -> Any:
    target = target or Target("STP", CODE)
    async with db.transaction(PROGRAM) as conn:
        return await answers_store.find_answer(conn, criterion, target)


async def counts(db: Any) -> tuple[int, int]:
    """Rows of evidence, and of chunks."""
    async with db.transaction(PROGRAM) as conn:
        return (
            await conn.fetchval("SELECT count(*) FROM evidence"),
            await conn.fetchval("SELECT count(*) FROM evidence_chunk"),
        )


async def test_a_file_of_25_mib_comes_back_byte_for_byte_as_an_attachment(as_staff: Visitor, db: Any) -> None:
    content = PDF + bytes(range(256)) * ((25 * MIB - 2 * len(PDF)) // 256)
    content += b"\n" * (25 * MIB - len(content) - len(PDF)) + PDF
    assert len(content) == 25 * MIB
    name = unicodedata.normalize("NFD", "Quyết định số 123.pdf")
    reply = await send(as_staff, file=(name, content), title="Decision 123", expires="31/12/2099")
    assert reply.status_code == 303, words_of(reply.text)
    answer = await stored(db)
    (piece,) = answer.pieces
    assert (piece.name, piece.size) == ("Quyết định số 123.pdf", 25 * MIB)
    assert piece.sha256 == sha256(content).hexdigest()
    assert (answer.value, answer.justification) == ("met", "")
    got = await as_staff.http.get(f"/evidence/{piece.id}")
    assert got.status_code == 200
    assert got.content == content
    said = got.headers
    assert said["content-disposition"] == (
        'attachment; filename="quyet-dinh-so-123.pdf"; '
        "filename*=UTF-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%20s%E1%BB%91%20123.pdf"
    )
    assert said["content-type"] == "application/pdf"
    assert said["content-length"] == str(len(content))
    assert said["x-content-type-options"] == "nosniff"
    assert said["content-security-policy"] == "sandbox; default-src 'none'"
    assert said["cache-control"] == "private, no-store"
    assert said["cross-origin-resource-policy"] == "same-origin"


async def test_one_byte_more_is_refused_with_the_reason_and_nothing_typed_is_lost(
    as_staff: Visitor, db: Any
) -> None:
    before = await counts(db)
    reply = await send(as_staff, file=("a.pdf", b"x" * (25 * MIB + 1)), title="Decision 9")
    assert reply.status_code == 413
    said = words_of(reply.text)
    assert "The file is larger than 25 MiB. Make it smaller, or give a link to it." in said
    assert 'href="#evidence-file"' in reply.text
    assert 'id="evidence-file"' in reply.text
    assert 'value="Decision 9"' in reply.text
    assert await counts(db) == before
    assert await stored(db) is None


async def test_far_more_is_refused_before_it_is_read(as_staff: Visitor, db: Any) -> None:
    await as_staff.get(PLACE)
    headers = {"content-type": "multipart/form-data; boundary=b", "content-length": str(80 * MIB)}
    reply = await as_staff.http.post(f"{PLACE}/evidence", content=b"--b", headers=headers)
    assert reply.status_code == 413
    assert "at most 25 MiB" in words_of(reply.text)


async def test_evidence_is_told_on_every_page_with_its_kind_and_dates(as_staff: Visitor) -> None:
    await met(as_staff, "3.03", evidence="https://a.example/1")
    await send(as_staff, file=("a.docx", DOCX), title="Rules of the one-stop shop", effective="1/1/2026")
    reply = await send(as_staff, link="https://b.example/x", title="The portal", expires="2099-05-01")
    assert reply.headers["location"] == f"{PLACE}?evidence=added#evidence-section"
    page = words_of((await as_staff.get(reply.headers["location"])).text)
    assert "The evidence was added" in page
    assert "2 links, 1 file" in page
    assert "Rules of the one-stop shop file a.docx , 1 KiB" in page
    assert "in force from 1 January 2026" in page
    assert "in force until 1 May 2099" in page
    assert "2 links, 1 file" in words_of((await as_staff.get(f"/en/work/{CODE}")).text)


@pytest.mark.parametrize(
    ("fields", "file", "field", "sentence"),
    [
        ({}, None, "file", "Choose a file, or write a link."),
        ({"link": "https://a.vn"}, ("a.png", PNG), "link", "not both"),
        ({"link": "ftp://a.vn/x", "title": "T"}, None, "link", "beginning with https://"),
        ({"link": "javascript:alert(1)", "title": "T"}, None, "link", "beginning with https://"),
        ({"link": "https://a.vn"}, None, "title", "Write what the link shows."),
        ({"link": "https://a.vn", "title": "x" * 301}, None, "title", "Shorten the title"),
        ({"title": "T"}, ("a.pdf", b""), "file", "The file is empty."),
        ({"title": "T"}, ("a.exe", b"MZ"), "file", "Files of this kind are not accepted"),
        ({"title": "T"}, ("a.pdf", PNG), "file", "The content is not that of a PDF file."),
        ({"title": "T"}, ("a.pdf.svg", b"<svg/>"), "file", "Files of this kind are not accepted"),
        ({"title": "T", "effective": "31/2/2026"}, ("a.pdf", PDF), "effective", "day/month/year"),
        ({"title": "T", "expires": "1/1/2020"}, ("a.pdf", PDF), "expires", "expired already"),
        (
            {"title": "T", "effective": "2/1/2099", "expires": "1/1/2099"},
            ("a.pdf", PDF),
            "expires",
            "must come after",
        ),
        ({"title": "T", "value": ""}, ("a.pdf", PDF), "value", "Choose one of the answers"),
        ({"title": "T", "value": "not_applicable"}, ("a.pdf", PDF), "value", "does not apply"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    as_staff: Visitor, db: Any, fields: dict[str, str], file: Any, field: str, sentence: str
) -> None:
    before = await counts(db)
    reply = await send(as_staff, file=file, **fields)
    assert reply.status_code == 422
    assert f'href="#evidence-{field}"' in reply.text
    assert f'id="evidence-{field}"' in reply.text
    assert sentence in words_of(reply.text)
    for name, typed in fields.items():
        if name not in ("value",) and len(typed) < 300:
            assert f'value="{typed}"' in reply.text, name
    assert await counts(db) == before
    assert await stored(db) is None


async def test_somebody_who_was_faster_is_not_overwritten_and_what_was_typed_is_there_again(
    as_staff: Visitor, db: Any
) -> None:
    await met(as_staff, "3.03")
    before = await counts(db)
    reply = await send(as_staff, file=("a.pdf", PDF), title="Kept title", version="0", value="met")
    assert reply.status_code == 409
    assert 'value="Kept title"' in reply.text
    assert "Somebody else has changed this answer" in words_of(reply.text)
    assert await counts(db) == before
    form = reply.text[reply.text.index("multipart/form-data") :]
    assert 'name="version" value="1"' in form, "sending it again works"


async def test_withdrawn_evidence_no_longer_counts_and_stays_in_the_history(
    as_staff: Visitor, db: Any
) -> None:
    await met(as_staff, "3.03")
    await send(as_staff, file=("a.pdf", PDF), title="Decision 5")
    answer = await stored(db)
    id = answer.pieces[0].id
    button = {"withdraw": str(id), "version": str(answer.version)}
    stale = await as_staff.post(f"{PLACE}/evidence", withdraw=str(id), version="1")
    assert stale.status_code == 409
    gone = await as_staff.post(f"{PLACE}/evidence", **button)
    assert gone.status_code == 303
    page = words_of((await as_staff.get(gone.headers["location"])).text)
    assert "The evidence was withdrawn" in page
    assert "1 piece of evidence was withdrawn here" in page
    assert re.search(r"Decision 5 .*? withdrawn by Staff STP", page)
    after = await stored(db)
    assert (after.pieces, after.version) == ((), answer.version + 1)
    assert (await as_staff.http.get(f"/evidence/{id}")).content == PDF
    again = await as_staff.post(f"{PLACE}/evidence", withdraw=str(id), version=str(after.version))
    assert again.status_code == 404
    async with db.transaction(Identity("planner")) as conn:
        actions = await conn.fetch("SELECT action FROM audit WHERE action LIKE 'evidence%' ORDER BY id")
    assert [row["action"] for row in actions] == ["evidence added", "evidence withdrawn"]


async def test_the_only_proof_that_a_criterion_is_met_cannot_be_withdrawn(as_staff: Visitor, db: Any) -> None:
    await send(as_staff, file=("a.pdf", PDF))
    answer = await stored(db)
    assert answer.pieces[0].title == "a"
    reply = await as_staff.post(
        f"{PLACE}/evidence", withdraw=str(answer.pieces[0].id), version=str(answer.version)
    )
    assert reply.status_code == 422
    assert "Nothing else shows that it is met" in words_of(reply.text)
    assert await stored(db) == answer


async def test_another_agency_finds_no_such_file_and_the_public_is_asked_to_sign_in(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, visit: Callable[[], Visitor], db: Any
) -> None:
    await send(as_staff, file=("a.pdf", PDF))
    id = (await stored(db)).pieces[0].id
    other = visit()
    await other.sign_in(await person(db, "staff", "SXD"), PASSWORD)
    foreign, missing = [await other.http.get(f"/evidence/{number}") for number in (id, 999_999_999)]
    assert foreign.status_code == missing.status_code == 404
    without = [re.sub(r"/evidence/\d+|[0-9a-f]{16}", "", reply.text) for reply in (foreign, missing)]
    assert without[0] == without[1]
    assert (await as_planner.http.get(f"/evidence/{id}")).content == PDF
    stranger = await client.http.get(f"/evidence/{id}")
    assert stranger.status_code == 303
    assert "/sign-in" in stranger.headers["location"]


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("administrator", 403), ("planner", 200)])
async def test_each_role_reads_files_as_was_decided(
    as_staff: Visitor, visit: Callable[[], Visitor], db: Any, role: str, status: int
) -> None:
    await send(as_staff, file=("a.pdf", PDF))
    id = (await stored(db)).pieces[0].id
    who = visit()
    await who.sign_in(await person(db, role), PASSWORD)
    assert (await who.http.get(f"/evidence/{id}")).status_code == status


async def test_every_place_takes_evidence(
    as_staff: Visitor, as_planner: Visitor, content: Any, db: Any
) -> None:
    first = {criterion.scope: criterion.id for criterion in reversed(content.scheme.criteria)}
    platform, own = first["platform"], first["agency"]
    for who, place, criterion, target in (
        (as_planner, f"/en/platform/{platform}", platform, Target()),
        (as_planner, f"/en/platform/services/{CODE}/3.04", "3.04", Target(service=CODE)),
        (as_staff, f"/en/work/agency/{own}", own, Target("STP")),
        (as_staff, f"/en/work/{CODE}/3.05", "3.05", Target("STP", CODE)),
    ):
        reply = await send(who, place, file=("a.pdf", PDF))
        assert reply.status_code == 303, place
        answer = await stored(db, target, criterion)
        assert (answer.value, len(answer.pieces)) == ("met", 1), place
        assert (await as_staff.http.get(f"/evidence/{answer.pieces[0].id}")).content == PDF


async def test_staff_add_nothing_where_planners_answer(as_staff: Visitor, content: Any, db: Any) -> None:
    platform = next(c.id for c in content.scheme.criteria if c.scope == "platform")
    await as_staff.get(PLACE)
    fields = {"title": "T", "value": "met", "version": "0", "csrf": as_staff.csrf}
    for place in (f"/en/platform/{platform}", f"/en/work/{CODE}/{platform}"):
        files = {"file": ("a.pdf", PDF)}
        reply = await as_staff.http.post(f"{place}/evidence", data=fields, files=files)
        assert reply.status_code == 403, place
    assert await counts(db) == (0, 0)


async def test_changing_the_words_of_an_answer_keeps_its_evidence(as_staff: Visitor, db: Any) -> None:
    await send(as_staff, file=("a.pdf", PDF))
    kept = (await stored(db)).pieces
    assert (await met(as_staff, "3.03", justification="Other words")).status_code == 303
    assert (await met(as_staff, "3.03", justification="")).status_code == 303
    assert (await stored(db)).pieces == kept


async def test_a_download_that_is_not_what_was_stored_is_broken_off(
    as_staff: Visitor, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(as_staff, file=("a.pdf", PDF))
    id = (await stored(db)).pieces[0].id

    async def other(*_: object) -> bytes:
        return PDF.replace(b"Catalog", b"Katalog")

    monkeypatch.setattr(evidence_store, "read_chunk", other)
    with pytest.raises(LitestarException) as broken:
        await as_staff.http.get(f"/evidence/{id}")
    assert "not as it was stored" in repr(broken.value.__cause__)
