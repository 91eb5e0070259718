"""The words of imports: what a field of a mapping holds, where a mistake is, what becomes of a bad cell."""

import re

from lenmuc.core.errors import N_
from lenmuc.web.language import Language

FIELDS: dict[str, str] = {
    "code": N_("Code"),
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "ministry": N_("Published by"),
    "law_kind": N_("Kind by law"),
    "decision": N_("Decision"),
    "field": N_("Field"),
    "field_en": N_("Field in English"),
    "agency": N_("Code of the agency"),
    "agency_name": N_("Agency"),
    "agency_name_en": N_("Agency in English"),
    "tiers": N_("Tiers of government"),
    "applicants": N_("Who may apply"),
    "channels": N_("Ways to file"),
    "time_online": N_("Time, online"),
    "time_post": N_("Time, by post"),
    "time_in_person": N_("Time, in person"),
    "fee_online": N_("Fee, online"),
    "fee_post": N_("Fee, by post"),
    "fee_in_person": N_("Fee, in person"),
    "fee_amounts": N_("Amounts"),
    "papers": N_("Number of papers"),
    "forms": N_("Number of forms"),
    "result": N_("Result"),
    "has_steps": N_("Steps are described"),
    "has_conditions": N_("There are conditions"),
    "legal": N_("Legal basis"),
    "replaces": N_("Takes the place of"),
    "filings": N_("Applications a year"),
    "filings_online": N_("of these online"),
    "declared": N_("Declared level"),
    "valid_to": N_("In force until"),
    "blockers": N_("Obstacles by kind"),
    "obstacles": N_("Obstacles in the source's words"),
    "payment": N_("Ways to pay"),
    "online_from": N_("To be online from"),
}
KINDS = {
    "refused": N_("The row is left out"),
    "repaired": N_("The value is left unknown"),
}
_PLACES = (
    (re.compile(r"line (\d+)"), N_("line %(what)s")),
    (re.compile(r"key (.+)"), N_("key %(what)s")),
    (re.compile(r"byte (\d+)"), N_("byte %(what)s")),
)


def place_words(where: str, language: Language) -> str:
    """`line 12, key fields.code` in the language of the page."""
    said: list[str] = []
    for part in where.split(", "):
        hits = ((pattern.fullmatch(part), text) for pattern, text in _PLACES)
        said.append(next((language.gettext(text, what=hit[1]) for hit, text in hits if hit), part))
    return ", ".join(said)
