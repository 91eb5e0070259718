"""The whole review over HTTP, as people do it: answers at every scope, submitted, returned, mended, verified
by somebody else, read by the public, and due again when the record changes.
"""

import csv
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.site import Browser, Site

TOP = Path(__file__).parents[2]


def words_of(page: httpx.Response) -> str:
    """The text of a page as somebody reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def offering(public: Browser, code: str) -> Any:
    """The service at the Department of Justice, as the public interface gives it."""
    [found] = public.get(f"/api/v1/offerings?agency=STP&service={code}").json()["items"]
    return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site of its own: it is answered for as a whole, stopped, and started with another catalogue."""
    with Site(tmp_path / "data") as running:
        yield running


def answer(person: Browser, address: str, words: str, value: str = "met") -> httpx.Response:
    """Open a criterion, fill in its form, save."""
    page = person.get(address)
    path = address.partition("?")[0]
    saved = person.submit(page, path, value=value, justification=words, evidence="https://dichvucong.gov.vn/")
    assert saved.status_code == 200, saved.text
    assert 'role="status"' in saved.text
    return saved


def number_of_review(person: Browser, code: str) -> str:
    """The number of the submission in the inbox."""
    listed = person.get("/vi/review")
    entries = re.findall(r'<li class="result.*?</li>\s*</ul>', listed.text, re.S)
    found = next(entry for entry in entries if f"<li>{code}</li>" in entry)
    return re.search(r"/vi/review/(\d+)", found)[1]


def decide(reviewer: Browser, review: str, step: str, **typed: str) -> httpx.Response:
    """Take a step on the page of a review."""
    return reviewer.submit(reviewer.get(f"/vi/review/{review}"), f"/review/{review}", step=step, **typed)


def without_forms(code: str, tree: Path) -> Path:
    """A copy of the program whose national record says that the service has no form any more."""
    for name in ("src", "catalogue", "assessments", "templates", "locale", "static"):
        shutil.copytree(TOP / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TOP / "pyproject.toml", tree)
    path = tree / "catalogue" / "services.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
        names = list(reader.fieldnames or ())
    [record] = [row for row in rows if row["code"] == code]
    assert record["forms"] != "0"
    record["forms"] = "0"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return tree


def test_from_answers_to_a_verified_level_that_is_due_when_the_record_changes(
    site: Site, tmp_path: Path
) -> None:
    public, officer, lead, planner, other = (Browser(site) for _ in range(5))
    # it lacks the forms too: where there are none, that criterion does not apply
    code = site.own_service("STP", lambda missing: missing[:1] == ("3.01",))
    officer.sign_in(site.person("staff", "STP"))
    lead.sign_in(site.person("lead", "STP"))
    first, second = (one for one in site.people if one.role == "planner")
    planner.sign_in(first)
    other.sign_in(second)

    # the portal, the agency, the service at every agency and the offering are answered, each once
    page = planner.get("/vi/platform/3.18")
    assert "73.806" in words_of(page)  # the effect, before it is saved
    assert "Đã lưu" in words_of(answer(planner, "/vi/platform/3.18", "Cổng hiện trạng thái hồ sơ"))
    page = officer.get("/vi/work/agency/3.45")
    assert re.search(r"Câu trả lời được tính cho \d+ thủ tục", words_of(page))
    answer(officer, "/vi/work/agency/3.45", "Công bố tại Quyết định 12/QĐ-STP")
    answer(planner, f"/vi/platform/services/{code}/2.02", "Chấp nhận hồ sơ in từ biểu mẫu điện tử")
    missing = offering(public, code)["missing"]
    for criterion in missing[:-1]:
        answer(officer, f"/vi/work/{code}/{criterion}", f"Đã vận hành: {criterion}")
    assert offering(public, code)["level"] == 2
    answer(lead, f"/vi/work/{code}/{missing[-1]}", "Trưởng phòng xác nhận")
    assert offering(public, code)["level"] == 3
    assert offering(public, code)["status"] == "self_assessed"

    # it is submitted; nobody reviews answers of their own
    sent = officer.submit(officer.get(f"/vi/work/{code}/submit"), f"/{code}/submit")
    assert "Đã gửi thẩm định" in words_of(sent)
    assert officer.get("/vi/review").status_code == 403
    review = number_of_review(planner, code)
    for author in (lead, planner):
        seen = author.get(f"/vi/review/{review}")
        assert "Bảng kiểm này có câu trả lời của bạn" in words_of(seen)
        assert 'value="verify"' not in seen.text
        forced = author.http.post(
            f"/vi/review/{review}",
            data={"csrf": author.csrf, "version": "1", "step": "confirm"},
            headers={"Origin": site.address},
        )
        assert forced.status_code == 403
    assert offering(public, code)["status"] == "submitted"

    # returned with a remark at the criterion, which the officer finds there and mends
    back = decide(other, review, "return", **{f"remark-{missing[0]}": "Liên kết chưa mở được biểu mẫu"})
    assert "Đã trả lại kèm nhận xét" in words_of(back)
    assert "chưa mở được" not in public.get(f"/vi/services/{code}?agency=STP").text
    at_criterion = officer.get(f"/vi/work/{code}/{missing[0]}")
    assert "Liên kết chưa mở được biểu mẫu" in at_criterion.text
    answer(officer, f"/vi/work/{code}/{missing[0]}", "Đã sửa liên kết")
    officer.submit(officer.get(f"/vi/work/{code}/submit"), f"/{code}/submit")

    # verified by somebody else, after one more question
    sure = decide(other, review, "verify")
    assert offering(public, code)["status"] == "submitted"
    done = other.submit(sure, f"/review/{review}", step="confirm")
    assert re.search(r"Đã xác nhận .*mức 3, đến hết \d\d/\d\d/\d{4}", words_of(done))

    # the public reads level 3, verified, the dates, and the criteria behind it
    stands = offering(public, code)
    assert (stands["level"], stands["status"]) == (3, "verified")
    assert stands["verified_until"] > stands["verified_at"][:10]
    shown = words_of(public.get(f"/vi/services/{code}?agency=STP"))
    assert "Mức 3" in shown
    assert re.search(r"đã được xác nhận ngày \d\d/\d\d/\d{4}", shown)
    behind = shown.partition("Mức 3 dựa trên những tiêu chí nào")[2]
    for criterion in (*missing, "2.02", "1.01"):
        assert criterion in behind
    assert "Đã vận hành" not in shown  # what people wrote stays inside

    # the national record changes: the level stands, its verification is due for renewal
    site.stop()
    site.start(without_forms(code, tmp_path / "later"))
    again = offering(public, code)
    assert (again["level"], again["status"]) == (3, "due")
    shown = words_of(public.get(f"/vi/services/{code}?agency=STP"))
    assert "đến hạn" in shown.lower()
    assert "hồ sơ thủ tục đã thay đổi" in shown

    # and is renewed in the same way
    officer.submit(officer.get(f"/vi/work/{code}/submit"), f"/{code}/submit")
    other.submit(decide(other, review, "verify"), f"/review/{review}", step="confirm")
    assert offering(public, code)["status"] == "verified"
