"""A service for search engines: `GovernmentService` of schema.org, to stand inside its page."""

from collections.abc import Sequence

import msgspec

from lenmuc.core.services import Service
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.words import APPLICANTS, CHANNELS

_MOST = 20  # a ward service has 126 providers, which would be half of its page; CPSV-AP names them all


def government_service(
    at: Addresses, service: Service, agencies: Sequence[tuple[str, str]], about: str, language: str
) -> str:
    """The JSON-LD text, safe inside a `script` element; `agencies` are code and name of who offers it."""
    name = service.name if language == "vi" else service.name_en or service.name
    page = at.page(language, "services", service.code)
    said: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": at.service(service.code),
        "name": name,
        "identifier": service.code,
        "description": about,
        "url": page,
        "inLanguage": language,
    }
    if 0 < len(agencies) <= _MOST:
        said["provider"] = [
            {"@type": "GovernmentOrganization", "@id": at.agency(code), "name": called}
            for code, called in agencies
        ]
    if service.applicants:
        kinds = [APPLICANTS[a].in_(language) for a in service.applicants if a in APPLICANTS]
        said["audience"] = [{"@type": "Audience", "audienceType": kind} for kind in kinds]
    if service.channels:
        said["availableChannel"] = [
            {"@type": "ServiceChannel", "name": CHANNELS[channel].in_(language)}
            for channel in service.channels
            if channel in CHANNELS
        ]
    # Nothing in the text may end the element or begin a comment in it.
    text = msgspec.json.encode(said).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
