"""A file as its editor sees it: a mistake is named by file, line, key and what to do."""

import re
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError

_REMEDIES = (
    ("unknown field", "take the key out or correct its spelling; assessments/README.md lists the keys"),
    ("missing required field", "add the key; texts need both vi and en"),
    ("Invalid enum value", "write one of the values that assessments/README.md lists for this key"),
    ("of length >= 1", "write a text, or at least one entry; it may not be empty"),
    ("> 0", "write a number of person-days above 0"),
)


class Source(msgspec.Struct, frozen=True):
    """The name and the text of a TOML file that is made of `[[tables]]`."""

    file: str
    text: str

    def wrong(self, table: str, number: int, key: str, remedy: str, word: str = "") -> ContentError:
        """The error at entry `number` of `[[table]]`, or at the top of the file, where `key` stands.

        `word` is an entry of a list that goes over several lines: its own line is named then.
        """
        return ContentError(self.file, self._place(table, number, key, word), remedy)

    def explained(self, message: str) -> ContentError:
        """A decoder's message, `what - at $.criteria[3].text`, as an editor needs it."""
        what, _, path = message.partition(" - at `")
        found = re.match(r"\$\.?(\w+)(?:\[(\d+)\])?\.?(.*)", path.rstrip("`"))
        table, number, key = found.groups() if found else ("", None, "")
        named = re.search(r"field `(\w+)`", what)
        key = ".".join(part for part in (key, named[1] if named else "") if part)
        remedy = next((words for sign, words in _REMEDIES if sign in what), "correct the value")
        if number is None:
            key = ".".join(part for part in (table, key) if part)
            return self.wrong("", 0, key, f"{what}; {remedy}")
        return self.wrong(table, int(number), key, f"{what}; {remedy}")

    def _place(self, table: str, number: int, key: str, word: str) -> str:
        """`line 12, key text.en`: the line of the key, else of the longest beginning that is written."""
        lines = self.text.splitlines()
        heads = [at for at, line in enumerate(lines) if line.strip() == f"[[{table}]]"]
        start = heads[number] if number < len(heads) else 0
        end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith("[[")), len(lines))
        steps = re.sub(r"\[.*?\]|\[\.\.\.\]", "", key).split(".") if key else []
        for length in range(len(steps), 0, -1):
            written = re.compile(re.escape(".".join(steps[:length])) + r"\s*[=.]")
            for at in range(start, end):
                if written.match(lines[at].strip()):
                    at = next((below for below in range(at, end) if word and f'"{word}"' in lines[below]), at)
                    return f"line {at + 1}, key {key}"
        return f"line {start + 1}" + (f", key {key}" if key else "")


def read(path: Path) -> Source:
    """The file at `path`. Raises `ContentError` when it is not UTF-8."""
    try:
        return Source(path.name, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as wrong:
        raise ContentError(path.name, f"byte {wrong.start}", "save the file as UTF-8") from wrong
