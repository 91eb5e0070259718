"""What the kinds of work are called."""

from collections.abc import Mapping
from typing import Final

from lenmuc.core.errors import N_

KINDS: Final[Mapping[str, str]] = {
    "portal": N_("Work on the portal"),
    "eform": N_("Interactive form"),
    "integration": N_("Connection of systems"),
    "process": N_("Process of the agency"),
    "payment": N_("Payment"),
    "data": N_("Data"),
    "legal": N_("Rules and decisions"),
    "training": N_("Training"),
    "content": N_("Content to write and publish"),
    "security": N_("Security"),
}
