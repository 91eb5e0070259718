"""The drill: backups of a site that is being worked on, each restored elsewhere and compared."""

import os
import re
import shutil
import time
from pathlib import Path

from tests.live.site import Browser, Site, command
from tests.live.test_kill import WRITERS, Writer, staff

# The short form runs with every test; `make drills` runs the long one.
DRILLS = int(os.environ.get("LENMUC_DRILLS", "1"))
# Seconds between the answers of each writer. In the short form, a few a second go on all the time.
PAUSE = 0.2 if DRILLS == 1 else 0.0


def told(printed: str) -> tuple[str, str]:
    """Fingerprint and head of the audit log."""
    found = re.search(r"^fingerprint +(\w{64})\naudit log +(\w{64}  \d+ entries)$", printed, re.M)
    assert found, printed
    return found[1], found[2]


def test_a_backup_under_load_is_restored_to_the_same_fingerprint(tmp_path: Path) -> None:
    restores: list[float] = []
    backups: list[float] = []
    with Site(tmp_path / "data") as site:
        browser = staff(site)
        offerings = browser.get("/api/v1/offerings?agency=STP&level=2&page_size=10").json()["items"]
        addresses = [f"/api/v1/offerings/{one['id']}/answers/3.05" for one in offerings[:WRITERS]]
        writers = [Writer(site, browser.http.cookies, browser.csrf, a, "", PAUSE) for a in addresses]
        for writer in writers:
            writer.start()
        heads = set()
        for drill in range(DRILLS):
            time.sleep(0.5)
            before = sum(writer.writes for writer in writers)
            file = tmp_path / f"{drill}.zip"
            began = time.monotonic()
            kept = told(command(site.data, "backup", str(file)))
            backups.append(time.monotonic() - began)
            during = sum(writer.writes for writer in writers) - before
            assert during > 0, "nobody worked during the backup"
            began = time.monotonic()
            target = tmp_path / f"restored-{drill}"
            assert told(command(target, "restore", str(file))) == kept
            restores.append(time.monotonic() - began)
            assert told(command(target, "backup", str(tmp_path / f"{drill}-again.zip"))) == kept
            assert "The audit log is whole" in command(target, "audit", "verify")
            heads.add(kept[1])
            if drill < DRILLS - 1:
                shutil.rmtree(target)
        assert len(heads) == DRILLS
        last = {writer._address: writer.acknowledged for writer in writers}
        site.kill()
        for writer in writers:
            writer.join(20)
    with Site(target, loaded=False) as restored:
        restored.people = site.people
        browser = Browser(restored)
        browser.sign_in(site.person("staff", "STP"))
        for address, newest in last.items():
            stored = browser.get(address).json()["justification"]
            assert 1 <= int(stored.split()[1]) <= int(newest.split()[1])
    print(
        f"\n{DRILLS} drills, {DRILLS} equal; {sum(writer.writes for writer in writers)} answers meanwhile; "
        f"backup {min(backups):.1f}-{max(backups):.1f} s, restore {min(restores):.1f}-{max(restores):.1f} s"
    )
