"""Who may use which route: the whole program against the table that was agreed, line by line.

`python -m tests.web.test_access_matrix` writes the table anew; look at the difference before committing it.
"""

import csv
import sys
from io import StringIO
from pathlib import Path
from typing import cast

from litestar import Litestar

from lenmuc.app import create_app
from lenmuc.content.everything import Content, load_content
from lenmuc.settings import Settings
from lenmuc.store.database import PooledDatabase
from lenmuc.web.access import ROLES, Needs

TABLE = Path(__file__).parent / "access_matrix.csv"
WHO = ("public", *ROLES)


def program(content: Content) -> Litestar:
    """Every route, without a database behind it."""
    gate = create_app(Settings(data=Path("unused")), PooledDatabase("postgresql://unused"), content)
    return cast(Litestar, gate.inner)


def matrix(app: Litestar) -> list[list[str]]:
    """Method, path, and yes or no for the public and each role; in the order of the paths."""
    found: list[list[str]] = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            guards = [guard for guard in handler.resolve_guards() if isinstance(guard, Needs)]
            for method in sorted(set(handler.http_methods) - {"OPTIONS"}):
                allowed = ["yes" if all(g.lets_in(role, method) for g in guards) else "no" for role in WHO]
                found.append([method, route.path, *allowed])
    return sorted(found, key=lambda row: (row[1], row[0]))


def written(rows: list[list[str]]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows([["method", "path", *WHO], *rows])
    return out.getvalue()


def test_every_route_lets_in_whom_the_table_names(content: Content) -> None:
    now, agreed = written(matrix(program(content))).splitlines(), TABLE.read_text().splitlines()
    assert [f"+ {line}" for line in now if line not in agreed] + [
        f"- {line}" for line in agreed if line not in now
    ] == []


def test_an_auditor_changes_nothing_but_the_own_account(content: Content) -> None:
    auditor = 2 + WHO.index("auditor")
    public = 2 + WHO.index("public")
    changes = [
        row for row in matrix(program(content)) if row[0] not in ("GET", "HEAD") and row[auditor] == "yes"
    ]
    assert [row[1] for row in changes if row[public] == "no" and "/account/" not in row[1]] == []


def test_a_lead_may_what_staff_may(content: Content) -> None:
    staff, lead = 2 + WHO.index("staff"), 2 + WHO.index("lead")
    assert [row for row in matrix(program(content)) if row[staff] == "yes" and row[lead] == "no"] == []


if __name__ == "__main__":
    TABLE.write_text(written(matrix(program(load_content()))))
    sys.stdout.write(f"{TABLE}\n")
