"""An answer for the portal that moves every offering, against the limit of 5 s: `make bench-wide`.

No shipped scheme lets a criterion of the portal decide a level, so each scheme here is changed to hang on one
such criterion (3.35) alone: the worst case there can be. Durable database; while it is saved, somebody else
asks for one offering every 10 ms in the same process.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from lenmuc.actions.answering import answer
from lenmuc.actions.loading import load
from lenmuc.content.everything import Content, load_content
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.core.checklists import Scheme
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import PROGRAM, PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.migrate import migrate

LIMIT = 5.0  # seconds
DECIDES = "3.35"
ROUNDS = 5


def hanging_on_one(scheme: Scheme) -> Scheme:
    """The scheme with one criterion that decides: that of the portal, at level 1."""
    return msgspec.structs.replace(
        scheme,
        criteria=tuple(
            msgspec.structs.replace(each, role="defines", level=1, not_applicable_when=(), met_when=())
            if each.id == DECIDES
            else msgspec.structs.replace(each, role="duty")
            for each in scheme.criteria
        ),
    )


async def waits(db: PooledDatabase, ended: asyncio.Event) -> list[float]:
    """Seconds of each read of one offering by somebody else, until `ended`."""
    found = []
    while not ended.is_set():
        begun = time.perf_counter()
        async with db.transaction(read_only=True) as conn:
            await offerings_store.offering_of(conn, "1.001193", "X00070")
        found.append(time.perf_counter() - begun)
        await asyncio.sleep(0.01)
    return found


async def main() -> None:
    """Load, save five times in turn met and not met, print."""
    content = load_content()
    schemes = {id: hanging_on_one(scheme) for id, scheme in content.schemes.items()}
    content = Content(schemes, *(getattr(content, name) for name in Content.__struct_fields__[1:]))
    say = sys.stdout.write
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "data") as server:
            await migrate(server.owner_dsn)
            db = PooledDatabase(server.app_dsn)
            await db.open()
            await load(db, content, say=lambda _: None)
            async with db.transaction(PROGRAM) as conn:
                person = await conn.fetchval(
                    "INSERT INTO person (email, name, role, password_hash)"
                    " VALUES ('p@lenmuc.example', 'P', 'planner', 'x') RETURNING id"
                )
            who = Identity("planner", str(person))
            times, others = [], []
            for version in range(ROUNDS):
                form = AnswerForm("not_met" if version % 2 else "met", "Measured", version=version)
                ended = asyncio.Event()
                asking = asyncio.create_task(waits(db, ended))
                begun = time.perf_counter()
                saved = await answer(db, content.kept, who, person, DECIDES, Target(), form)
                times.append(time.perf_counter() - begun)
                ended.set()
                others += await asking
                moved = [saved.moved.by(scheme) for scheme in content.kept]
                counts = ", ".join(f"{each.rose + each.fell:,}" for each in moved)
                say(f"{form.value}: {times[-1]:.2f} s; offerings moved by scheme: {counts}\n")
            await db.close()
    middle = statistics.median(times)
    p95 = statistics.quantiles(others, n=20)[-1]
    say(f"median {middle:.2f} s, {middle / LIMIT:.2f} of the limit; worst {max(times):.2f} s\n")
    longest = 1000 * max(others)
    say(f"others meanwhile: p95 {1000 * p95:.1f} ms, longest {longest:.0f} ms, {len(others)} reads\n")


if __name__ == "__main__":
    asyncio.run(main())
