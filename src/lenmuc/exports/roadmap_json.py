"""A roadmap as JSON: its problem, as `lenmuc plan` reads it, and its solution."""

import msgspec

from lenmuc.exports.roadmap import RoadmapFile, Speaker


class RoadmapDocument(msgspec.Struct, frozen=True):
    """The file. `made` is when the solution was found."""

    name: str
    made: str
    scheme: str
    filings_illustrative: bool
    assumptions: tuple[str, ...]
    problem: msgspec.Raw
    solution: msgspec.Raw


def write_json(file: RoadmapFile, speaker: Speaker) -> bytes:
    """The bytes of the JSON file, UTF-8. The problem and the solution are the stored ones, byte for byte."""
    document = RoadmapDocument(
        name=file.name,
        made=file.made.isoformat(),
        scheme=speaker.pick(file.scheme),
        filings_illustrative=True,
        assumptions=tuple(speaker.message(each) for each in file.assumptions),
        problem=msgspec.Raw(file.problem),
        solution=msgspec.Raw(file.solution),
    )
    return msgspec.json.encode(document)
