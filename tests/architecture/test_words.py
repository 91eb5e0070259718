"""The words of the interface: every source sentence is translated, with the same places to fill, and none
is left over.
"""

import ast
import re
from functools import cache
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from lenmuc import paths

SOURCES = Path(paths.__file__).parent
TEMPLATES = sorted(paths.templates().rglob("*.html"))
PLACES = re.compile(r"%(?:\((\w+)\))?[sd]")
Key = str | tuple[str, str]


def of_template(path: Path) -> set[Key]:
    with path.open("rb") as file:
        options = {"trimmed": "true", "newstyle_gettext": "true"}
        found = babel_extract(file, ("_", "gettext", "ngettext"), (), options)
        keys: set[Key] = set()
        for _, function, texts, _ in found:
            first, *more = (texts,) if isinstance(texts, str) else texts
            keys.add((first, more[0]) if function == "ngettext" else first)
        return keys


def of_module(path: Path) -> set[Key]:
    """Sentences marked with `N_` or translated in place with a literal."""
    found: set[Key] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0].value
        if name in ("N_", "gettext") and isinstance(first, str):
            found.add(first)
        elif name == "ngettext" and isinstance(node.args[1], ast.Constant):
            found.add((str(first), str(node.args[1].value)))
    return found


@cache
def source_sentences() -> set[Key]:
    keys: set[Key] = set()
    for path in TEMPLATES:
        keys |= of_template(path)
    for path in SOURCES.rglob("*.py"):
        keys |= of_module(path)
    return keys


@cache
def vietnamese() -> Catalog:
    with (paths.locale() / "vi/LC_MESSAGES/lenmuc.po").open("rb") as file:
        return read_po(file, locale="vi", abort_invalid=True)


def translated() -> dict[Key, Message]:
    return {message.id: message for message in vietnamese() if message.id}


def test_every_sentence_of_the_interface_is_translated() -> None:
    missing = sorted(str(key) for key in source_sentences() - translated().keys())
    assert not missing, "\n".join(missing)


def test_no_translation_is_left_over() -> None:
    left = sorted(str(key) for key in translated().keys() - source_sentences())
    assert not left, "\n".join(left)


def test_no_translation_is_empty_or_doubtful() -> None:
    doubtful = [str(m.id) for m in translated().values() if m.fuzzy or not all(strings(m))]
    assert not doubtful


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_a_translation_fills_the_same_places() -> None:
    for message in translated().values():
        source = message.id if isinstance(message.id, str) else message.id[1]
        for said in strings(message):
            assert sorted(PLACES.findall(said)) == sorted(PLACES.findall(source)), (source, said)


def test_singular_and_plural_of_a_sentence_fill_the_same_places() -> None:
    for key in translated():
        if isinstance(key, tuple):
            assert set(PLACES.findall(key[0])) == set(PLACES.findall(key[1])), key


LINE = re.compile(r"(#,|msgid_plural|msgid|msgstr(?:\[\d+\])?)? ?(.*)")


def entries(text: str) -> list[list[tuple[str, str]]]:
    """Each entry of a catalogue as its (keyword, text) pairs, joined where they go over several lines."""
    found: list[list[tuple[str, str]]] = [[]]
    for line in text.splitlines():
        mark = LINE.fullmatch(line.strip())
        assert mark
        keyword, rest = mark.groups()
        if (line.startswith("#") or keyword == "msgid") and any(k.startswith("msgstr") for k, _ in found[-1]):
            found.append([])
        if keyword == "#,":
            found[-1].append((keyword, rest))
        elif keyword:
            found[-1].append((keyword.partition("[")[0], ast.literal_eval(rest)))
        elif rest.startswith('"'):
            before, said = found[-1][-1]
            found[-1][-1] = (before, said + ast.literal_eval(rest))
    return [entry for entry in found if any(keyword != "#," for keyword, _ in entry)]


def faults_of(text: str) -> list[str]:
    """What a careless merge leaves behind and the reader of catalogues takes without a word."""
    faults, seen = [], set()
    for entry in entries(text):
        keywords = [keyword for keyword, _ in entry if keyword != "#,"]
        ids = [said for keyword, said in entry if keyword == "msgid"]
        if keywords not in (["msgid", "msgstr"], ["msgid", "msgid_plural", "msgstr"]):
            faults.append(f"not one sentence and its translation: {ids}")
        faults += [f"twice: {id}" for id in ids if id in seen]
        faults += [f"doubtful: {ids}" for keyword, said in entry if keyword == "#," and "fuzzy" in said]
        seen.update(ids)
    return faults


def test_the_catalogue_has_every_sentence_once_with_its_own_translation() -> None:
    text = (paths.locale() / "vi/LC_MESSAGES/lenmuc.po").read_text(encoding="utf-8")
    assert len(entries(text)) > 1_000
    assert faults_of(text) == []


def test_what_a_careless_merge_leaves_is_found() -> None:
    good = 'msgid "a"\nmsgstr "b"\n'
    assert faults_of(good) == []
    assert faults_of(good + "\n" + good) == ["twice: a"]
    plural = 'msgid "a"\nmsgid_plural "as"\nmsgstr[0] "b"\n'
    assert faults_of(f"{good}\n{plural}") == ["twice: a"]
    assert faults_of("#, fuzzy\n" + good) == ["doubtful: ['a']"]
    assert "not one sentence" in faults_of('msgid "a"\nmsgid "c"\nmsgstr "b"\n')[0]
    assert "not one sentence" in faults_of('msgid "a"\nmsgstr "b"\nmsgstr "d"\n')[0]


def test_every_template_can_be_read() -> None:
    env = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in TEMPLATES:
        env.parse(path.read_text(encoding="utf-8"))
