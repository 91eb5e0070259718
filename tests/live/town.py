"""A running site with what walks begin from, and what they have in common."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from lenmuc.core.quarters import before, quarter_of
from lenmuc.web.reviews import today
from tests.browser.keys import Keys
from tests.live.site import Browser, Site

Walk = Callable[[Keys, "Town"], Iterator[str]]
ANSWER = "main form:has(textarea[name=justification])"
SAVE = f"{ANSWER} button.button"


class Town:
    """A running site with what the walks begin from: services nobody has touched, checklists that wait."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.people = {
            "staff": site.person("staff", "STP"),
            "lead": site.person("lead", "STP"),
            "planner": site.person("planner"),
            "administrator": site.person("administrator"),
        }
        self.browsers = {who: Browser(site) for who in self.people}
        for who, browser in self.browsers.items():
            browser.sign_in(self.people[who])
        self.worked = self.untouched()
        self.answer("staff", self.worked, "3.05")

    def untouched(self) -> str:
        """The code of a service of the Department of Justice that nobody has answered for."""
        return self.site.own_service("STP", {"3.03", "3.05"}.issubset)

    def small_field(self) -> str:
        """The code of a field of few services at level 2: a page of fifty rows is a hundred stops for Tab."""
        listed = self.browsers["staff"].get("/api/v1/services?agency=STP&level=2&page_size=1").json()
        counts: dict[str, int] = listed["facets"]["field"]
        return min((field for field, count in counts.items() if count >= 8), key=lambda field: counts[field])

    def answer(self, who: str, code: str, criterion: str, words: str = "Đã vận hành trên cổng") -> None:
        """Somebody answers a criterion as met, without this browser."""
        browser = self.browsers[who]
        page = browser.get(f"/vi/work/{code}/{criterion}")
        browser.submit(page, f"/{code}/{criterion}", value="met", justification=words)

    def unfrozen(self) -> str:
        """The latest quarter that has ended, has no frozen briefing, and the one before has none either."""
        quarter, planner = before(quarter_of(today())), self.browsers["planner"]
        while "/freeze" not in planner.get(f"/vi/briefing/{quarter}").text:
            quarter = before(quarter)
        return quarter

    def ready(self) -> str:
        """The code of a service whose level 3 is answered and not submitted. A planner will review it: the
        one lead of the agency has an answer in it.
        """
        code = self.untouched()
        [found] = self.browsers["staff"].get(f"/api/v1/offerings?agency=STP&service={code}").json()["items"]
        missing = found["missing"]
        for criterion in missing[:-1]:
            self.answer("staff", code, criterion)
        self.answer("lead", code, missing[-1])
        return code

    def waiting(self) -> tuple[str, str]:
        """A checklist that waits for review: the code of its service, the address of its review."""
        code, staff = self.ready(), self.browsers["staff"]
        staff.submit(staff.get(f"/vi/work/{code}/submit"), f"/{code}/submit")
        listed = self.browsers["planner"].get("/vi/review").text.partition(f"<li>{code}</li>")
        assert listed[1], f"{code} does not wait"
        number = listed[0].rpartition("/vi/review/")[2].partition('"')[0]
        return code, f"/vi/review/{number}"


def new_words(text: str) -> str:
    """The text as nobody has said it yet: the same one from one address counts once a day."""
    return f"{text} ({secrets.token_hex(3)})"
