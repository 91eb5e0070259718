"""Reads the cells of one raw procedure record into facts; what cannot be read with certainty stays unknown.

The record comes from a page whose tables were flattened into one line of text, so the cells stand without
anything between them: "Trực tuyến5 Ngày làm việcMiễn phíDịch vụ bưu chính…". Each function says what it
trusts.
"""

import re
import unicodedata
from typing import NamedTuple

CHANNEL_CODES = {"Trực tuyến": "online", "Dịch vụ bưu chính": "post", "Trực tiếp": "in_person"}
UNITS = {"Ngày làm việc": "wd", "Ngày": "d", "Giờ": "h", "Tháng": "m"}
_HOURS = {
    "h": 1.0,
    "d": 24.0,
    "wd": 24.0 * 7 / 5,
    "m": 24.0 * 30,
}  # only to say which of two limits is longer

# A row of the table of channels starts with its name, a time cell and a fee cell. The words must stand in
# this order without a blank, so the same words inside a description do not start a row. A bare number where
# the time should be, glued to an amount ("120 VNĐ" for "1" and "20 VNĐ"), leaves both unreadable: `glued`.
_NO_TIME = (
    r"Không có thông tin|Không phải trả kết quả cho người nộp thuế|Không quy định|Không ?"
    r"|Hệ thống giải quyết[^.]{0,150}\."
)
_ROW = re.compile(
    r"(?P<channel>Trực tuyến|Dịch vụ bưu chính|Trực tiếp)"
    r"(?:(?P<number>\d+(?:\.\d+)?) (?P<unit>Ngày làm việc|Ngày|Giờ|Tháng)"
    rf"|{_NO_TIME}|\d+(?=Miễn phí|Không có thông tin)|(?P<glued>(?=\d)))"
    r"(?P<fee>Miễn phí|Không có thông tin|(?P<amount>\d[\d,]*) (?P<currency>VNĐ|Việt Nam Đồng|USD))"
)
# Words of a remark that confirm that nothing is paid. Any other remark beside "Miễn phí" (often "by decision
# of the People's Council", or a tariff) contradicts it: the portal writes "Miễn phí" for an amount left at
# zero.
_NOTHING_TO_PAY = re.compile(
    r"^[\s(\-–+*]*(không|miễn (lệ )?phí(?!.*(đối với|cho )))\b",  # "free for …" is not free for all
    re.IGNORECASE | re.DOTALL,
)
_SPEAKS_OF_MONEY = re.compile(
    r"\d[\d.,]{2,} ?(đ|vnđ|đồng|usd)|mức|quyết định|trừ |nộp (lệ )?phí", re.IGNORECASE
)
_NOTE = re.compile(r"\((?:[^()]|\([^()]*\))*\)?")  # the remark beside a fee stands in brackets
_TARIFF = re.compile(r"\d{1,3}(?:\.\d{3})+ ?(?:đ|vnđ|đồng)", re.IGNORECASE)

_DOSSIER_HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
# The last cell of a dossier row is glued to what stands before it: "…Mẫu số 18" and "1 bản chính" read "181
# bản chính", so only the last digit is the number of originals. Inside a description the number is written
# "01", or has a blank or bracket before it and goes on after it ("nộp 2 bản chính tờ khai").
_COPIES = re.compile(
    r"(?:(?<=[^\d\s(])\d|(?<=\d)\d|(?<=[\s(])\d(?= bản chính(?:,\d+ bản sao)?(?:$|[^\s.,;:)])))"
    r"(?<![\s(;:.,a-zà-ỹ]0[1-9]) bản chính(?:,(?P<copies>\d+) bản sao)?"
)
_FORM_FILE = re.compile(r"(?:\.(?:docx?|xlsx?|pdf|rtf|odt))+", re.IGNORECASE)

_RESULT_CODE = re.compile(r"Mã: ?(?:KQ\.[A-Z]\d\d\.\d{6}|[A-Z0-9.\-]*\d)")
_FORM_NUMBER = re.compile(
    r"[ (,]+(?:theo [Mm]ẫu|[Mm]ẫu số|[Mm]ẫu [A-Z\d]|được ban hành|ban hành kèm).*", re.DOTALL
)
_LOWER = "a-z" + "".join(letter for letter in map(chr, range(0xE0, 0x1EFA)) if letter.islower())
_GLUED_SENTENCE = re.compile(rf"(?<=[{_LOWER})])(?=[A-ZĐÂÊÔƠƯ][{_LOWER}])")

_OFFICE = (
    "(?:BNNPTNT|BLĐTBXH|BVHTTDL|TANDTC|VKSNDTC|BNNMT|BKHĐT|BGTVT|BTNMT|BGDĐT|BTTTT|BKHCN|BDTTG|BHXH|NHNN|VPCP"
    "|HĐND|UBND|UBDT|TTCP|KTNN|TCHQ|BCA|BTC|BTP|BXD|BCT|BYT|BNV|BQP|BNG|TTg|CTN|CP)"
)
_DOCUMENT = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)/(?P<year>(?:19|20)\d\d)/"
    rf"(?P<kind>QH1[0-6]|QH9|(?:PL-|NQ-)?UBTVQH1[0-6]|NQ-QH1[0-6]|TTLT-? ?{_OFFICE}(?:-{_OFFICE})*"
    rf"|(?:N[ĐD]|NQ|TT|QĐ|CT|VBHN)-{_OFFICE})"
)
_SAID_NOTHING = {"", "không có thông tin"}
_SAID_NONE = {"không", "không có", "không quy định", "không có yêu cầu", "không yêu cầu"}


class Method(NamedTuple):
    """How one channel takes the service: `time` such as `5 wd`, `fee` free / charged / unknown (empty)."""

    time: str
    fee: str
    amounts: tuple[str, ...]


def plain(text: str) -> str:
    """`text` in NFC, with runs of blanks made one."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u200b", "").split())


def clean_name(name: str, code: str) -> str:
    """The legal name: without the code printed into it, without dots at either end."""
    without_code = re.sub(rf"\(\s*{re.escape(code)}\s*\)", "", plain(name))
    return plain(without_code).strip(" .;:")


def _fee(row: re.Match[str], remark: str) -> tuple[str, str]:
    """(free | charged | empty, amount or empty) of one row; `remark` is what follows the fee cell."""
    if row["fee"] == "Không có thông tin":
        return "", ""
    if row["fee"] == "Miễn phí":
        in_brackets = _NOTE.match(remark)
        note = in_brackets[0] if in_brackets else ""
        if _TARIFF.search(note):
            return "charged", ""
        if not note or (_NOTHING_TO_PAY.search(note) and not _SPEAKS_OF_MONEY.search(note)):
            return "free", ""
        return "", ""
    if row["amount"] in ("0", "1"):  # a place-holder; the remark usually says who is exempt
        return "", ""
    value = int(row["amount"].replace(",", ""))
    well_written = re.fullmatch(r"\d{1,3}(,\d{3})*|\d+", row["amount"]) is not None
    if row["glued"] is not None or not well_written:
        return "charged", ""
    if row["currency"] == "USD":
        return "charged", f"{value} USD"
    return "charged", f"{value} VND" if value >= 1000 else ""


def read_methods(cell: str) -> dict[str, Method]:
    """Times and fees by channel code from the table "cách thức thực hiện".

    Where a channel has several rows (cases of the same procedure), the longest time limit is taken, one
    charged row makes the channel charged, and it is free only when every row is.
    """
    text = unicodedata.normalize("NFC", cell)
    rows = list(_ROW.finditer(text))
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        remark = text[row.end() : following.start() if following else len(text)]
        time = f"{row['number']} {UNITS[row['unit']]}" if row["number"] else ""
        found.setdefault(CHANNEL_CODES[row["channel"]], []).append((time, *_fee(row, remark)))
    return {channel: _joined(cases) for channel, cases in found.items()}


def _joined(cases: list[tuple[str, str, str]]) -> Method:
    times = [time for time, _, _ in cases if time]
    fees = [fee for _, fee, _ in cases]
    fee = "charged" if "charged" in fees else "free" if set(fees) == {"free"} else ""
    amounts = tuple(dict.fromkeys(amount for _, _, amount in cases if amount))
    return Method(max(times, key=_hours, default=""), fee, amounts)


def _hours(time: str) -> float:
    number, unit = time.split()
    return float(number) * _HOURS[unit]


def count_dossier(cell: str) -> tuple[int | None, int | None]:
    """(papers, form files) of the dossier table, `None` when there is no such table.

    A paper is a row that asks for at least one original or copy: rows with none are mostly remarks. When no
    row states a number, every row is counted. All cases of the procedure are counted together.
    """
    text = unicodedata.normalize("NFC", cell)
    if _DOSSIER_HEAD not in text:
        return None, None
    rows = list(_COPIES.finditer(text))
    asked = sum(row[0][0] != "0" or int(row["copies"] or 0) > 0 for row in rows)
    return asked or len(rows) or None, len(_FORM_FILE.findall(text))


def dossier_rows(cell: str) -> list[str]:
    """The names of the papers that the dossier table asks for, as `count_dossier` counts them: rows with at
    least one original or copy. Names of form files stay glued to their ends.
    """
    text = unicodedata.normalize("NFC", cell)
    found: list[str] = []
    for case in text.split(_DOSSIER_HEAD)[1:]:
        start = 0
        for row in _COPIES.finditer(case):
            if row[0][0] != "0" or int(row["copies"] or 0) > 0:
                found.append(plain(case[start : row.start()]))
            start = row.end()
    return found


def read_results(cell: str, longest: int = 160, all_together: int = 300) -> list[str]:
    """The names of the documents the applicant receives, without the number of their form.

    Whole sentences (longer than `longest` characters) are no names and are left out.
    """
    names: list[str] = []
    parts = _RESULT_CODE.split(unicodedata.normalize("NFC", cell).split("Từ khóa")[0])
    for sentence in (
        piece for part in parts[:-1] for piece in part.split(";")
    ):  # after the last code: no name
        name = plain(_FORM_NUMBER.split(_GLUED_SENTENCE.split(sentence)[0])[0]).strip(" .,:-+")
        fits = 4 <= len(name) <= longest and len(";".join([*names, name])) <= all_together
        if fits and name[0].isupper() and name.casefold() not in _SAID_NOTHING and name not in names:
            names.append(name)
    return names


def read_documents(cell: str) -> list[str]:
    """Numbers of the legal documents, such as 123/2015/NĐ-CP, each once, in the order of the record."""
    found: dict[str, None] = {}
    for match in _DOCUMENT.finditer(unicodedata.normalize("NFC", cell)):
        number = match["number"]
        glued_year = re.fullmatch(r"(?:19|20)\d\d(\d{1,3})", number)  # "… năm 2024" and "230/2025/NĐ-CP"
        if glued_year:
            number = glued_year[1]
        if len(number.split(".")[0]) <= 4:
            kind = match["kind"].replace("ND-", "NĐ-").replace("TTLT- ", "TTLT-")
            found[f"{number}/{match['year']}/{kind}"] = None
    return list(found)


def says_something(cell: str) -> str:
    """`yes` when the section has words, `no` when it says "none", empty when it is not filled in."""
    text = plain(cell.split("Từ khóa")[0]).casefold().strip(" .-")
    if text in _SAID_NOTHING:
        return ""
    return "no" if text in _SAID_NONE else "yes"
