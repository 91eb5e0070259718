"""What several resources use: the words that stand for values, texts and counts."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Level = Annotated[int, Meta(ge=0, le=4)]
Place = Literal["platform", "agency", "service", "offering"]


class WordsOut(msgspec.Struct, frozen=True):
    """One text in both languages."""

    vi: Annotated[str, Meta(description="Vietnamese.")]
    en: Annotated[str, Meta(description="English.")]


class NamedOut(msgspec.Struct, frozen=True):
    """An agency, a service or a field of services, by its code and names."""

    code: Annotated[str, Meta(description="The code to ask for it with.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]


class LevelCountsOut(msgspec.Struct, frozen=True):
    """Offerings by assessed level. Exclusive: each is counted once, at its own level."""

    scheme: Annotated[str, Meta(description="The scheme whose criteria the levels were assessed by.")]
    total: Annotated[int, Meta(description="All offerings counted: the denominator of any share.")]
    level_0: Annotated[int, Meta(description="Offerings that do not reach level 1, or are not known to.")]
    level_1: Annotated[int, Meta(description="Offerings at level 1: information.")]
    level_2: Annotated[int, Meta(description="Offerings at level 2: forms to download.")]
    level_3: Annotated[int, Meta(description="Offerings at level 3: filed online.")]
    level_4: Annotated[int, Meta(description="Offerings at level 4: paid and returned online.")]
