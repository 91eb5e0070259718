"""Every document of linked data of three registries against the official shapes: `make check-linked-data`.

Each registry is brought into a database of its own. Its services are written 300 at a time, as Turtle and as
JSON-LD, exactly as `/data/services.ttl` and `.jsonld` write them; so are agencies, fields, sets of rules, the
data set and offerings. Both spellings must be one set of triples (there are no blank nodes), which must
keep the shapes of CPSV-AP and CCCEV. The whole catalogue is then written once and what is in it is counted
against the tables. A second argument takes so many services of each registry, evenly spread, instead of all.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pyshacl
import rdflib

from benchmarks.importing import FILES
from lenmuc.actions.importing import bring_in, mapping_named
from lenmuc.actions.loading import load
from lenmuc.content.everything import Content, load_content
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.dcat import dataset_nodes
from lenmuc.exports.open.rdf import document
from lenmuc.pages.open_data.graphs import graph, known_of, only
from lenmuc.pages.open_data.rows import ROWS, Source
from lenmuc.settings import Settings
from lenmuc.store import open_data
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.migrate import migrate
from lenmuc.web.reviews import today

AT_ONCE = 300
AT = Addresses("https://lenmuc.example.org")
SHAPES = ("3.2.0_shacl_cpsv-ap-SHACL.ttl", "CCCEV_2.1.0_shacl_cccev-ap-SHACL.ttl")
IN_TURTLE = {
    "services": re.compile(rb"> a cpsv:PublicService\b"),
    "offerings": re.compile(rb"> a schema:Offer\b"),
    "agencies": re.compile(rb"/data/agencies/[^>]+> a cv:PublicOrganisation\b"),
}
IN_JSON = {
    "services": re.compile(rb'"@type":\s*\[?\s*"cpsv:PublicService"'),
    "offerings": re.compile(rb'"@type":\s*\[?\s*"schema:Offer"'),
    "agencies": re.compile(rb'/data/agencies/[^"]+",\s*"@type":\s*\[?\s*"cv:PublicOrganisation"'),
}


class Faults(msgspec.Struct):
    """What was looked at, and what was wrong: in words, the first ones."""

    documents: int = 0
    triples: int = 0
    wrong: list[str] = []

    def check(self, name: str, turtle: bytes, json_ld: bytes, shapes: Sequence[rdflib.Graph]) -> None:
        """One document in both spellings."""
        one, other = rdflib.Graph().parse(data=turtle, format="turtle"), rdflib.Graph()
        other.parse(data=json_ld, format="json-ld")
        self.documents += 1
        self.triples += len(one)
        if set(one) != set(other):
            self.wrong.append(f"{name}: Turtle and JSON-LD differ in {len(set(one) ^ set(other))} triples")
        for each in shapes:
            fine, _, text = pyshacl.validate(one, shacl_graph=each)
            if not fine:
                self.wrong.append(f"{name}: {text[:1_500]}")


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    """All of a document."""
    return b"".join([piece async for piece in pieces])


async def counted(pieces: AsyncIterator[bytes], marks: dict[str, re.Pattern[bytes]]) -> Counter[str]:
    """How often each mark stands in a document of any size. A piece ends between two records."""
    found: Counter[str] = Counter()
    async for piece in pieces:
        for name, mark in marks.items():
            found[name] += len(mark.findall(piece))
    return found


async def look(db: PooledDatabase, content: Content, folder: Path, most: int) -> Faults:
    """Everything that is loaded."""
    faults = Faults()
    shapes = [rdflib.Graph().parse(folder / name) for name in SHAPES]
    source = Source(db, content, Settings(data=folder), AT, only(None))
    async with db.transaction(read_only=True) as conn:
        rows = await conn.fetch("SELECT code FROM service ORDER BY code")
        counts = await open_data.counts(conn)
    codes = [row["code"] for row in rows]
    codes = codes[:: max(1, len(codes) // most)] if most else codes
    for start in range(0, len(codes), AT_ONCE):
        some = msgspec.structs.replace(source, wanted=only(codes[start : start + AT_ONCE]))
        for name in ("services", "offerings"):
            texts = [await whole(graph(some, name, spelling)) for spelling in ("ttl", "jsonld")]
            faults.check(f"{name} from {codes[start]}", texts[0], texts[1], shapes)
    for name in ("agencies", "fields", "schemes"):
        texts = [await whole(graph(source, name, spelling)) for spelling in ("ttl", "jsonld")]
        faults.check(name, texts[0], texts[1], shapes)
    place = (await known_of(source)).place
    nodes = dataset_nodes(AT, place, None)
    faults.check("dcat", document(nodes, "ttl"), document(nodes, "jsonld"), shapes)
    expected = {name: getattr(counts, name) for name in IN_TURTLE}
    for spelling, marks in (("ttl", IN_TURTLE), ("jsonld", IN_JSON)):
        found = await counted(graph(source, "catalogue", spelling), marks)
        if dict(found) != expected:
            faults.wrong.append(f"catalogue.{spelling}: {dict(found)}, in the tables {expected}")
    for name in expected:
        lines = 0
        async for some_rows in ROWS[name](source):
            lines += len(some_rows)
        if lines != expected[name]:
            faults.wrong.append(f"{name}.csv: {lines} rows, in the table {expected[name]}")
    return faults


async def main(wanted: str, most: int) -> None:
    """Look at the registries that are there, and print."""
    data = Path(os.environ.get("LENMUC_SHARED", "../shared")) / "data"
    content, say = load_content(), sys.stdout.write
    failed = False
    for id, name in FILES.items():
        if not (data / name).is_file() or wanted not in ("all", id):
            say(f"{id}: left out ({data / name})\n")
            continue
        begun, mapping = time.perf_counter(), mapping_named(content, id)
        with tempfile.TemporaryDirectory() as folder:
            async with EmbeddedPostgres(Path(folder) / "data", durable=False) as server:
                await migrate(server.owner_dsn)
                db = PooledDatabase(server.app_dsn)
                await db.open()
                if mapping.place.code == content.catalogue.place.code:
                    await load(db, content, say=lambda _: None)
                await bring_in(db, content, mapping, [data / name], today())
                found = await look(db, content, data / "cpsv-ap", most)
                await db.close()
        say(
            f"{id}: {found.documents} documents, {found.triples:,} triples, {len(found.wrong)} faults, "
            f"{time.perf_counter() - begun:.0f} s\n"
        )
        for fault in found.wrong[:20]:
            say(f"  {fault}\n")
        failed |= bool(found.wrong)
    sys.exit(failed)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "all", int((sys.argv + ["0"] * 2)[2])))
