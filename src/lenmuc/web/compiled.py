"""Templates as they were compiled, kept in the data folder for the next start and other processes."""

import contextlib
import os
import pickle
import shutil
import tempfile
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

_NAME = "templates"


class Compiled(jinja2.BytecodeCache):
    """Kept in `data`, for the files of the program in the state `stamp` alone. Where nothing can be written,
    each process compiles what it needs.

    What is read here is run: the folder is for the user of the program alone.
    """

    def __init__(self, data: Path, stamp: str) -> None:
        self._data = data
        self._folder = data / _NAME / f"{jinja2.__version__}-{stamp[:16]}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, when the template was compiled before."""
        try:
            with (self._folder / bucket.key).open("rb") as file:
                bucket.load_bytecode(file)
        except (OSError, EOFError, ValueError, TypeError, pickle.UnpicklingError):
            bucket.reset()  # not there, or not whole

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in the bucket."""
        with contextlib.suppress(OSError):
            if not self._folder.exists():
                self._make_folder()
            handle, name = tempfile.mkstemp(dir=self._folder)
            with open(handle, "wb") as file:
                bucket.write_bytecode(file)
            os.replace(name, self._folder / bucket.key)

    def _make_folder(self) -> None:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self._folder.parent.glob("*"):
            shutil.rmtree(old, ignore_errors=True)
        self._folder.parent.mkdir(mode=0o700, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
