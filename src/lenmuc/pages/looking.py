"""Findings of machines beside the answers of people, wherever a checklist is shown."""

from collections.abc import Mapping

import msgspec

from lenmuc.core.answers import Effective
from lenmuc.core.checks import Finding, Look, looks, why
from lenmuc.core.errors import Message
from lenmuc.store import findings as findings_store
from lenmuc.store.queries import Connection

Looks = dict[str, tuple[Look, ...]]


class Earlier(msgspec.Struct, frozen=True):
    """A finding that a later one has followed."""

    finding: Finding
    why: Message


async def looks_at(
    conn: Connection, found: Mapping[str, Effective], agency: str, service: str, criterion: str = ""
) -> Looks:
    """What machines found about the answers that count at a place, by criterion."""
    return looks(await findings_store.findings_reaching(conn, agency, service, criterion), found)


async def earlier_at(conn: Connection, agency: str, service: str, criterion: str) -> tuple[Earlier, ...]:
    """What machines found there before."""
    old = await findings_store.history_reaching(conn, agency, service, criterion)
    return tuple(Earlier(finding, why(finding)) for finding in old)


def differing(found: Looks) -> Looks:
    """Only the criteria where a machine and a person differ."""
    return {id: each for id, each in found.items() if any(look.differs for look in each)}
