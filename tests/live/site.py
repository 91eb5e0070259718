"""The real program in processes of its own, as `make run` starts it, for tests that need the whole."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urljoin
from xml.etree import ElementTree

import html5lib
import httpx

from lenmuc.store.embedded_files import Layout
from tests.made import copy_city

PATIENCE = float(os.environ.get("LENMUC_PATIENCE", "60"))  # seconds for a start; more on a busy machine
NAMED = {"1.013852", "2.000823"}  # services that a test here asks for by name


class Account(NamedTuple):
    """One of the people that a demonstration makes, as it prints them."""

    role: str
    agency: str
    email: str
    password: str


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def command(data: Path, *arguments: str) -> str:
    """What a command of ours prints on this data folder; it has to succeed."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("LENMUC_", "PG", "DATABASE"))}
    done = subprocess.run(
        [sys.executable, "-m", "lenmuc", *arguments],
        env={**environment, "LENMUC_DATA": str(data)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


class Site:
    """`lenmuc demo` on a folder of its own. `start` and `kill` may alternate; the people stay known.

    `loaded` gives it the city beforehand, so that it starts in a second; otherwise it loads everything.
    `settings` are further variables of its environment.
    """

    def __init__(self, data: Path, *, loaded: bool = True, **settings: str) -> None:
        if loaded:
            copy_city(data)
        self.data = data
        self.settings = settings
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self.people: list[Account] = []
        self.open_windows: list[httpx.Client] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._taken = set(NAMED)

    @property
    def pid(self) -> int:
        """The number of the process of the program."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        for window in self.open_windows:
            window.close()
        if self._process is not None and self._process.poll() is None:
            self.stop()

    def start(self, tree: Path | None = None) -> float:
        """Start and wait until the catalogue is served; the seconds it took.

        `tree` is the folder of another version of the program, to start that one instead.
        """
        begun = time.monotonic()
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("LENMUC_", "PG"))
        }
        environment["LENMUC_API_READS"] = "1000000"  # all that is tried comes from one address
        environment["LENMUC_PUBLIC_LAG"] = "0"  # what was written is looked for at once
        environment |= {"LENMUC_DATA": str(self.data), "LENMUC_PORT": str(self.port), **self.settings}
        environment.pop("DATABASE_URL", None)
        if tree is not None:
            environment["PYTHONPATH"] = str(tree / "src")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lenmuc", "demo"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True,
            )  # fmt: skip
        self.wait()
        told = re.findall(
            r"^ +[\d.]+ s +(staff|lead|planner|administrator|auditor) +(\w*) +(\S+@\S+) +(\S+)$",
            self.log.read_text(),
            re.M,
        )
        self.people = [Account(*person) for person in told] or self.people
        return time.monotonic() - begun

    def wait(self) -> None:
        """Until it is ready."""
        begun = time.monotonic()
        assert self._process is not None
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - begun > PATIENCE:
                raise AssertionError(f"the program is not ready:\n{self.log.read_text()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        # A plain connection: a new client of httpx costs more than the site's whole answer.
        asked = HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.closing(asked), contextlib.suppress(OSError, HTTPException):
            asked.request("GET", "/readyz")
            return asked.getresponse().status == 200
        return False

    def person(self, role: str, agency: str = "") -> Account:
        """The demonstration's person of this role (and agency)."""
        return next(person for person in self.people if person.role == role and person.agency == agency)

    def own_service(
        self, agency: str, wanted: Callable[[tuple[str, ...]], bool] = lambda missing: True
    ) -> str:
        """The code of a service of this agency at level 2 that no other test on this site is given.

        `wanted` is asked about what each lacks for level 3.
        """
        address = f"{self.address}/api/v1/offerings?agency={agency}&level=2&page_size=200"
        listed = httpx.get(address, timeout=20)
        for one in listed.json()["items"]:
            code = str(one["service"]["code"])
            if code not in self._taken and wanted(tuple(one["missing"])):
                self._taken.add(code)
                return code
        raise AssertionError(f"{agency} has no such service at level 2 that nobody has taken")

    def kill(self, what: str = "both") -> None:
        """kill -9 of the `program`, of its `database`, or of both at once."""
        assert self._process is not None
        postmaster = Layout(self.data).cluster / "postmaster.pid"
        number = postmaster.read_text().split("\n", 1)[0] if postmaster.exists() else ""
        if what != "database":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        if what != "program":
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(number), signal.SIGKILL)
        if what != "database":
            self._process.wait(10)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop as Ctrl-C does; its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(30)


class Field:
    """A field of a form as it would be sent; `id` tells fields of the same name apart."""

    def __init__(self, id: str, name: str, value: str) -> None:
        self.id = id
        self.name = name
        self.value = value


class Form:
    """A form of a page: where it goes, what its fields hold before anybody types, what can be chosen."""

    def __init__(self, element: ElementTree.Element, page: str) -> None:
        self.address = urljoin(page, element.get("action") or page)
        self.method = (element.get("method") or "get").lower()
        self.fields: list[Field] = []
        self.offered: set[str] = set()
        for each in element.iter():
            name, kind = each.get("name"), each.get("type", "text")
            if not name:
                continue
            if each.tag == "button" or kind in ("radio", "checkbox", "submit"):
                self.offered.add(name)
            if each.tag == "button" or kind in ("submit", "file"):
                continue
            if kind in ("radio", "checkbox") and each.get("checked") is None:
                continue
            self.fields.append(Field(each.get("id") or name, name, _held(each)))

    def filled(self, typed: dict[str, str]) -> dict[str, list[str]]:
        """What is sent when somebody types: a key is the id of a field, or the name of one or of a choice."""
        for key, value in typed.items():
            meant = [field for field in self.fields if field.id == key] or [
                field for field in self.fields if field.name == key
            ]
            assert meant or key in self.offered, f"the form has no field {key}"
            for field in meant:
                field.value = value
            if not meant:
                self.fields.append(Field(key, key, value))
        sent: dict[str, list[str]] = {}
        for field in self.fields:
            sent.setdefault(field.name, []).append(field.value)
        return sent


def _held(field: ElementTree.Element) -> str:
    if field.tag == "textarea":
        return (field.text or "").removeprefix("\n")
    if field.tag == "select":
        options = list(field.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        return (chosen[0].get("value") or "") if chosen else ""
    return field.get("value") or ""


class Browser:
    """A person at the site without JavaScript: keeps the cookie, fills in the forms that pages show."""

    def __init__(self, site: Site) -> None:
        self.http = httpx.Client(base_url=site.address, timeout=60, follow_redirects=True, verify=False)
        site.open_windows.append(self.http)

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.http.get(path)

    def submit(self, page: httpx.Response, action: str, **typed: str) -> httpx.Response:
        """Fill in the form of `page` whose address holds `action`, and send it."""
        tree = html5lib.parse(page.text, namespaceHTMLElements=False)
        forms = [Form(element, str(page.url)) for element in tree.iter("form")]
        form = next((form for form in forms if action in form.address and form.method == "post"), None)
        assert form is not None, f"{page.url} has no form for {action}, only {[f.address for f in forms]}"
        headers = {"Origin": str(self.http.base_url).rstrip("/")}
        return self.http.post(form.address, data=form.filled(typed), headers=headers)

    def sign_in(self, person: Account) -> httpx.Response:
        """Sign in; the page that follows."""
        page = self.submit(self.get("/vi/sign-in"), "/sign-in", email=person.email, password=person.password)
        assert page.status_code == 200, page.text
        return page

    @property
    def csrf(self) -> str:
        """The token of the session, as any page of a signed-in person carries it."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/vi/").text)
        assert found, "nobody is signed in"
        return found[1]
