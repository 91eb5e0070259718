"""Passwords: hashed apart from the event loop, made at random, and refused when they are easy to guess."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from lenmuc.core.errors import N_, Busy, Fault, fault
from lenmuc.core.passwords import easy

SHORTEST = 15  # the only factor: NIST SP 800-63B-4, section 3.1.1.2
SHORTEST_BESIDE_CODE = 8  # one of two factors: the same section
LONGEST = 1_000
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that are taken for digits
# OWASP's least cost of argon2id. One lane: the two workers are the limit of memory and of cores.
USUAL = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
T = TypeVar("T")


class Passwords:
    """Hashing apart from the event loop: `workers` at a time, at most `queue` waiting, `patience` seconds."""

    def __init__(self, *, workers: int = 2, queue: int = 60, patience: float = 5.0) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._queue = queue
        self._patience = patience
        self._waiting = 0
        self.take(USUAL)

    def take(self, hasher: PasswordHasher) -> None:
        """Hash at this cost from now on; an address that nobody has costs the same."""
        self._hasher = hasher
        self._nobody = hasher.hash(secrets.token_urlsafe(32))

    async def _run(self, work: Callable[[str, str], T], first: str, second: str) -> T:
        if self._waiting >= self._queue:
            raise Busy(N_("Many people are signing in at the moment. Try again in a minute."))
        self._waiting += 1
        try:
            future = asyncio.get_running_loop().run_in_executor(self._pool, work, first, second)
            return await asyncio.wait_for(future, self._patience)
        except TimeoutError as late:
            raise Busy(N_("Many people are signing in at the moment. Try again in a minute.")) from late
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """What is stored of a password. Raises `Busy`."""
        return await self._run(lambda text, _: self._hasher.hash(_nfc(text)), password, "")

    async def matches(self, password: str, stored: str | None) -> bool:
        """Is it the password of `stored`? Without a `stored` the same time passes. Raises `Busy`."""
        return await self._run(self._verify, password, stored or self._nobody) and stored is not None

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, _nfc(password))
        except (Argon2Error, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        """Was the hash made at another cost than today's?"""
        return self._hasher.check_needs_rehash(stored)


PASSWORDS = Passwords()


def _nfc(password: str) -> bytes:
    # The same letters arrive composed or not, depending on the keyboard; nothing else is changed.
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")


def new_password() -> str:
    """Sixteen random letters and digits in four groups: 79 bits, easy to read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def password_faults(
    password: str, about: tuple[str, ...], *, field: str = "password", second_factor: bool = False
) -> list[Fault]:
    """What is wrong with a new password of somebody `about` whom this is known; empty when nothing is."""
    least = SHORTEST_BESIDE_CODE if second_factor else SHORTEST
    if not least <= len(password) <= LONGEST:
        text = N_("Choose a password of %(least)s to %(most)s characters; a few words are good.")
        return [fault(field, text, least=least, most=LONGEST)]
    if easy(password, about):
        text = N_("This password is easy to guess. Take a few words that do not belong together.")
        return [fault(field, text)]
    return []
