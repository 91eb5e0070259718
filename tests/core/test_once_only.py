"""A row of a dossier asks for a paper that a database holds, or it does not: by its words alone."""

from typing import Any

import pytest

from lenmuc import paths
from lenmuc.content.once_only import load_rules
from lenmuc.core.once_only import Asked, Filed, Reader, by_database

RULES = load_rules(paths.catalogue())
READER = Reader(RULES)


@pytest.mark.parametrize(
    ("row", "paper"),
    [
        ("- Giấy khai sinh;", "birth"),
        ("a) Bản sao có chứng thực Giấy khai sinh của trẻ", "birth"),
        ("GIẤY KHAI SINH", "birth"),
        ("01 bản sao giấy khai sinh hoặc trích lục ghi vào sổ hộ tịch", "birth"),
        ("(ii) Bản sao Giấy chứng nhận đăng ký hộ kinh doanh", "business"),
        ("+ Giấy chứng nhận đăng ký doanh nghiệp: 01 bản chụp có đóng dấu", "business"),
        ("Xuất trình thẻ Căn cước công dân gắn chip điện tử", "identity"),
        ("Hộ chiếu/Thẻ căn cước công dân/Thẻ căn cước do cơ quan có thẩm quyền cấp", "identity"),
        ("Hộ chiếu phổ thông còn thời hạn", "passport"),
        ("Giấy chứng nhận quyền sử dụng đất được cấp theo quy định qua các thời kỳ", "land"),
        ("Chứng nhận đăng ký xe, biển số xe", "vehicle"),
        ("Phiếu lý lịch tư pháp có giá trị sử dụng nếu được cấp chưa quá 12 tháng", "judicial-record"),
    ],
)
def test_a_row_that_begins_with_a_paper_asks_for_it(row: str, paper: str) -> None:
    held = READER.read(row)
    assert held is not None
    assert (held.paper, held.spared) == (paper, False)


@pytest.mark.parametrize(
    "row",
    [
        "Tờ khai đăng ký khai sinh theo mẫu",
        "Đơn đề nghị cấp lại Giấy chứng nhận đăng ký doanh nghiệp",
        "Phiếu đề nghị giải quyết thủ tục về căn cước (Mẫu DC02)",
        "Văn bản yêu cầu cấp Phiếu lý lịch tư pháp",
        "Giấy đề nghị đăng ký doanh nghiệp",
        "Giấy khai đăng ký xe",
        "Giấy chứng nhận kết hôn do nước ngoài cấp",
        "Hộ chiếu của người nước ngoài",
        "Lý lịch tư pháp do cơ quan có thẩm quyền của nước mà người đó là công dân cấp",
        "Hộ chiếu có đóng dấu kiểm chứng nhập cảnh",
        "Chứng từ thanh toán hàng hóa",
        "Thẻ căn cướcc",
        "",
    ],
)
def test_a_row_that_only_speaks_of_a_paper_does_not_ask_for_it(row: str) -> None:
    assert READER.read(row) is None


def test_a_record_that_asks_only_where_the_database_is_silent_spares_the_paper() -> None:
    row = "Giấy tờ có giá trị chứng minh thông tin về cư trú trong trường hợp không thể khai thác được"
    held = READER.read(row)
    assert held is not None
    assert (held.paper, held.spared) == ("residence", True)


def filed(service: str, offerings: int, filings: int, counted: int) -> Filed:
    return Filed(service, service, "", offerings, filings, counted, False)


def test_a_service_counts_once_for_a_database_and_for_each_database() -> None:
    asked = [
        Asked("a", "birth", 2, 0),
        Asked("a", "death", 1, 1),
        Asked("a", "identity", 1, 1),
        Asked("b", "birth", 1, 1),
        Asked("ended", "birth", 1, 0),
    ]
    services: dict[str, Any] = {"a": filed("a", 3, 30, 2), "b": filed("b", 1, 500, 1)}
    shares = {share.database: share for share in by_database(RULES, asked, services)}
    civil, population = shares["civil-status"], shares["population"]
    assert civil.services == ("b", "a")
    assert (civil.spared, civil.offerings, civil.filings, civil.counted) == (1, 4, 530, 3)
    assert civil.papers == (("birth", 2), ("death", 1))
    assert (population.services, population.spared) == (("a",), 1)
    assert shares["land"].services == ()
    assert list(shares)[:2] == ["civil-status", "population"]
