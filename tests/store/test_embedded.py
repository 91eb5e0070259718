"""The built-in PostgreSQL: who may run it, who may enter, what survives."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from lenmuc.store import embedded_child, embedded_files, embedded_user
from lenmuc.store.embedded import APP, OWNER, CannotStart, EmbeddedPostgres

LINUX_ROOT = sys.platform == "linux" and os.geteuid() == 0
as_root = pytest.mark.skipif(not LINUX_ROOT, reason="only root can become somebody else")
SOURCE = Path(embedded_child.__file__).parents[2]

APP_PROGRAM = """
import asyncio, sys
from pathlib import Path
from lenmuc.store.embedded import CannotStart, EmbeddedPostgres

async def main():
    try:
        async with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
            print(server.owner_dsn, server._user.way, flush=True)
            await asyncio.sleep(float(sys.argv[2]))
    except CannotStart as why:
        print("refused:", why, flush=True)

asyncio.run(main())
"""


def app(data: Path, seconds: float, *before: str) -> list[str]:
    return [*before, sys.executable, "-c", APP_PROGRAM, str(data), str(seconds)]


def run_app(data: Path, *before: str) -> str:
    done = subprocess.run(
        app(data, 0, *before),
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout + done.stderr


def start_app(data: Path) -> subprocess.Popen[str]:
    """A program that runs a server until it is killed; returns when the server answers."""
    program = subprocess.Popen(
        app(data, 60), env={**os.environ, "PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline().startswith("postgresql://")
    return program


def kill_app(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.wait()
    assert program.stdout is not None
    program.stdout.close()


async def one(dsn: str, sql: str) -> object:
    db = await asyncpg.connect(dsn)
    try:
        return await db.fetchval(sql)
    finally:
        await db.close()


async def comes_true(question: Callable[[], bool], patience: float = 15) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if question():
            return True
        await asyncio.sleep(0.05)
    return False


async def test_the_server_cannot_be_reached_over_the_network_and_its_folders_are_closed(
    postgres: EmbeddedPostgres,
):
    assert await one(postgres.owner_dsn, "SHOW listen_addresses") == ""
    for name in ("", "postgres", "run"):
        folder = postgres._layout.data / name
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert await one(postgres.app_dsn, "SELECT inet_server_addr()") is None


async def test_the_role_of_the_program_owns_nothing_and_cannot_pass_row_level_security(
    postgres: EmbeddedPostgres,
):
    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
    for dsn in (postgres.app_dsn, postgres.owner_dsn):
        assert await one(dsn, f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False
    assert await one(postgres.app_dsn, "SELECT current_user") == APP
    assert await one(postgres.owner_dsn, "SELECT current_user") == OWNER
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await one(postgres.app_dsn, "CREATE TABLE mine (a int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await one(postgres.app_dsn, "CREATE SCHEMA mine")


@pytest.mark.parametrize("made", ["17", "19"])
async def test_data_of_another_major_version_are_refused_with_the_way_over_and_left_as_they_are(
    tmp_path: Path, made: str
) -> None:
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text(f"{made}\n")
    (cluster / "pg_hba.conf").write_text("as it was")
    with pytest.raises(CannotStart) as refused:
        await EmbeddedPostgres(tmp_path).start()
    said = str(refused.value)
    assert f"are of PostgreSQL {made}, and this Lên Mức brings PostgreSQL 18." in said
    assert "lenmuc backup FILE" in said
    assert "lenmuc restore FILE" in said
    assert {path.name: path.read_text() for path in cluster.iterdir()} == {
        "PG_VERSION": f"{made}\n", "pg_hba.conf": "as it was"
    }  # fmt: skip


async def test_text_is_utf8_ordered_alike_everywhere_and_pages_have_checksums(postgres: EmbeddedPostgres):
    assert await one(postgres.app_dsn, "SHOW server_encoding") == "UTF8"
    assert await one(postgres.app_dsn, "SHOW data_checksums") == "on"
    asked = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()"
    assert await one(postgres.app_dsn, asked) == "bC.UTF-8"
    assert await one(postgres.app_dsn, "SELECT lower('ĐĂNG KÝ Ổ')") == "đăng ký ổ"


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path):
    async with EmbeddedPostgres(tmp_path / "data", durable=False) as server:
        await one(server.owner_dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    took = []
    for _ in range(5):  # one start is slow where the machine is busy
        began = time.monotonic()
        async with EmbeddedPostgres(tmp_path / "data", durable=False) as server:
            took.append(time.monotonic() - began)
            assert await one(server.owner_dsn, "SELECT n FROM kept") == 7
        if took[-1] < 1:
            break
    assert min(took) < 1, f"a second start took {min(took):.2f} s"
    await server.stop()
    with pytest.raises(RuntimeError):
        _ = server.app_dsn


async def test_a_second_program_joins_the_server_and_leaves_it_running(tmp_path: Path):
    async with EmbeddedPostgres(tmp_path / "data", durable=False) as first:
        async with EmbeddedPostgres(tmp_path / "data", durable=False) as second:
            assert second.pid is None
            assert second.app_dsn == first.app_dsn
        assert await one(first.app_dsn, "SELECT 1") == 1


async def test_a_killed_server_is_started_again(tmp_path: Path):
    heard: list[str] = []
    async with EmbeddedPostgres(tmp_path / "data", durable=False, say=heard.append) as server:
        await one(server.owner_dsn, "CREATE TABLE kept AS SELECT 7 AS n")
        for _ in range(3):
            killed = server.pid
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            assert await comes_true(
                lambda killed=killed: server.pid not in (None, killed) and is_ready(server)
            )
            assert await one(server.owner_dsn, "SELECT n FROM kept") == 7
    assert heard.count("The database is back.") >= 2


def is_ready(server: EmbeddedPostgres) -> bool:
    said = embedded_files.postmaster(server._layout)
    return said is not None and said.ready and said.pid == server.pid


async def test_the_server_ends_with_a_killed_program_and_the_next_start_finds_everything(tmp_path: Path):
    data = tmp_path / "data"
    for round_ in range(3):
        program = await asyncio.to_thread(start_app, data)
        kill_app(program)
        async with EmbeddedPostgres(data, durable=False) as server:
            await one(server.owner_dsn, "CREATE TABLE IF NOT EXISTS kept (n int)")
            await one(server.owner_dsn, "INSERT INTO kept VALUES (1)")
            assert await one(server.owner_dsn, "SELECT count(*) FROM kept") == round_ + 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
async def test_no_server_stays_behind_a_killed_program(tmp_path: Path):
    program = await asyncio.to_thread(start_app, tmp_path / "data")
    layout = embedded_files.Layout(tmp_path / "data")
    said = embedded_files.postmaster(layout)
    assert said is not None
    assert embedded_files.alive(layout, said.pid)
    kill_app(program)
    assert await comes_true(lambda: not embedded_files.alive(layout, said.pid))


async def test_a_number_of_another_process_in_the_pid_file_does_not_stop_us(tmp_path: Path):
    data = tmp_path / "data"
    async with EmbeddedPostgres(data, durable=False):
        pid_file = (data / "postgres" / "postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"]) as other:
        (data / "postgres" / "postmaster.pid").write_text(
            pid_file.replace(pid_file.split()[0], str(other.pid), 1)
        )
        async with EmbeddedPostgres(data, durable=False) as server:
            assert await one(server.app_dsn, "SELECT 1") == 1
        assert other.poll() is None
        other.kill()


async def test_a_first_start_that_was_cut_off_is_begun_anew(tmp_path: Path):
    data = tmp_path / "data"
    (data / "postgres.new" / "base").mkdir(parents=True)
    async with EmbeddedPostgres(data, durable=False) as server:
        assert await one(server.app_dsn, "SELECT 1") == 1


async def test_a_long_path_gets_its_socket_elsewhere_and_cleans_it_up(tmp_path: Path):
    data = tmp_path / ("a-long-name-" * 9)
    async with EmbeddedPostgres(data, durable=False) as server:
        folder = Path(server._sockets)
        assert folder.parent != data
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert await one(server.app_dsn, "SELECT 1") == 1
    assert not folder.exists()


async def test_pg_variables_of_the_environment_lead_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, value in {
        "PGPORT": "1",
        "PGHOST": "nowhere",
        "PGDATA": "/nowhere",
        "PGDATABASE": "nothing",
    }.items():
        monkeypatch.setenv(name, value)
    async with EmbeddedPostgres(tmp_path / "data", durable=False) as server:
        assert await one(server.app_dsn, "SELECT current_database()") == "lenmuc"


async def test_a_server_that_cannot_start_says_why(tmp_path: Path):
    data = tmp_path / "data"
    async with EmbeddedPostgres(data, durable=False):
        pass
    (data / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(CannotStart, match="pg_control"):
        await EmbeddedPostgres(data, durable=False).start()


@as_root
async def test_root_runs_the_server_as_somebody_else_and_loosens_no_folder(tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = [(path, path.stat().st_mode) for path in (closed, *closed.parents)]
    async with EmbeddedPostgres(closed / "data", durable=False) as server:
        assert server.pid is not None
        assert server_uid(server.pid) != 0
        assert await one(server.app_dsn, "SELECT 1") == 1
    assert [(path, path.stat().st_mode) for path in (closed, *closed.parents)] == before


def server_uid(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("Uid:")[2].split()[0])


@as_root
@pytest.mark.parametrize("way", embedded_child.WAYS)
async def test_each_way_for_root_works_alone(
    way: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    # The plain way needs folders that everybody may pass; the others are for those that only root may.
    top = (
        Path("/var/tmp" if way == "plain" else tmp_path_factory.mktemp("way")) / f"lenmuc-{way}-{os.getpid()}"
    )
    tried = [user for user in embedded_user._candidates(top, None) if user.way == way]
    monkeypatch.setattr(embedded_user, "_candidates", lambda *_: tried)
    try:
        server = EmbeddedPostgres(top, durable=False)
        try:
            await server.start()
        except CannotStart as closed:
            pytest.skip(f"this machine does not allow it: {closed}")
        assert await one(server.app_dsn, "SELECT current_user") == APP
        await server.stop()
    finally:
        shutil.rmtree(top, ignore_errors=True)


@as_root
async def test_root_after_an_ordinary_user_works_on_the_same_data_as_that_user(tmp_path: Path):
    somebody = pwd.getpwnam("daemon")
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    os.chown(data, somebody.pw_uid, somebody.pw_gid)
    for _ in range(2):
        async with EmbeddedPostgres(data, durable=False) as server:
            assert server.pid is not None
            assert server_uid(server.pid) == somebody.pw_uid
    assert {path.lstat().st_uid for path in (data / "postgres").rglob("*")} == {somebody.pw_uid}


@as_root
async def test_an_ordinary_user_after_root_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with EmbeddedPostgres(tmp_path / "data", durable=False):
        pass
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("daemon").pw_uid)
    with pytest.raises(CannotStart, match="LENMUC_DATA"):
        await EmbeddedPostgres(tmp_path / "data", durable=False).start()
