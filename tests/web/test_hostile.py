"""Hostile texts in every place of every request, as each role: no failure of ours, nothing comes back alive.

A part of the places in the suite; `make hostile` sends more than twenty thousand texts.
"""

import os
import re
import zlib
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any

import httpx
import pytest
from litestar.params import QueryParameter

from tests.conftest import Stage
from tests.pages.test_agency import CODE
from tests.web.hostile import EachTextIsHostile, Judge
from tests.web.hostile_strings import KINDS, hostile
from tests.web.journeys import JOURNEYS, Journey
from tests.web.journeys.walking import World
from tests.web.test_access_matrix import WHO, matrix

SHARE = float(os.environ.get("LENMUC_HOSTILE", "0.15"))
JUDGE = Judge(SHARE)
AT_LEAST = 20_000
VALUES = {
    "lang": "vi",
    "code": CODE,
    "criterion": "3.03",
    "agency": "STP",
    "scheme": "rs-2018",
    "quarter": "2026Q3",
    "name": "x",
    "id": "1",
    "plan": "1",
    "target": "1",
    "task": "1",
    "deed": "publish",
}
ALSO_READ = (
    f"/vi/services/{CODE}?agency=STP",
    f"/vi/work/{CODE}",
    "/vi/desk",
    "/vi/audit",
    "/vi/voice",
    "/vi/corrections",
    f"/data/services/{CODE}/changes.atom",
    "/data/agencies/STP/changes.atom",
    "/en/programmes",
    "/vi/review",
)


@pytest.fixture
async def world(program: Any, stage: Stage, db: Any, connection: Any) -> AsyncIterator[World]:
    made = World(db, EachTextIsHostile(program, connection, JUDGE, ALSO_READ))
    stage.now = db
    yield made
    await made.close()
    stage.now = None


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.walk.__name__)
async def test_no_text_of_a_change_breaks_or_comes_back_alive(journey: Journey, world: World) -> None:
    await journey.walk(world)
    assert world.transport.done
    assert world.transport.faults == []


def queries(program: Any) -> dict[str, list[str]]:
    """By the path of each route that reads: the names of its parameters after the question mark."""
    found: dict[str, list[str]] = {}
    for route in program.inner.routes:
        for handler in getattr(route, "route_handlers", []):
            if "GET" in handler.http_methods:
                found[route.path] = [
                    parameter.kwarg_definition.name or name
                    for name, parameter in handler.parsed_fn_signature.parameters.items()
                    if isinstance(parameter.kwarg_definition, QueryParameter)
                ]
    return found


@pytest.mark.parametrize("role", WHO)
async def test_no_text_of_an_address_breaks_or_comes_back_alive(
    role: str, world: World, program: Any
) -> None:
    agency = "STP" if role in ("staff", "lead") else ""
    visitor = await world.visitor("" if role == "public" else role, agency)
    asked = queries(program)
    for method, path, *allowed in matrix(program.inner):
        if method != "GET" or allowed[WHO.index(role)] == "no":
            continue
        # In the short form each role has its share of the routes.
        if SHARE < 1 and zlib.crc32(path.encode()) % len(WHO) != WHO.index(role):
            continue
        address = re.sub(r"\{(\w+):\w+\}", lambda found: VALUES.get(found[1], "1"), path)
        filled = "&".join(f"{name}=" for name in asked[path])
        plain = visitor.http.build_request("GET", f"{address}?{filled}" if filled else address)
        plain.headers["cookie"] = "; ".join(f"{n}={v}" for n, v in visitor.http.cookies.items())
        await world.transport.attack(plain, b"")
    assert world.transport.faults == []


def test_as_many_texts_were_sent_as_promised() -> None:
    sent = JUDGE.sent
    print(
        f"\n{sent.total()} hostile texts, {len(sent)} of them different; {JUDGE.read_back} stored and read; "
        f"replies {dict(sorted(JUDGE.statuses.items()))}; the slowest {sorted(JUDGE.seconds)[-3:]}"
    )
    assert len(sent) >= (AT_LEAST if SHARE > 1 else 100)


BROKEN = {
    "a failure of ours": httpx.Response(500),
    "a header of the sender's": httpx.Response(200, headers={"x-zq": "1"}),
    "a way out": httpx.Response(303, headers={"location": "//zq.example/"}),
    "a tag": httpx.Response(200, html="<p>Lan <zq></p>"),
    "an attribute": httpx.Response(200, html='<input value="Lan" onfocus=zq() autofocus x="">'),
    "a link that runs": httpx.Response(200, html="<a href='JavaScript:zq()'>x</a>"),
    "a picture": httpx.Response(200, headers={"content-type": "image/svg+xml"}, text="<text><zq></text>"),
    "no JSON": httpx.Response(200, headers={"content-type": "application/json"}, text='{"a": "\x01"}'),
    "a formula": httpx.Response(200, headers={"content-type": "text/csv"}, text='a,b\r\n1,"\t=1+zq"\r\n'),
    "a template that ran": httpx.Response(200, text="9801547"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_reply_in_which_a_text_works_is_found(kind: str) -> None:
    with pytest.raises(AssertionError):
        Judge(1).look(BROKEN[kind], kind)


def test_what_is_packed_is_not_read_as_text() -> None:
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    Judge(1).look(
        httpx.Response(200, headers={"content-type": workbook}, content=b"PK\xd5<zq>"), "a workbook"
    )


def test_every_kind_of_text_is_made_and_comes_again_from_the_same_seed() -> None:
    first, again = (list(islice(hostile(7), 10 * len(KINDS))) for _ in range(2))
    assert first == again
    assert {text.kind for text in first} == set(KINDS)
