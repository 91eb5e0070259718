"""`lenmuc doctor`: what is wrong with this installation, and what to do about each."""

import asyncio
import os
import resource
import smtplib
import socket
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import msgspec

from lenmuc import __version__, paths
from lenmuc.actions.provider import Provider
from lenmuc.actions.provider_token import ProviderFailed
from lenmuc.actions.provider_wire import TooLong
from lenmuc.content.errors import ContentError
from lenmuc.content.everything import load_content
from lenmuc.settings import LANGUAGES, BadSetting, Settings
from lenmuc.store import embedded_files, migrate
from lenmuc.store.embedded import CannotStart, EmbeddedPostgres
from lenmuc.web.watching import free_bytes

_MIB = 1024**2
_MEMORY_MIB = 1_024
_BUILT = 1_793_000_000.0  # seconds since 1970: October 2026
_SECONDS = 5.0
"""How long an answer from elsewhere is waited for."""


class Told(msgspec.Struct, frozen=True):
    """One thing looked at. `state`: ok, look (works, but think of it) or wrong; `do` says what to do."""

    what: str
    state: str
    found: str
    do: str = ""


def ok(what: str, found: str) -> Told:
    """All is well."""
    return Told(what, "ok", found)


def look(what: str, found: str, do: str) -> Told:
    """It works; somebody should know."""
    return Told(what, "look", found, do)


def wrong(what: str, found: str, do: str) -> Told:
    """It does not work, or will stop working."""
    return Told(what, "wrong", found, do)


def disk(settings: Settings, free: Callable[[Path], int] = free_bytes) -> Told:
    """Room for the data."""
    left, floor = free(settings.data) // _MIB, settings.disk_floor_mib
    if left < floor:
        return wrong(
            "disk", f"{left} MiB are free at {settings.data}; below {floor} MiB nothing is saved",
            "Make room, or move the data: stop, copy the folder, and set LENMUC_DATA.",
        )  # fmt: skip
    if left < 4 * max(floor, 512):
        return look("disk", f"{left} MiB are free at {settings.data}", "Make room before it gets tight.")
    return ok("disk", f"{left // 1024} GiB are free at {settings.data}")


def permissions(settings: Settings) -> Told:
    """The folder of the data may be written, and is closed to others."""
    data = settings.data
    if not data.exists():
        above = next(folder for folder in data.parents if folder.exists())
        if os.access(above, os.W_OK | os.X_OK):
            return ok("data folder", f"{data} will be made")
        return wrong("data folder", f"{data} cannot be made in {above}", f"Let this user write {above}.")
    if not os.access(data, os.W_OK | os.X_OK):
        return wrong(
            "data folder", f"{data} cannot be written by this user", f"chown -R it to the user: {data}"
        )
    if data.stat().st_mode & 0o077:
        return look("data folder", f"others may enter {data}", f"chmod 700 {data}")
    return ok("data folder", f"{data} is writable, and closed to others")


def port(settings: Settings) -> Told:
    """The port is free, or the program is on it."""
    where = f"{settings.host}:{settings.port}"
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((settings.host, settings.port))
        except PermissionError:
            return wrong(
                "port", f"{where} needs rights that this user lacks", "Choose LENMUC_PORT above 1023."
            )
        except OSError as taken:
            return look(
                "port", f"{where}: {taken.strerror or taken}",
                "Right if Lên Mức is running. If not, stop the other program or choose another LENMUC_PORT.",
            )  # fmt: skip
    return ok("port", f"{where} is free")


def memory() -> Told:
    """There is enough of it, and files may be opened."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and limit < 1_024:
        return wrong(
            "memory", f"only {limit} files may be open at once", "ulimit -n 4096, or LimitNOFILE= in the unit"
        )
    try:
        told = Path("/proc/meminfo").read_text(encoding="ascii").split()
        left = int(told[told.index("MemAvailable:") + 1]) // 1024
    except (OSError, ValueError):
        return look("memory", "this system does not say how much is free", "Look yourself: 1 GiB is needed.")
    if left < _MEMORY_MIB:
        return look(
            "memory", f"{left} MiB are free", "A roadmap of a city wants 1 GiB: give the machine more."
        )
    return ok("memory", f"{left} MiB are free, {limit} files may be open")


def words() -> Told:
    """The data folders that come with the program are whole."""
    for code in LANGUAGES:
        file = paths.locale() / code / "LC_MESSAGES" / "lenmuc.po"
        if code != "en" and not file.is_file():
            return wrong("files", f"{file} is missing", "Install Lên Mức again.")
    try:
        content = load_content()
    except (ContentError, OSError) as error:
        return wrong("files", str(error), "Put the published files back, or install Lên Mức again.")
    return ok("files", f"{len(content.schemes)} sets of rules, {len(content.catalogue.services)} services")


def address(settings: Settings) -> Told:
    """How people reach the site."""
    if settings.url.startswith("https:") and not settings.https:
        return wrong("address", "LENMUC_URL is https but LENMUC_HTTPS is off", "Set LENMUC_HTTPS=1.")
    if not settings.https and settings.host not in ("127.0.0.1", "::1", "localhost"):
        return wrong(
            "address", f"{settings.host} is reached by others without HTTPS: passwords pass in the clear",
            "Put a server with a certificate in front, set LENMUC_HTTPS=1 and LENMUC_HOST=127.0.0.1.",
        )  # fmt: skip
    return ok("address", settings.url or "only from this machine, or through a server in front")


def certificate(settings: Settings) -> Told:
    """The certificate with which the site is reached."""
    parts = urlsplit(settings.url)
    if parts.scheme != "https" or not parts.hostname:
        return ok("certificate", "no https address is set, so none is looked at")
    where = (parts.hostname, parts.port or 443)
    try:
        with (
            socket.create_connection(where, timeout=_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname) as sock,
        ):
            ends = dict((sock.getpeercert() or {}).items()).get("notAfter", "")
    except (OSError, ValueError) as error:
        return wrong(
            "certificate",
            f"{settings.url}: {error}",
            "Renew it, or see that this machine reaches the address.",
        )
    days = int((ssl.cert_time_to_seconds(str(ends)) - time.time()) // 86400)
    if days < 14:
        return look(
            "certificate",
            f"it ends in {days} days",
            "Renew it now, and see why it was not renewed by itself.",
        )
    return ok("certificate", f"good for {days} days")


def mail(settings: Settings) -> Told:
    """The mail server answers."""
    if settings.mail is None:
        return ok("mail", "none is set, so none is sent")
    given = settings.mail
    kind = smtplib.SMTP_SSL if given.security == "smtps" else smtplib.SMTP
    try:
        with kind(given.host, given.port, timeout=_SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return wrong(
            "mail", f"{given.host}:{given.port}: {error}",
            "Check LENMUC_SMTP_URL and the way there. Mail waits meanwhile, and is sent later.",
        )  # fmt: skip
    return ok("mail", f"{given.host}:{given.port} answers")


def provider(settings: Settings) -> Told:
    """The identity provider answers, as the one that is set."""
    if settings.provider is None:
        return ok("sign-in", "no identity provider is set")
    try:
        Provider(settings.provider, settings.url).describe()
    except (ProviderFailed, TooLong, OSError, ValueError) as error:
        return wrong(
            "sign-in", f"{settings.provider.issuer}: {error}",
            "Check LENMUC_OIDC_ISSUER and the way there. Passwords work meanwhile.",
        )  # fmt: skip
    return ok("sign-in", f"{settings.provider.issuer} answers")


def _clock_told(behind: float) -> Told:
    if abs(behind) > 60:
        return wrong(
            "clock", f"this machine and the database differ by {behind:.0f} s",
            "Let both set their clocks by NTP: codes of the second factor depend on them.",
        )  # fmt: skip
    if time.time() < _BUILT:
        return wrong("clock", "the clock is before this program was written", "Set the clock, best by NTP.")
    return ok("clock", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()))


async def _look_inside(owner: str) -> list[Told]:
    db = await asyncpg.connect(owner, timeout=_SECONDS)
    try:
        version = db.get_server_version()
        told = [
            ok("PostgreSQL", f"{version.major}.{version.minor}, {await db.fetchval('SHOW server_encoding')}")
        ]
        if version.major < migrate.OLDEST:
            told = [wrong("PostgreSQL", f"{version.major}", f"Upgrade it to {migrate.OLDEST} or newer.")]
        now = await db.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
        told.append(_clock_told(time.time() - now))
        told.append(await _steps(db))
        broken = await db.fetchval(
            "SELECT sum(checksum_failures) FROM pg_stat_database WHERE datname = current_database()"
        )
        if broken:
            told.append(
                wrong(
                    "pages",
                    f"{broken} pages of the database are damaged",
                    "Restore the last backup elsewhere.",
                )
            )
        return told
    finally:
        await db.close(timeout=5)


async def _steps(db: "asyncpg.Connection[asyncpg.Record]") -> Told:
    if await db.fetchval("SELECT to_regclass('migration')") is None:
        return look("tables", "there are none yet", "Start the program once: it makes them.")
    try:
        missing = migrate.missing_steps(
            migrate.read_steps(migrate.migrations()), await migrate.applied_steps(db)
        )
    except migrate.CannotMigrate as error:
        return wrong("tables", str(error), "Start the program that fits, or restore a backup.")
    if missing:
        return look(
            "tables",
            f"{len(missing)} steps are missing",
            "Back up, then start the program or lenmuc migrate.",
        )
    return ok("tables", "as this program wants them")


async def database(settings: Settings) -> list[Told]:
    """The database answers, and fits."""
    if settings.embedded:
        if not embedded_files.Layout(settings.data).cluster.exists():
            return [look("database", "the built-in one has not been made yet", "Start the program once.")]
        try:
            async with EmbeddedPostgres(settings.data) as server:
                return await _look_inside(server.owner_dsn)
        except (CannotStart, OSError, asyncpg.PostgresError) as error:
            log = embedded_files.Layout(settings.data).log
            return [
                wrong(
                    "database", str(error), f"Look at the end of {log}; if nothing helps, restore a backup."
                )
            ]
    try:
        return await _look_inside(settings.owner_database_url or settings.database_url)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        return [
            wrong("database", f"{error or type(error).__name__}", "Check DATABASE_URL and the way there.")
        ]


def examine(settings: Settings) -> list[Told]:
    """Look at everything; what takes long is limited to seconds."""
    told = [disk(settings)] if settings.embedded else []
    told += [permissions(settings), port(settings), memory(), words(), address(settings)]
    told += asyncio.run(database(settings))
    return [*told, certificate(settings), mail(settings), provider(settings)]


def report(env: Mapping[str, str], say: Callable[[str], None] = print) -> bool:
    """Say all of it; is nothing wrong?"""
    say(f"Lên Mức {__version__}, Python {sys.version.split()[0]}")
    try:
        told = examine(Settings.read(env))
    except BadSetting as error:
        told = [wrong("settings", str(error), "Correct it; nothing else was looked at.")]
    for one in told:
        say(f"{one.state:<6} {one.what:<12} {one.found}")
        if one.do:
            say(f"{'':<6} {'':<12} → {one.do}")
    counts = {state: sum(one.state == state for one in told) for state in ("wrong", "look")}
    say(f"{counts['wrong']} wrong, {counts['look']} to look at")
    return not counts["wrong"]
