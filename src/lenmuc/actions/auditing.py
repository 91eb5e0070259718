"""The audit log checked from its first entry to its last."""

from lenmuc.core.answers import Identity
from lenmuc.core.chain import Break, Head, Verified, Walk
from lenmuc.core.deeds import Action
from lenmuc.store import audit as audit_store
from lenmuc.store.database import PROGRAM, Database

READER = Identity(role="auditor")  # reads every entry, writes none


async def head(db: Database) -> Head:
    """Where the chain ends now. Whoever keeps it elsewhere can show later that nothing was cut off."""
    async with db.transaction(READER, read_only=True) as conn:
        return await audit_store.head(conn)


async def verify(db: Database, noted: bytes = b"") -> Verified:
    """Walk along the whole chain; `noted` is a head that was kept elsewhere and has to be in it."""
    walk = Walk(noted)
    async with db.transaction(READER, read_only=True) as conn:
        ends = await audit_store.head(conn)
        async for link in audit_store.links(conn, max(ends.place, ends.last)):
            walk.step(link)
        beside = await audit_store.beside(conn)
    return walk.end(ends, *beside)


async def note(db: Database, found: Verified) -> None:
    """Write down in the log that it was checked, and what was found, for those who read it."""
    said_so: dict[str, object] = {"entries": found.links, "head": found.head.hex()}
    if found.first:
        said_so["fault"] = said(found.first)
    action: Action = "audit broken" if found.first else "audit verified"
    async with db.transaction(PROGRAM) as conn:
        await audit_store.record(conn, person=None, action=action, target="audit", after=said_so)


SAID = {
    "changed": "entry {entry} (place {place}) is not what was written: it, or its hash, was changed",
    "missing": "entry {entry} (place {place}) was taken out",
    "moved": "entry {entry} stands at place {place}, where another was written: the order was changed",
    "lost": "the link at place {place} was taken out",
    "cut": "the end was cut off: place {place} and those after it are gone",
    "beside": "entry {entry} was written beside the chain",
    "head": "the chain ends at place {place}, but the log names another end",
    "unknown head": "the head that you noted is not in the chain: its end was cut off or written anew",
}


def said(broken: Break) -> str:
    """What is wrong, as a sentence for the operator."""
    return SAID[broken.what].format(place=broken.place, entry=broken.entry)
