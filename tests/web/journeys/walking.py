"""What a journey is: steps through the forms of the pages, and the names of the changes it makes."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import html5lib
import httpx

from tests.conftest import PASSWORD, Visitor, person
from tests.live.site import Form


class World:
    """The program behind a transport that tries each change in its own way first, and people who walk."""

    def __init__(self, db: Any, transport: Any) -> None:
        self.db = db
        self.transport = transport
        self._open: list[httpx.AsyncClient] = []

    async def visitor(self, role: str = "", agency: str = "") -> Visitor:
        """Somebody of this role, signed in; nobody in particular without one."""
        client = httpx.AsyncClient(transport=self.transport, base_url="http://127.0.0.1:8000")
        self._open.append(client)
        visitor = Visitor(client)
        if role:
            with self.calmly():
                await visitor.sign_in(await person(self.db, role, agency), PASSWORD)
        return visitor

    @contextmanager
    def calmly(self) -> Iterator[None]:
        """What happens inside is let through at once."""
        before, self.transport.calm = self.transport.calm, True
        yield
        self.transport.calm = before

    async def close(self) -> None:
        """Everybody leaves."""
        for client in self._open:
            await client.aclose()


class Journey(NamedTuple):
    """A walk, and the changes that it makes on its way."""

    walk: Callable[[World], Awaitable[None]]
    routes: frozenset[str]


JOURNEYS: list[Journey] = []


def takes(*routes: str) -> Callable[[Callable[[World], Awaitable[None]]], Callable[[World], Awaitable[None]]]:
    """This walk makes these changes: "METHOD path", as the access matrix spells it."""

    def note(walk: Callable[[World], Awaitable[None]]) -> Callable[[World], Awaitable[None]]:
        JOURNEYS.append(Journey(walk, frozenset(routes)))
        return walk

    return note


async def send(
    who: Visitor, page: str, action: str, file: tuple[str, bytes] | None = None, /, **typed: str
) -> httpx.Response:
    """Open a page, fill in the form whose address ends like this, send it; the reply."""
    return await fill(who, await who.get(page), action, file, **typed)


async def fill(
    who: Visitor,
    opened: httpx.Response,
    action: str,
    file: tuple[str, bytes] | None = None,
    /,
    **typed: str,
) -> httpx.Response:
    """The same on a page that is open."""
    tree = html5lib.parse(opened.text, namespaceHTMLElements=False)
    forms = [Form(each, str(opened.url)) for each in tree.iter("form")]
    form = next((f for f in forms if f.method == "post" and f.address.endswith(action)), None)
    assert form is not None, f"{opened.url} has no form for {action}, only {[f.address for f in forms]}"
    data = form.filled(typed)
    data.pop("once", None)  # who wants each change to be made anew, or twice, says so
    if file is None:
        return await who.http.post(form.address, data=data)
    return await who.http.post(form.address, data=data, files={"file": file})
