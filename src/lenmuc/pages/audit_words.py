"""The words of the audit log: each kind of deed as somebody did it, and each field that an entry keeps."""

from typing import Any

from lenmuc.core.corrections import REASONS
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_
from lenmuc.core.roadmap.input_words import AIMS
from lenmuc.pages.checklist import BLOCKER_WORDS

# Groups to filter by, each with its deeds, in the order in which they are offered.
GROUPS: dict[str, tuple[str, dict[Action, str]]] = {
    "answers": (
        N_("Answers and evidence"),
        {
            "answer": N_("Answered a criterion"),
            "evidence added": N_("Added evidence"),
            "evidence withdrawn": N_("Withdrew evidence"),
            "not applicable accepted": N_("Accepted that a criterion does not apply"),
            "not applicable declined": N_("Did not accept that a criterion does not apply"),
            "batch": N_("Answered many services at once"),
            "batch undone": N_("Took back a batch of answers"),
        },
    ),
    "reviews": (
        N_("Reviews"),
        {
            "review submitted": N_("Submitted a checklist for review"),
            "review withdrawn": N_("Withdrew a checklist from review"),
            "review returned": N_("Returned a checklist with remarks"),
            "review verified": N_("Verified a level"),
        },
    ),
    "work": (
        N_("Comments and assigned work"),
        {
            "comment": N_("Wrote a comment"),
            "comment withdrawn": N_("Took back a comment"),
            "assignment": N_("Assigned work"),
        },
    ),
    "voice": (
        N_("Reports by the public"),
        {
            "correction accepted": N_("Accepted a report by the public"),
            "correction refused": N_("Refused a report by the public"),
            "correction withdrawn": N_("Withdrew a report by the public"),
            "correction answered": N_("Answered a report by the public"),
        },
    ),
    "plans": (
        N_("Roadmaps"),
        {
            "roadmap": N_("Asked for a roadmap"),
            "publish": N_("Published a roadmap"),
            "withdraw": N_("Took a roadmap back from the public"),
            "scenario": N_("Kept or changed a scenario"),
            "approve": N_("Approved a roadmap"),
            "estimate": N_("Said what work takes"),
            "cancel": N_("Stopped computing a roadmap"),
        },
    ),
    "briefings": (
        N_("Briefings"),
        {
            "briefing frozen": N_("Froze a briefing"),
            "briefing corrected": N_("Corrected a briefing"),
            "briefing published": N_("Published a briefing"),
            "briefing withdrawn": N_("Took a briefing back from the public"),
        },
    ),
    "rounds": (
        N_("Assessment rounds"),
        {
            "round made": N_("Made an assessment round"),
            "round changed": N_("Changed an assessment round"),
            "round closed": N_("Closed an assessment round"),
            "round confirmed": N_("Confirmed answers as they are"),
        },
    ),
    "programmes": (
        N_("Programmes and tasks"),
        {
            "programme": N_("Set or changed a programme"),
            "programme published": N_("Showed a programme to the public"),
            "programme taken back": N_("Took a programme back from the public"),
            "target": N_("Set or changed a target"),
            "target withdrawn": N_("Withdrew a target"),
            "task": N_("Gave or changed a task"),
            "task withdrawn": N_("Withdrew a task"),
            "task reported": N_("Reported a task"),
            "task accepted": N_("Accepted a report"),
            "task returned": N_("Returned a report"),
        },
    ),
    "inspections": (
        N_("Inspections"),
        {
            "inspection planned": N_("Drew a plan of inspections"),
            "inspection visit": N_("Said what became of an inspection"),
            "inspection finding": N_("Wrote down what an inspection found"),
        },
    ),
    "checks": (
        N_("Automatic checks and mail"),
        {
            "check": N_("Started automatic checks"),
            "stop check": N_("Stopped automatic checks"),
            "test mail asked for": N_("Asked for a test mail"),
        },
    ),
    "sign-in": (
        N_("Signing in"),
        {
            "sign-in": N_("Signed in"),
            "sign-out": N_("Signed out"),
            "sign-in failed": N_("Tried to sign in and was not let in"),
            "sign-in code wrong": N_("Gave a wrong code of the second factor"),
            "session ended": N_("Ended a session of their own"),
            "other sessions ended": N_("Ended all other sessions of their own"),
        },
    ),
    "accounts": (
        N_("Accounts"),
        {
            "person created": N_("Made an account"),
            "person changed": N_("Changed an account"),
            "person deactivated": N_("Closed an account"),
            "person reactivated": N_("Opened an account again"),
            "password changed": N_("Changed their own password"),
            "password renewed": N_("The password of a demonstration account was renewed"),
            "password reset": N_("Gave a one-time password"),
            "second factor on": N_("Set up a second factor"),
            "second factor off": N_("Took away their own second factor"),
            "second factor reset": N_("Took away the second factor of an account"),
            "recovery codes renewed": N_("Renewed their recovery codes"),
            "provider linked": N_("Linked an account with the identity provider"),
            "provider unlinked": N_("Took away the link with the identity provider"),
        },
    ),
    "log": (
        N_("The log itself"),
        {
            "import sent": N_("Sent a registry in, to see what it would change"),
            "import dropped": N_("Dropped a registry that was sent in"),
            "import": N_("Brought a registry in"),
            "indices brought in": N_("Brought values of indices in"),
            "counts brought in": N_("Brought filings by quarter in"),
            "audit verified": N_("The log was checked and is whole"),
            "audit broken": N_("The log was checked and is NOT whole"),
        },
    ),
}
DEEDS: dict[str, str] = {action: words for _, deeds in GROUPS.values() for action, words in deeds.items()}

FIELDS: dict[str, str] = {
    "": N_("Value"),
    "value": N_("Answer"),
    "justification": N_("Justification"),
    "evidence": N_("Links"),
    "pieces": N_("Evidence"),
    "blocker": N_("Obstacle"),
    "decision": N_("Decision of the reviewer"),
    "decided": N_("Decided by"),
    "scheme": N_("Set of rules"),
    "state": N_("Status"),
    "level": N_("Level"),
    "rests_on": N_("Rests on the criteria"),
    "submitted_name": N_("Submitted by"),
    "submitted_at": N_("Submitted on"),
    "verified_name": N_("Verified by"),
    "verified_at": N_("Verified on"),
    "verified_until": N_("Verified until"),
    "verified_level": N_("Verified level"),
    "changed": N_("Changed on"),
    "changed_what": N_("What has changed"),
    "remarks": N_("Remarks"),
    "decisions": N_("Decisions"),
    "settled": N_("Remarks that are settled"),
    "kind": N_("How"),
    "rose": N_("Offerings that rose"),
    "fell": N_("Offerings that fell"),
    "answers": N_("Answers given"),
    "text": N_("Text"),
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "basis": N_("Legal basis"),
    "first_day": N_("First day"),
    "last_day": N_("Last day"),
    "counted": N_("Counted by"),
    "sense": N_("At least or at most"),
    "unit": N_("Counted in"),
    "amount": N_("How much of it"),
    "tier": N_("Tier"),
    "document": N_("Document that sets it"),
    "proof": N_("What proves it"),
    "link": N_("Link"),
    "first_quarter": N_("First quarter"),
    "quarters": N_("Number of quarters"),
    "central_days": N_("Person-days a quarter of the central team"),
    "body_days": N_("Person-days a quarter of each city body"),
    "ward_days": N_("Person-days a quarter of each ward or commune"),
    "teams": N_("Days of single teams"),
    "freezes": N_("Holidays and freezes"),
    "budget": N_("Budget"),
    "rules": N_("Work set by hand"),
    "goals": N_("Targets"),
    "aim": N_("What to aim for"),
    "follows": N_("Planned anew from roadmap"),
    "seconds": N_("Seconds to compute"),
    "agency": N_("Agency"),
    "service": N_("Service"),
    "links": N_("Links at most"),
    "visits": N_("Visits a quarter"),
    "controls": N_("Of these, without suspicion"),
    "most": N_("Visits a quarter at one agency, at most"),
    "seed": N_("Seed"),
    "day": N_("Day"),
    "holds": N_("Does it hold?"),
    "client": N_("Address of the device"),
    "why": N_("Reason"),
    "note": N_("Note"),
    "answer": N_("The agency's answer"),
    "days": N_("Person-days"),
    "cost": N_("Money, in dong"),
    "earliest": N_("Not before quarter"),
    "latest": N_("By quarter, at the latest"),
    "sessions": N_("Sessions"),
    "email": N_("E-mail address"),
    "role": N_("Role"),
    "active": N_("May sign in"),
    "entries": N_("Entries in the log"),
    "head": N_("Head of the chain"),
    "fault": N_("What is wrong"),
    "fingerprint": N_("Fingerprint (SHA-256)"),
    "rows": N_("Rows read"),
    "fresh": N_("New rows"),
    "changed_rows": N_("Changed rows"),
    "mapping": N_("Mapping"),
    "files": N_("Files"),
    "services_fresh": N_("New services"),
    "services_changed": N_("Changed services"),
    "services_unchanged": N_("Unchanged services"),
    "services_gone": N_("Services no longer listed"),
    "opens": N_("Opens on"),
    "due": N_("Last day"),
    "agencies": N_("Agencies that take part"),
    "confirmed": N_("Answers confirmed as they are"),
    "unseen": N_("Answers not confirmed"),
}
# Fields that hold no more than the number of a row or an id: they say nothing to a reader.
NUMBERS = frozenset({"comment", "person", "session", "by_provider", "figure", "library"})
# Fields that hold many things: how many is told; they themselves stand where the entry leads to.
MANY = frozenset({"answers", "teams", "freezes", "rules", "goals"})

_DECISIONS = {"accepted": N_("Accepted"), "declined": N_("Not accepted")}
_VALUES: dict[str, dict[Any, str]] = {
    "value": {
        "met": N_("Met"),
        "not_met": N_("Not met"),
        "not_applicable": N_("Does not apply"),
        "unknown": N_("Not known yet"),
    },
    "blocker": dict(BLOCKER_WORDS),
    "decision": dict(_DECISIONS),
    "decisions": dict(_DECISIONS),
    "state": {
        "draft": N_("Draft"),
        "submitted": N_("Waiting for review"),
        "returned": N_("Returned with remarks"),
        "verified": N_("Verified"),
        "waiting": N_("Waiting for moderation"),
        "accepted": N_("Shown in public"),
        "refused": N_("Refused"),
        "withdrawn": N_("Withdrawn"),
        "planned": N_("Not made yet"),
        "visited": N_("Visited"),
        "dropped": N_("Will not be made"),
    },
    "why": dict(REASONS),
    "changed_what": {
        "answer": N_("An answer"),
        "facts": N_("The record of the service"),
        "inspection": N_("An inspection"),
    },
    "kind": {
        "grid": N_("On the grid"),
        "copy": N_("Copied from another service"),
        "workbook": N_("By workbook"),
    },
    "role": {
        "staff": N_("Staff of an agency"),
        "lead": N_("Lead of an agency"),
        "planner": N_("Planner"),
        "administrator": N_("Administrator"),
        "auditor": N_("Auditor"),
    },
    "active": {True: N_("Yes"), False: N_("No")},
    "holds": {True: N_("Yes"), False: N_("No")},
    "aim": dict(AIMS),
    "counted": {"services": N_("By services"), "filings": N_("By filings")},
    "sense": {"at_least": N_("At least"), "at_most": N_("At most")},
    "unit": {"percent": N_("per cent"), "count": N_("a number")},
    "tier": {
        "ministry": N_("National bodies"),
        "province": N_("Bodies of the city"),
        "commune": N_("Wards and communes"),
    },
}


def value_words(field: str, value: Any) -> str:
    """The source sentence of a value that is a code, or an empty string for what is text or a number."""
    return _VALUES.get(field, {}).get(value, "") if isinstance(value, str | bool) else ""
