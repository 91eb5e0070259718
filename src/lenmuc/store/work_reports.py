"""What people say of planned work: the newest version of an item counts, the others are its history."""

from lenmuc.core.roadmap.reports import Report
from lenmuc.store.queries import Connection, queries

Q = queries("work_reports")


async def add_report(conn: Connection, said: Report, person: int) -> bool:
    """Store a version of a report; false when there is one with this number already."""
    added = await Q.run(
        conn, "add_report", said.item, said.team, said.version, said.says, said.cause, said.text,
        said.roadmap, said.due, person,
    )  # fmt: skip
    return added == 1


async def current_reports(conn: Connection, team: str | None = None) -> list[Report]:
    """The newest version of each item, everywhere that one may see, or of one team's work."""
    return await Q.all(conn, "current_reports", Report, team)


async def history_of_reports(conn: Connection, item: str) -> list[Report]:
    """Every version for one item, the newest first."""
    return await Q.all(conn, "history_of_reports", Report, item)
