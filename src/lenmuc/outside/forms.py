"""Whether a file that came is a form to fill in, as a finding."""

import msgspec

from lenmuc.contained import run_contained
from lenmuc.core.checks import Seen
from lenmuc.core.errors import N_
from lenmuc.outside import form_child
from lenmuc.outside.form_child import Form

# A printed form can be filled in by hand, but the law means a file: Circular 32/2017 Art. 5.2.
SAID = {
    "pdf-form": ("passed", N_("It is a PDF to fill in; fields: %(fields)s.")),
    "pdf-flat": ("failed", N_("It is a PDF without fields: it can be printed, not filled in on a screen.")),
    "pdf-locked": ("inconclusive", N_("It is a PDF with a password, so nobody can look into it.")),
    "pdf-xfa": ("inconclusive", N_("It is a PDF form of a kind that few programs open (XFA).")),
    "word": ("passed", N_("It is a text file that can be filled in; fields: %(fields)s.")),
    "word-locked": ("failed", N_("It is a text file that is protected against every change.")),
    "word-picture": ("failed", N_("It is a text file without text, such as a scanned picture of the form.")),
    "old-word": ("passed", N_("It is a text file in the old Word format, which can be filled in.")),
    "rtf": ("passed", N_("It is a text file (RTF) that can be filled in.")),
    "sheet": ("passed", N_("It is a table that can be filled in.")),
    "picture": ("failed", N_("It is a picture: it can be printed, not filled in on a screen.")),
    "page": ("inconclusive", N_("The link leads to a web page, not to the file of the form itself.")),
    "empty": ("failed", N_("The file is empty.")),
    "broken": ("inconclusive", N_("The file could not be read.")),
    "other": ("inconclusive", N_("It is a file of another kind; a person has to look.")),
}


async def look_at_form(file: bytes) -> Seen:
    """Look into the file in a process with limits; what cannot be read is inconclusive."""
    out = await run_contained(form_child.__name__, file)
    try:
        form = msgspec.json.decode(out, type=Form) if out is not None else Form("broken")
    except msgspec.DecodeError:
        form = Form("broken")
    result, said = SAID[form.kind]
    return Seen(result, said, {"fields": form.fields} if "%(fields)s" in said else {})
