"""All data files, read once when the program starts."""

import msgspec

from lenmuc import paths
from lenmuc.content.catalogue import Catalogue, load_catalogue
from lenmuc.content.figures import load_figures
from lenmuc.content.guidance import load_guidance
from lenmuc.content.indices import load_indices
from lenmuc.content.once_only import OnceOnly, load_once_only
from lenmuc.content.points import FOLDER, load_points
from lenmuc.content.schemes import load_schemes
from lenmuc.content.targets import load_targets
from lenmuc.core.checklists import Guidance, Scheme
from lenmuc.core.figures import Figure
from lenmuc.core.indices import Indices
from lenmuc.core.points import PointSet
from lenmuc.core.programmes import LibraryTarget

MAIN_SCHEME = "rs-2018"
CLASSES = "rs-2026"


class Content(msgspec.Struct, frozen=True):
    """What is published: schemes, figures and a library of targets by id, the catalogue to start with,
    guidance by criterion id, which papers the state's databases hold, the indices that others publish,
    the points that registries answer.
    """

    schemes: dict[str, Scheme]
    catalogue: Catalogue
    guidance: dict[str, Guidance]
    figures: dict[str, Figure]
    once_only: OnceOnly
    indices: Indices
    targets: dict[str, LibraryTarget]
    points: dict[str, PointSet]

    @property
    def scheme(self) -> Scheme:
        """The scheme that levels are computed by."""
        return self.schemes[MAIN_SCHEME]

    @property
    def classes(self) -> Scheme:
        """The scheme whose levels are the classes of today's law: một phần, toàn trình."""
        return self.schemes[CLASSES]

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
    schemes = load_schemes(paths.assessments())
    criteria = {criterion.id: None for scheme in schemes.values() for criterion in scheme.criteria}
    guidance = load_guidance(paths.assessments() / "guidance", criteria)
    figures = load_figures(paths.assessments() / "figures", schemes)
    catalogue = load_catalogue(paths.catalogue())
    listed = frozenset(service.code for service in catalogue.services if service.papers is not None)
    once_only = load_once_only(paths.catalogue(), listed)
    indices = load_indices(paths.assessments() / "indices")
    targets = load_targets(paths.assessments() / "targets", figures)
    points = load_points(paths.assessments() / FOLDER, schemes)
    return Content(schemes, catalogue, guidance, figures, once_only, indices, targets, points)
