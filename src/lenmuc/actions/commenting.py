"""Saying something at a criterion, and taking it back."""

from lenmuc.actions.answering import must_exist
from lenmuc.core.answers import Identity, Target
from lenmuc.core.comments import comment_faults, may_comment
from lenmuc.core.errors import N_, NotFound, Refused
from lenmuc.core.text import clean_text
from lenmuc.store import audit as audit_store
from lenmuc.store import comments as comments_store
from lenmuc.store.comments import Comment
from lenmuc.store.database import Database


async def comment(db: Database, who: Identity, criterion: str, target: Target, text: str) -> int:
    """Store a comment; its number. Raises `NotFound` where one may not comment, or `Refused`."""
    text = clean_text(text)
    if not may_comment(who, target):
        raise NotFound(N_("There is no such service or agency."))
    faults = comment_faults(text)
    if faults:
        raise Refused(faults)
    async with db.transaction(who) as conn:
        await must_exist(conn, target)
        id = await comments_store.add_comment(conn, criterion, target, text, int(who.person))
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=target.agency,
            action="comment",
            target=f"{criterion} {target.scope} {target.service} {target.agency}".strip(),
            after={"comment": id, "text": text},
        )
    return id


async def take_back(db: Database, who: Identity, id: int) -> Comment:
    """Withdraw one's own comment; nothing is deleted. Raises `NotFound` for any other."""
    async with db.transaction(who) as conn:
        found = await comments_store.find_comment(conn, id) if 0 < id < 2**63 else None
        if found is None or not await comments_store.withdraw_comment(conn, id, int(who.person)):
            raise NotFound(N_("There is no such comment of yours."))
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=found.agency,
            action="comment withdrawn",
            target=f"comment {id}",
            before={"text": found.text},
        )
    return found
