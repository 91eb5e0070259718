"""Every route declares who, whose rows, proof of origin, limits, log and sharing; docs/routes.md says it.

`python -m tests.web.test_declared` writes the page anew; look at the difference before committing it.
"""

import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from litestar import Litestar, get, post

from lenmuc.content.everything import Content, load_content
from lenmuc.core.deeds import Action
from lenmuc.core.throttle import Limit
from lenmuc.web.access import ROLES, anyone, needs
from lenmuc.web.declared import Declared, Undeclared, declarations, does, must_be_declared
from tests.web.test_access_matrix import program

PAGE = Path(__file__).parents[2] / "docs" / "routes.md"
HEAD = """# The routes, and what each declares

Made from the routes themselves by `python -m tests.web.test_declared`; a test compares. The program does not
start when a route leaves something out: who may use it, what a change leaves in the audit log, how often one
may change something without an account.

- **Who** comes in; others are sent to sign in (401) or refused (403).
- **Rows**: what they read and change there; row-level security holds to it.
- **Proof of origin**: every change must come from one of our own pages (`Origin`, `Sec-Fetch-Site`); whoever
  is signed in sends the token of the session with it.
- **Limit**: within so many seconds by address; signing in by e-mail address too, codes by person.
- **Audit log**: which entries a change may leave. Of reading nothing is kept.
- **Shared**: whose replies may be kept together, here and in shared caches. All others are `no-cache`, and
  `private, no-store` for whoever is signed in.
"""


def who(one: Declared) -> str:
    if not one.needs.roles:
        return "everybody"
    found = [role for role in ROLES if one.needs.lets_in(role, one.method)]
    return "signed in" if len(found) == len(ROLES) else ", ".join(found)


def limit(one: Limit) -> str:
    return f"{one.posts} in {one.seconds} s"


def written(app: Litestar) -> str:
    every = declarations(app)
    changes = [one for one in every if one.changes]
    reads = [one for one in every if not one.changes]
    return "\n".join([
        HEAD, f"## Changes ({len(changes)})", "",
        "| route | who | rows | proof of origin | limit | audit log |", "|---|---|---|---|---|---|",
        *(f"| {one.method} `{one.path}` | {who(one)} | {one.needs.rows} | {one.origin} "
          f"| {', '.join(map(limit, one.limits)) or '–'} "
          f"| {', '.join(one.does.actions) or f'nothing: {one.does.nothing}'} |" for one in changes),
        "", f"## Reads ({len(reads)})", "",
        "| route | who | rows | limit | shared |", "|---|---|---|---|---|",
        *(f"| `{one.path}` | {who(one)} | {one.needs.rows} "
          f"| {', '.join(map(limit, one.limits)) or '–'} | {one.kept} |" for one in reads), "",
    ])  # fmt: skip


def test_the_page_of_routes_says_what_they_declare(content: Content) -> None:
    assert PAGE.read_text(encoding="utf-8") == written(program(content)), "see the top of this file"


@get("/forgotten", sync_to_thread=False)
def open_to_whom() -> None: ...


@post("/silent", guards=[needs("planner")], sync_to_thread=False)
def unnoted() -> None: ...


@post("/flood", guards=[anyone], opt=does(nothing="for a test"), sync_to_thread=False)
def unlimited() -> None: ...


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (open_to_whom, "GET /forgotten does not say guards"),
        (unnoted, "POST /silent does not say opt=does"),
        (unlimited, "POST /flood does not say opt=does(…, limits=(…))"),
    ],
)
def test_a_route_that_leaves_something_out_stops_the_start_by_its_name(handler: Any, said: str) -> None:
    app = Litestar(route_handlers=[handler], logging_config=None, openapi_config=None)
    with pytest.raises(Undeclared) as told:
        must_be_declared(app)
    assert str(told.value).startswith(said)


def test_every_deed_of_the_log_is_declared_by_a_change_or_done_elsewhere(
    content: Content,
) -> None:
    declared = {action for one in declarations(program(content)) for action in one.does.actions}
    # By commands, and by the program in the background.
    elsewhere = {
        "audit broken", "audit verified", "backup checked", "backup damaged", "backup made",
        "figures checked", "figures differ", "password renewed",
    }  # fmt: skip
    assert set(get_args(Action)) - declared == elsewhere


def test_a_change_names_its_entries_or_the_reason_for_none() -> None:
    with pytest.raises(ValueError, match="say why"):
        does()


if __name__ == "__main__":
    PAGE.write_text(written(program(load_content())), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
