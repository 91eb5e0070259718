"""All data files, read once when the program starts."""

import msgspec

from lenmuc import paths
from lenmuc.content.catalogue import Catalogue, load_catalogue
from lenmuc.content.schemes import load_schemes
from lenmuc.core.checklists import Scheme

MAIN_SCHEME = "rs-2018"


class Content(msgspec.Struct, frozen=True):
    """What is published: the schemes by id, and the catalogue that the program starts with."""

    schemes: dict[str, Scheme]
    catalogue: Catalogue

    @property
    def scheme(self) -> Scheme:
        """The scheme that levels are computed by."""
        return self.schemes[MAIN_SCHEME]

    @property
    def kept(self) -> tuple[Scheme, ...]:
        """The schemes whose levels are stored for every offering, the main one first, then the later ones.

        What was no longer in force when the main scheme began is worked out when somebody asks for it
        (docs/decisions/0017).
        """
        main = self.scheme
        return (main, *(scheme for scheme in self.schemes.values() if scheme.valid_from > main.valid_from))


def load_content() -> Content:
    """Read and check every data file. Raises `ContentError` naming the file, the place and the remedy."""
    return Content(load_schemes(paths.assessments()), load_catalogue(paths.catalogue()))
