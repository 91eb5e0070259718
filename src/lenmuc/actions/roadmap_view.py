"""A stored roadmap as people read it: opened once, kept for the next reader, written as a file."""

import asyncio
import gzip

import msgspec

from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.roadmap.gather import TRIPS_SAVED
from lenmuc.core.roadmap.input_words import Labels, set_by_hand
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.view import Names, RoadmapView, part_of, view_of
from lenmuc.exports.formats import Format
from lenmuc.exports.roadmap import RoadmapFile, Speaker
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.roadmaps import Roadmap, StoredPlan

_KEPT = 4  # a city's view takes tens of megabytes
NO_ROADMAP = N_("There is no such roadmap.")


class Views:
    """Finished roadmaps ready to be read. A finished plan never changes, so the last few opened are kept."""

    def __init__(self, db: Database, content: Content) -> None:
        self._db = db
        self._content = content
        self._kept: dict[int, RoadmapView] = {}
        self._turn = asyncio.Lock()

    async def open(self, who: Identity, id: int, agency: str = "") -> tuple[Roadmap, RoadmapView | None]:
        """The roadmap and, when it is ready, its view: of all of it or of one agency's part.

        Raises `NotFound` when there is none that `who` may see, or the agency has no part in it.
        """
        async with self._db.transaction(who, read_only=True) as conn:
            roadmap = await roadmaps_store.find_roadmap(conn, id)
        if roadmap is None:
            raise NotFound(NO_ROADMAP)
        view = await self._whole(who, roadmap) if roadmap.status == "ready" else None
        if view is None or not agency:
            return roadmap, view
        part = part_of(view, agency)
        if not part.lifts and not part.pools:
            raise NotFound(N_("This agency has no part in this roadmap."))
        return roadmap, part

    async def write(
        self, who: Identity, id: int, agency: str, format: Format, speaker: Speaker, *, published: bool
    ) -> bytes:
        """The roadmap, or one agency's part of it, as a file. Raises as `open` does, also while
        it is not ready.

        `published` asks for published roadmaps only, whoever asks.
        """
        roadmap, view = await self.open(who, id, agency)
        if view is None or (published and not roadmap.published):
            raise NotFound(NO_ROADMAP)
        async with self._db.transaction(who, read_only=True) as conn:
            stored = await roadmaps_store.read_files(conn, id)
            loaded = await catalogue_store.loaded_catalogue(conn)
        if stored is None:
            raise NotFound(NO_ROADMAP)
        named = loaded if loaded is not None and loaded.mapping else self._content.catalogue.place
        place = Words(named.name, named.name_en or named.name)
        return await asyncio.to_thread(self._write, roadmap, view, stored, place, format, speaker)

    def _write(
        self,
        roadmap: Roadmap,
        view: RoadmapView,
        stored: StoredPlan,
        place: Words,
        format: Format,
        speaker: Speaker,
    ) -> bytes:
        file = RoadmapFile(
            roadmap.name, roadmap.finished or roadmap.created, self.scheme_name(roadmap), view,
            assumptions(roadmap.settings, view.names),
            gzip.decompress(stored.problem), gzip.decompress(stored.solution), roadmap.agency, place,
        )  # fmt: skip
        return format.write(file, speaker)

    def scheme_name(self, roadmap: Roadmap) -> Words:
        """The checklist that the roadmap plans by."""
        scheme = self._content.schemes.get(roadmap.scheme)
        return scheme.name if scheme else Words(roadmap.scheme, roadmap.scheme)

    async def _whole(self, who: Identity, roadmap: Roadmap) -> RoadmapView | None:
        async with self._turn:  # two readers of a new roadmap: one works, the other waits
            view = self._kept.pop(roadmap.id, None)
            if view is None:
                async with self._db.transaction(who, read_only=True) as conn:
                    stored = await roadmaps_store.read_files(conn, roadmap.id)
                    names = await self._names(conn, roadmap.scheme)
                if stored is None or roadmap.summary is None:
                    return None
                view = await asyncio.to_thread(_read, stored, names, roadmap.summary)
            self._kept[roadmap.id] = view  # the newest stands last
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return view

    async def _names(self, conn: Connection, scheme: str) -> Names:
        criteria = self._content.schemes[scheme].criteria if scheme in self._content.schemes else ()
        services = await catalogue_store.all_services(conn)
        agencies = await catalogue_store.agency_names(conn)
        fields = await catalogue_store.all_fields(conn)
        return Names(
            {criterion.id: criterion.text for criterion in criteria},
            {each.code: Words(each.name, each.name_en or each.name) for each in services},
            {each.code: Words(each.name, each.name_en or each.name) for each in agencies},
            {each.code: Words(each.name, each.name_en or each.name) for each in fields},
        )


def _read(stored: StoredPlan, names: Names, summary: roadmaps_store.Summary) -> RoadmapView:
    problem = msgspec.json.decode(gzip.decompress(stored.problem), type=Problem)
    solution = msgspec.json.decode(gzip.decompress(stored.solution), type=Solution)
    return view_of(problem, solution, names, summary.offerings, summary.at_3_before, summary.at_4_before)


def assumptions(request: PlanRequest, names: Names) -> tuple[Message, ...]:
    """What the plan takes for granted, in sentences that belong to every reading of it."""
    return (
        Message(
            N_(
                "People: %(central)s person-days a quarter of the central team, %(body)s of each city body, "
                "%(ward)s of each ward or commune. Days that are left over may be used later, never earlier."
            ),
            {
                "central": _whole_number(request.central_days),
                "body": _whole_number(request.body_days),
                "ward": _whole_number(request.ward_days),
            },
        ),
        *set_by_hand(Labels(names.agencies, names.fields, names.criteria, names.services), request),
        Message(
            N_(
                "The person-days of each kind of work are estimates of ours, the same for every agency, "
                "unless planners or the agency itself have given theirs. Nobody has measured ours yet."
            )
        ),
        _what_counts(request),
        Message(
            N_(
                "Filings a year are illustrative figures: no public record gives them. "
                "They decide which services come first, so the order changes when real figures are entered."
            )
        ),
        Message(
            N_(
                "Work marked “to be confirmed” stands for a criterion that nobody has answered yet. "
                "Where it turns out to be met already, the plan becomes shorter."
            )
        ),
        Message(N_("A level does not rise because a date passes. It rises when evidence is shown.")),
    )


def _what_counts(request: PlanRequest) -> Message:
    """What the plan aims for; trips are counted beside it in any case."""
    if request.aim == "filings":
        return Message(
            N_(
                "What counts is filings: those of an offering count once for each level it is lifted to, in "
                "every quarter from then on."
            )
        )
    if request.aim == "offerings":
        return Message(
            N_(
                "What counts is offerings: each counts once for each level it is lifted to, in every quarter "
                "from then on, however many filings it has."
            )
        )
    trips = Message(
        N_(
            "What counts is trips saved: each filing saves %(three)s once its service is at level 3 and "
            "%(four)s more at level 4. That is an assumption of ours."
        ),
        {"three": _whole_number(TRIPS_SAVED[3]), "four": _whole_number(TRIPS_SAVED[4])},
    )
    if request.aim == "targets_first":
        return Message(N_("The targets come first. After them: %(trips)s"), {"trips": trips})
    return trips


def _whole_number(days: float) -> int | float:
    return int(days) if days == int(days) else days
