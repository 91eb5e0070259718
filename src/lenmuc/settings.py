"""What the environment decides: one value, read once at the start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

from lenmuc import paths, settings_outside
from lenmuc.core.throttle import READS
from lenmuc.settings_outside import BadSetting, MailSettings, ProviderSettings

__all__ = ["LANGUAGES", "BadSetting", "Settings"]

LANGUAGES = ("vi", "en")
MOST_PROCESSES = 16
_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that differs between two installations."""

    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 1
    """How many processes serve the port."""
    board: Path | None = None
    """Where they leave their figures for each other: a folder that their parent makes."""
    data: Path
    """Folder for what must survive: the embedded database and uploaded files."""
    database_url: str = ""
    """An external PostgreSQL, 13 or newer; empty means the embedded one."""
    owner_database_url: str = ""
    """The role that owns the tables, where that is another than the one the program works with."""
    read_database_url: str = ""
    """Where what is the same for everybody is read from: a standby. Empty: from the primary like the rest."""
    https: bool = False
    """The site is reached over HTTPS: cookies are then Secure and carry the __Host- prefix."""
    language: str = "vi"
    """Language of a visitor who asks for none."""
    review_above: int = 1000
    """Filings a year above which a planner verifies a checklist; below it the lead of the agency does."""
    review_months: int = 12
    """How long a verified level holds."""
    checks: bool = False
    """Machines may look at records and open the links that people gave."""
    url: str = ""
    """The address of this site as people reach it, without a `/` at its end; what leads back here uses it."""
    provider: ProviderSettings | None = None
    """The identity provider of the authority; without one, people sign in with their password alone."""
    evidence_mib: int = 25
    """The largest file of evidence, in MiB."""
    disk_floor_mib: int = 512
    """Below this many free MiB the built-in database is only read: PostgreSQL stops when the disk is full."""
    api_reads: int = READS.posts
    """Reads of the API within a minute from one address; 0: as many as it likes."""
    public_lag: int = 1
    """So many seconds whoever is not signed in may be shown what was there before."""
    metrics_token: str = ""
    """Who knows it reads the figures at /metrics; without one there are none."""
    log: str = "plain"
    """Lines for people (`plain`), or one JSON object a line (`json`)."""
    otlp: str = ""
    """Where spans are sent by OTLP over HTTP; without it OpenTelemetry is not even imported."""
    mail: MailSettings | None = None
    """The mail server; without one no mail is written."""

    @property
    def embedded(self) -> bool:
        """Does the program run its own PostgreSQL?"""
        return not self.database_url

    def with_processes(self, wanted: str) -> Self:
        """The same with another number of processes, as somebody typed it. Raises BadSetting."""
        count = _whole({"--processes": wanted}, "--processes", 1, 1, MOST_PROCESSES)
        return msgspec.structs.replace(self, processes=count)

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Self:
        """The settings in `env`, usually `os.environ`. Raises BadSetting."""
        database = _database(env, "DATABASE_URL")
        owner = _database(env, "LENMUC_OWNER_DATABASE_URL")
        reading = _database(env, "LENMUC_READ_DATABASE_URL", of_several="prefer-standby")
        for name, given in (("LENMUC_OWNER_DATABASE_URL", owner), ("LENMUC_READ_DATABASE_URL", reading)):
            if given and not database:
                raise BadSetting(
                    f"{name} needs DATABASE_URL beside it. Set both, or neither to use the built-in database."
                )
        url = settings_outside.web_address(env, "LENMUC_URL", example="https://lenmuc.example.gov.vn").rstrip(
            "/"
        )
        return cls(
            host=_text(env, "LENMUC_HOST", "127.0.0.1"),
            port=_port(env),
            processes=_whole(env, "LENMUC_PROCESSES", 1, 1, MOST_PROCESSES),
            data=_data(env),
            database_url=database,
            owner_database_url=owner,
            read_database_url=reading,
            https=_yes_or_no(env, "LENMUC_HTTPS"),
            language=_language(env),
            review_above=_whole(env, "LENMUC_REVIEW_ABOVE", 1000, 0, 1_000_000_000),
            review_months=_whole(env, "LENMUC_REVIEW_MONTHS", 12, 1, 120),
            checks=_yes_or_no(env, "LENMUC_CHECKS"),
            url=url,
            provider=settings_outside.provider(env, url),
            evidence_mib=_whole(env, "LENMUC_EVIDENCE_MIB", 25, 1, 200),
            disk_floor_mib=_whole(env, "LENMUC_DISK_FLOOR_MIB", 512, 0, 1_000_000),
            api_reads=_whole(env, "LENMUC_API_READS", READS.posts, 0, 1_000_000),
            public_lag=_whole(env, "LENMUC_PUBLIC_LAG", 1, 0, 60),
            metrics_token=_token(env, "LENMUC_METRICS_TOKEN"),
            log=_log(env),
            otlp=settings_outside.web_address(
                env, "OTEL_EXPORTER_OTLP_ENDPOINT", example="http://127.0.0.1:4318"
            ),
            mail=settings_outside.mail(env, url),
        )


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    return env.get(name, "").strip() or default


def _port(env: Mapping[str, str]) -> int:
    raw = _text(env, "LENMUC_PORT", "8000")
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 5 and 1 <= int(raw) <= 65535):
        raise BadSetting(f"LENMUC_PORT is “{raw}”. Write a number from 1 to 65535, such as LENMUC_PORT=8080.")
    return int(raw)


def _whole(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    raw = _text(env, name, str(default))
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 10 and least <= int(raw) <= most):
        raise BadSetting(f"{name} is “{raw}”. Write a whole number from {least} to {most}.")
    return int(raw)


def _data(env: Mapping[str, str]) -> Path:
    raw = env.get("LENMUC_DATA", "").strip()
    if not raw:
        top = paths.checkout()
        return top / "var" if top is not None else Path.cwd() / "lenmuc-data"
    chosen = Path(raw).expanduser().absolute()
    if chosen.exists() and not chosen.is_dir():
        raise BadSetting(f"LENMUC_DATA is “{raw}”, which is a file. Name a folder, which need not exist yet.")
    return chosen


def _database(env: Mapping[str, str], name: str, *, of_several: str = "read-write") -> str:
    """The address of a database; of several hosts the one that is `of_several`, unless it says so itself."""
    raw = env.get(name, "").strip()
    if raw and not raw.startswith(("postgresql://", "postgres://")):
        raise BadSetting(
            f"{name} does not begin with postgresql://. Write postgresql://user:password@host:5432/database, "
            "or leave it out to use the built-in database."
        )
    parts = urlsplit(raw)
    asked = dict(parse_qsl(parts.query))
    several = "," in parts.netloc.rpartition("@")[2] or "," in asked.get("host", "")
    if several and "target_session_attrs" not in asked:
        raw += f"{'&' if parts.query else '?'}target_session_attrs={of_several}"
    return raw


def _yes_or_no(env: Mapping[str, str], name: str) -> bool:
    raw = env.get(name, "").strip().lower()
    if raw not in _YES | _NO:
        raise BadSetting(f"{name} is “{raw}”. Write 1 for yes or 0 for no.")
    return raw in _YES


def _language(env: Mapping[str, str]) -> str:
    raw = _text(env, "LENMUC_LANGUAGE", "vi")
    if raw not in LANGUAGES:
        raise BadSetting(f"LENMUC_LANGUAGE is “{raw}”. Write one of: {', '.join(LANGUAGES)}.")
    return raw


def _log(env: Mapping[str, str]) -> str:
    raw = _text(env, "LENMUC_LOG", "plain")
    if raw not in ("plain", "json"):
        raise BadSetting(f"LENMUC_LOG is “{raw}”. Write plain or json.")
    return raw


def _token(env: Mapping[str, str], name: str) -> str:
    raw = env.get(name, "").strip()
    if raw and not (raw.isascii() and raw.isprintable() and len(raw) >= 16 and " " not in raw):
        raise BadSetting(f"{name} is too easy to guess. Write at least 16 letters and digits.")
    return raw
