"""The workbook of answers: what its cells say, what is wrong and in which cell, and who changed what."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from lenmuc.core.answers import AnswerForm, faults_of
from lenmuc.core.bulk import LIMIT, Change, Place, says_same
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message
from lenmuc.core.text import clean_line, clean_text, fold

Cell = str | float | bool | None
Sheet = Sequence[Sequence[Cell]]

HIDDEN = "lenmuc"
"""The name of the hidden sheet: it holds what was downloaded, so that three states can be compared."""
FORMAT = "lenmuc-answers-1"
ROWS = 10_000
"""Rows of answers that one workbook may hold."""
COLUMNS = (
    N_("Service code"),
    N_("Service"),
    N_("Criterion"),
    N_("What it asks"),
    N_("Level"),
    N_("What counts now"),
    N_("Answer"),
    N_("Justification"),
    N_("Links to evidence"),
    N_("Obstacle"),
)
SERVICE, CRITERION, VALUE, JUSTIFICATION, EVIDENCE, BLOCKER = 0, 2, 6, 7, 8, 9
_COLUMN_OF = {"value": VALUE, "justification": JUSTIFICATION, "evidence": EVIDENCE, "blocker": BLOCKER}
_FIRST = 1  # rows before the answers, on both sheets: headings here, headings and the heads of the file there
_HIDDEN_FIRST = 2
EMPTY = AnswerForm("")


class Head(msgspec.Struct, frozen=True):
    """What a workbook says about itself: whose it is, by which scheme, what its columns are called."""

    agency: str
    scheme: str
    sheet: str
    columns: tuple[str, ...]
    format: str = FORMAT


class Row(msgspec.Struct, frozen=True):
    """One place with the answer that stood there when the workbook was made; an empty value: none."""

    service: str
    criterion: str
    form: AnswerForm

    @property
    def place(self) -> Place:
        """What is answered."""
        return self.service, self.criterion


class Vocabulary(msgspec.Struct, frozen=True):
    """The words of the drop-downs, folded, and what they stand for."""

    values: Mapping[str, str]
    blockers: Mapping[str, str]


class CellFault(msgspec.Struct, frozen=True):
    """One thing wrong, where it is (`G12`, or empty for the file as a whole), and what to do."""

    cell: str
    message: Message


class Filled(msgspec.Struct, frozen=True):
    """A row as it came back: `row` counts from 1 as on the sheet; `was` is what was downloaded."""

    row: int
    was: Row
    yours: AnswerForm

    @property
    def changed(self) -> bool:
        """Does it say anything else than what was downloaded?"""
        return not says_same(self.was.form, self.yours)


class Compared(msgspec.Struct, frozen=True):
    """A changed row beside what is stored now; `both` when somebody else has changed it as well."""

    filled: Filled
    now: AnswerForm
    both: bool

    @property
    def key(self) -> str:
        """How a form names the row."""
        return " ".join(self.filled.was.place)

    def change(self) -> Change:
        """The change that puts it in place of what is stored now."""
        form = msgspec.structs.replace(self.filled.yours, version=self.now.version)
        return Change(*self.filled.was.place, form)


class Comparison(msgspec.Struct, frozen=True):
    """Rows to change, rows that two have changed; how many say what is stored, or were left as they were."""

    yours: tuple[Compared, ...]
    both: tuple[Compared, ...]
    done: int
    untouched: int


def digest(row: Row) -> str:
    """What shows that a row of the hidden sheet is as it was written: against damage, not against malice."""
    form = row.form
    parts = (row.service, row.criterion, str(form.version), form.value, form.justification, *form.evidence)
    return hashlib.sha256("\x1f".join((*parts, form.blocker)).encode()).hexdigest()[:16]


def hidden_rows(head: Head, rows: Sequence[Row]) -> list[list[str]]:
    """The hidden sheet: the head, the names of the columns, then every row with its version and digest."""
    top = [head.format, head.agency, head.scheme, head.sheet]
    return [
        top,
        list(head.columns),
        *(
            [
                row.service,
                row.criterion,
                str(row.form.version),
                row.form.value,
                row.form.justification,
                "\n".join(row.form.evidence),
                row.form.blocker,
                digest(row),
            ]
            for row in rows
        ),
    ]


def cell_name(row: int, column: int) -> str:
    """`G12` for row 12 (counted from 1) and column 6 (counted from 0)."""
    return f"{chr(ord('A') + column)}{row}"


def text_of(cell: Cell | dt.date) -> str:
    """A cell as the text that somebody typed: 2026.0 was typed as 2026, and a date is written 2026-03-12."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return clean_text(str(cell))


def mended(cell: Cell, known: Mapping[str, float | None]) -> str:
    """An id that a spreadsheet turned into a number, as it was: 1.0138 was 1.01380, if only that is known."""
    if not isinstance(cell, float) or isinstance(cell, bool):
        return clean_line(text_of(cell))
    fitting = [id for id, number in known.items() if number == cell]
    return fitting[0] if len(fitting) == 1 else text_of(cell)


def _number(id: str) -> float | None:
    return float(id) if id.isascii() and id.replace(".", "", 1).isdigit() else None


def _at(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


def _fault(cell: str, text: str, **params: object) -> CellFault:
    return CellFault(cell, Message(text, params))


def _head(
    sheets: Mapping[str, Sheet], agency: str, scheme: str, names: Mapping[str, Words]
) -> Head | CellFault:
    hidden = sheets.get(HIDDEN)
    if hidden is None or len(hidden) < _HIDDEN_FIRST:
        text = N_("This is not a workbook of answers from here, or its hidden sheet “lenmuc” is gone.")
        return _fault("", text)
    format, whose, by, name = (text_of(_at(hidden[0], column)) for column in range(4))
    if format != FORMAT:
        return _fault("", N_("The workbook has another form than the ones made today. Download a new one."))
    if whose != agency:
        return _fault("", N_("The workbook was made for another agency. Download one of your own."))
    if by != scheme and by in names and scheme in names:
        text = N_("The workbook was made for “%(theirs)s”, not for “%(ours)s”. Send it there.")
        return _fault("", text, theirs=names[by], ours=names[scheme])
    if by != scheme:
        return _fault("", N_("The workbook was made for another scheme. Download a new one."))
    if name not in sheets:
        return _fault("", N_("The sheet “%(name)s” is missing. It may not be removed or renamed."), name=name)
    columns = tuple(text_of(_at(hidden[1], column)) for column in range(len(COLUMNS)))
    return Head(whose, by, name, columns, format)


def _rows(hidden: Sheet) -> tuple[dict[Place, Row], CellFault | None]:
    rows: dict[Place, Row] = {}
    for number, cells in enumerate(hidden[_HIDDEN_FIRST:], start=_HIDDEN_FIRST + 1):
        texts = [text_of(_at(cells, column)) for column in range(8)]
        if not any(texts):
            continue
        version = int(texts[2]) if texts[2].isascii() and texts[2].isdigit() and len(texts[2]) < 10 else -1
        links = tuple(texts[5].split("\n")) if texts[5] else ()
        row = Row(texts[0], texts[1], AnswerForm(texts[3], texts[4], links, texts[6], version))
        if version < 0 or digest(row) != texts[7] or row.place in rows:
            text = N_("Row %(row)s of the hidden sheet “lenmuc” was changed. Download a new workbook.")
            return {}, _fault("", text, row=number)
        rows[row.place] = row
    return rows, None


def _headings(sheet: Sheet, head: Head) -> list[CellFault]:
    top = sheet[0] if sheet else ()
    text = N_("The heading here was “%(name)s”. Columns stay where they are.")
    return [
        _fault(cell_name(1, column), text, name=name)
        for column, name in enumerate(head.columns)
        if text_of(_at(top, column)) != name
    ][:1]


def _form(row: int, cells: Sequence[Cell], was: Row, words: Vocabulary) -> tuple[AnswerForm, list[CellFault]]:
    """What the four open cells of a row say, and what is wrong with it."""
    faults: list[CellFault] = []
    said, obstacle = clean_line(text_of(_at(cells, VALUE))), clean_line(text_of(_at(cells, BLOCKER)))
    value, blocker = words.values.get(fold(said), ""), words.blockers.get(fold(obstacle), "")
    if said and not value:
        text = N_("“%(said)s” is none of the answers in the list. Choose one from the list.")
        faults.append(_fault(cell_name(row, VALUE), text, said=said[:60]))
    if obstacle and not blocker:
        text = N_("“%(said)s” is none of the obstacles in the list. Choose one from the list.")
        faults.append(_fault(cell_name(row, BLOCKER), text, said=obstacle[:60]))
    links = tuple(link for line in text_of(_at(cells, EVIDENCE)).split("\n") if (link := clean_line(line)))
    form = AnswerForm(value, text_of(_at(cells, JUSTIFICATION)), links, blocker)
    if faults or says_same(form, was.form):
        return form, faults
    if not said:
        text = (
            N_("An answer that is stored cannot be taken away here. Choose “Not known yet” instead.")
            if was.form.value
            else N_("Choose an answer for this row, or leave all its cells empty.")
        )
        return form, [_fault(cell_name(row, VALUE), text)]
    return form, [
        CellFault(cell_name(row, _COLUMN_OF[f.field]), f.message)
        for f in faults_of(form, kept=was.form.version > 0)
    ]


def read_workbook(
    sheets: Mapping[str, Sheet],
    errors: Mapping[str, Sequence[str]],
    agency: str,
    scheme: str,
    words: Vocabulary,
    names: Mapping[str, Words],
) -> tuple[list[Filled], list[CellFault]]:
    """Every row of answers as it came back, and all that is wrong; with a fault nothing may be applied.

    `names` are those of the schemes that workbooks are made for. `sheets` are cells by sheet from A1 on;
    `errors` are the cells of each sheet that hold an error value.
    Rows may be moved or removed; ids, headings and the hidden sheet have to be as they were downloaded.
    """
    head = _head(sheets, agency, scheme, names)
    if isinstance(head, CellFault):
        return [], [head]
    known, broken = _rows(sheets[HIDDEN])
    if broken:
        return [], [broken]
    sheet = sheets[head.sheet]
    faults = _headings(sheet, head)
    if faults:
        return [], faults
    text = N_("The cell holds an error of the spreadsheet. Write the text itself.")
    faults += [_fault(cell, text) for cell in errors.get(head.sheet, ())]
    unread = {int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for cell in errors.get(head.sheet, ())}
    services = {service: _number(service) for service, _ in known}
    criteria = {criterion: _number(criterion) for _, criterion in known}
    filled: list[Filled] = []
    seen: dict[Place, int] = {}
    for row, cells in enumerate(sheet[_FIRST:], start=_FIRST + 1):
        if row in unread or not any(text_of(cell) for cell in cells):
            continue
        service = mended(_at(cells, SERVICE), services)
        criterion = mended(_at(cells, CRITERION), criteria)
        was = known.get((service, criterion))
        if was is None:
            faults.append(_unknown(row, service, criterion, services))
        elif was.place in seen:
            text = N_("This service and criterion stand in row %(row)s already. Keep one of the two.")
            faults.append(_fault(cell_name(row, SERVICE), text, row=seen[was.place]))
        else:
            seen[was.place] = row
            form, wrong = _form(row, cells, was, words)
            faults += wrong
            filled.append(Filled(row, was, form))
    return filled, faults


def _unknown(row: int, service: str, criterion: str, services: Mapping[str, float | None]) -> CellFault:
    if service in services:
        text = N_("“%(id)s” is no criterion of this service in this workbook. Leave the ids as they are.")
        return _fault(cell_name(row, CRITERION), text, id=criterion[:60])
    text = N_("“%(id)s” is no service of this workbook. Leave the ids as they are.")
    return _fault(cell_name(row, SERVICE), text, id=service[:60])


def compare(
    filled: Sequence[Filled], now: Mapping[Place, AnswerForm], open_: frozenset[Place]
) -> tuple[Comparison, list[CellFault]]:
    """The three states: downloaded, stored now, yours. `open_` are the places the agency may answer today.

    A row that was left as it was changes nothing, even when somebody else has changed it since.
    """
    yours: list[Compared] = []
    both: list[Compared] = []
    faults: list[CellFault] = []
    counts: Counter[str] = Counter()
    for each in filled:
        if not each.changed:
            counts["untouched"] += 1
            continue
        if each.was.place not in open_:
            text = N_("Your agency offers no such service today, or the criterion is not asked of it.")
            faults.append(_fault(cell_name(each.row, SERVICE), text))
            continue
        stored = now.get(each.was.place, EMPTY)
        if says_same(stored, each.yours):
            counts["done"] += 1
        elif says_same(stored, each.was.form):
            yours.append(Compared(each, stored, both=False))
        else:
            both.append(Compared(each, stored, both=True))
    if len(yours) + len(both) > LIMIT:
        text = N_("More than %(limit)s answers are changed. Filter by field and send them in parts.")
        faults.append(_fault("", text, limit=LIMIT))
    return Comparison(tuple(yours), tuple(both), counts["done"], counts["untouched"]), faults
