"""`lenmuc doctor` names what is wrong and what to do, and its exit code says whether anything is."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from lenmuc import doctor
from lenmuc.cli import main
from lenmuc.settings import MailSettings, ProviderSettings, Settings
from lenmuc.store.embedded import OWNER, EmbeddedPostgres

GIB = 1024**3


def set_(tmp_path: Path, **given: Any) -> Settings:
    return Settings(data=tmp_path, **given)


@pytest.mark.parametrize(("free", "state"), [(0.4, "wrong"), (1.5, "look"), (50, "ok")])
def test_the_disk(tmp_path: Path, free: float, state: str) -> None:
    assert doctor.disk(set_(tmp_path), lambda _: int(free * GIB)).state == state


def test_a_data_folder_that_others_may_enter_or_nobody_can_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    assert doctor.permissions(set_(tmp_path)).state == "look"
    tmp_path.chmod(0o700)
    assert doctor.permissions(set_(tmp_path)).state == "ok"
    assert doctor.permissions(set_(tmp_path / "new")).state == "ok"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert doctor.permissions(set_(tmp_path / "new")).state == "wrong"
    assert doctor.permissions(set_(tmp_path)).state == "wrong"


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        there = set_(tmp_path, port=taken.getsockname()[1])
        assert doctor.port(there).state == "look"
    assert doctor.port(there).state == "ok"


def test_passwords_in_the_clear(tmp_path: Path) -> None:
    assert doctor.address(set_(tmp_path)).state == "ok"
    assert doctor.address(set_(tmp_path, host="0.0.0.0")).state == "wrong"
    assert doctor.address(set_(tmp_path, url="https://a.example", https=False)).state == "wrong"
    assert doctor.address(set_(tmp_path, url="https://a.example", https=True)).state == "ok"


def test_memory_and_files_are_looked_at() -> None:
    assert doctor.memory().state in ("ok", "look")
    assert doctor.words().state == "ok"


def test_servers_that_do_not_answer(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = closed.getsockname()[1]
        post = MailSettings(security="smtp", host="127.0.0.1", port=nobody, sender="a@example.org")
        assert doctor.mail(set_(tmp_path, mail=post)).state == "wrong"
        name = f"http://127.0.0.1:{nobody}"
        other = ProviderSettings(issuer=name, client_id="a", client_secret="b", name="c")
        assert doctor.provider(set_(tmp_path, provider=other)).state == "wrong"
        assert doctor.certificate(set_(tmp_path, url=f"https://127.0.0.1:{nobody}")).state == "wrong"
    assert doctor.mail(set_(tmp_path)).state == doctor.provider(set_(tmp_path)).state == "ok"
    assert doctor.certificate(set_(tmp_path)).state == "ok"


def greeting(words: bytes) -> tuple[int, Callable[[], None]]:
    """A server that greets one client and answers all it says with 250; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = server.accept()
        with client:
            client.sendall(words)
            while said := client.recv(1000):
                client.sendall(b"221 ok\r\n" if b"QUIT" in said.upper() else b"250 ok\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def close() -> None:
        thread.join(5)
        server.close()

    return server.getsockname()[1], close


def test_a_mail_server_that_answers(tmp_path: Path) -> None:
    there, close = greeting(b"220 here\r\n")
    post = MailSettings(security="smtp", host="127.0.0.1", port=there, sender="a@example.org")
    assert doctor.mail(set_(tmp_path, mail=post)).state == "ok"
    close()


@pytest.mark.parametrize(("behind", "state"), [(0.5, "ok"), (-61, "wrong"), (3600, "wrong")])
def test_a_clock_that_differs_from_that_of_the_database(behind: float, state: str) -> None:
    assert doctor._clock_told(behind).state == state


def states(told: list[doctor.Told]) -> dict[str, str]:
    return {one.what: one.state for one in told}


async def test_the_database_inside(postgres: EmbeddedPostgres) -> None:
    found = states(await doctor._look_inside(postgres.owner_dsn))
    assert found == {"PostgreSQL": "ok", "clock": "ok", "tables": "ok"}
    admin = await asyncpg.connect(postgres.dsn("postgres", "postgres"))
    await admin.execute(f"CREATE DATABASE sick OWNER {OWNER}")
    try:
        assert states(await doctor._look_inside(postgres.dsn(OWNER, "sick")))["tables"] == "look"
        db = await asyncpg.connect(postgres.dsn(OWNER, "sick"))
        await db.execute("CREATE TABLE migration (name text, sha256 text)")
        assert states(await doctor._look_inside(postgres.dsn(OWNER, "sick")))["tables"] == "look"
        await db.execute("INSERT INTO migration VALUES ('0999_newer.sql', '')")
        await db.close()
        assert states(await doctor._look_inside(postgres.dsn(OWNER, "sick")))["tables"] == "wrong"
    finally:
        await admin.execute("DROP DATABASE sick WITH (FORCE)")
        await admin.close()


async def test_a_database_that_is_away_or_not_yet_made(tmp_path: Path) -> None:
    away = set_(tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    assert states(await doctor.database(away)) == {"database": "wrong"}
    assert states(await doctor.database(set_(tmp_path))) == {"database": "look"}


def test_the_exit_code_and_a_remedy_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []
    env = {"LENMUC_DATA": str(tmp_path / "data"), "LENMUC_HOST": "0.0.0.0", "LENMUC_PORT": "0"}
    assert not doctor.report({**env, "LENMUC_PORT": "x"}, lines.append)
    assert "LENMUC_PORT" in "".join(lines)
    monkeypatch.setenv("LENMUC_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LENMUC_HOST", "0.0.0.0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    assert ended.value.code == 1
    said = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(said) if line.startswith("wrong  address"))
    assert "→ Put a server with a certificate in front" in said[at + 1]
