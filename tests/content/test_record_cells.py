"""Reading the flattened cells of a national record: what is certain is a fact, the rest stays unknown."""

import importlib.util
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "record_cells.py"
described = importlib.util.spec_from_file_location("record_cells", TOOL)
assert described is not None
assert described.loader is not None
cells = importlib.util.module_from_spec(described)
described.loader.exec_module(cells)

HEAD = "Hình thức nộpThời gianPhí, lệ phíMô tả"
DOSSIER = "Trường hợp chungTên giấy tờMẫu đơn, tờ khaiSố lượng"


def fee(cell: str) -> tuple[str, tuple[str, ...]]:
    method = cells.read_methods(f"{HEAD}Trực tuyến3 Ngày làm việc{cell}")["online"]
    return method.fee, method.amounts


def test_each_channel_keeps_its_own_time() -> None:
    found = cells.read_methods(f"{HEAD}Trực tuyến5 Ngày làm việcMiễn phíTrực tiếp0.5 NgàyMiễn phíXem thêm")
    assert {code: method.time for code, method in found.items()} == {"online": "5 wd", "in_person": "0.5 d"}


def test_a_number_without_a_unit_is_no_time() -> None:
    assert cells.read_methods(f"{HEAD}Trực tiếp1Miễn phí")["in_person"].time == ""


def test_several_cases_give_the_longest_time_and_one_charge_charges() -> None:
    text = f"{HEAD}Trực tuyến2 Ngày làm việcMiễn phíTrực tuyến3 NgàyMiễn phíTrực tuyến8 Giờ20,000 VNĐ"
    assert cells.read_methods(text)["online"] == ("3 d", "charged", ("20000 VND",))


def test_a_channel_named_in_a_description_is_no_row() -> None:
    text = f"{HEAD}Trực tiếp3 NgàyMiễn phíTrực tuyến tại cổng dịch vụ công, 5 Ngày"
    assert list(cells.read_methods(text)) == ["in_person"]


def test_free_needs_a_record_that_does_not_contradict_itself() -> None:
    assert fee("Miễn phí") == ("free", ())
    assert fee("Miễn phí(Không quy định)") == ("free", ())
    assert fee("Miễn phí(Mức lệ phí do Hội đồng nhân dân quyết định)") == ("", ())
    assert fee("Miễn phí(Miễn lệ phí đối với hộ nghèo)") == ("", ())
    assert fee("Miễn phí(Cấp mới: 40.000 đồng/lần)") == ("charged", ())
    assert fee("Không có thông tin") == ("", ())


def test_an_amount_counts_only_when_its_unit_can_be_true() -> None:
    assert fee("8,000 VNĐ") == ("charged", ("8000 VND",))
    assert fee("10 USD(một lần)") == ("charged", ("10 USD",))
    assert fee("45 VNĐ") == ("charged", ())
    assert fee("1 Việt Nam Đồng(được miễn)") == ("", ())
    assert cells.read_methods(f"{HEAD}Trực tiếp1100,000 VNĐ")["in_person"].amounts == ()


def test_papers_are_rows_that_ask_for_a_copy() -> None:
    text = (
        f"{DOSSIER}Đơn theo Mẫu số 181 bản chínhNộp 02 bản chính tờ khai, hoặc nộp 2 bản chính kèm theo;"
        "1 bản chính,1 bản saoGhi chú0 bản chínhBản sao giấy phép0 bản chính,1 bản sao"
    )
    assert cells.count_dossier(text) == (3, 0)


def test_a_dossier_without_any_number_counts_its_rows() -> None:
    assert cells.count_dossier(f"{DOSSIER}Hóa đơn0 bản chínhVận đơn0 bản chính") == (2, 0)


def test_forms_are_files_and_a_missing_table_is_unknown() -> None:
    assert cells.count_dossier(f"{DOSSIER}ĐơnMau 01.docxMau 02.doc.pdf1 bản chính") == (1, 2)
    assert cells.count_dossier("Nộp hồ sơ tại cơ quan") == (None, None)


def test_results_are_names_without_form_numbers_and_page_furniture() -> None:
    text = (
        "Giấy phép lái tàu theo Mẫu số 3 Phụ lục IIMã: KQ.G17.000321Biển sốMã: KQ.G01.000015"
        "Từ khóaKhông có thông tinMô tảNộp hồ sơ"
    )
    assert cells.read_results(text) == ["Giấy phép lái tàu", "Biển số"]
    assert cells.read_results("Một câu dài " * 20 + "Mã: KQ.G17.000321Từ khóa") == []


def test_document_numbers_survive_being_glued_to_each_other() -> None:
    text = "Luật 27/2023/QH1527/2023/QH15Luật Đất đai năm 2024230/2025/NĐ-CPThông tư01/2025/TT-BTPThông tư"
    assert cells.read_documents(text) == ["27/2023/QH15", "230/2025/NĐ-CP", "01/2025/TT-BTP"]


def test_an_empty_section_is_unknown_and_a_denial_is_no() -> None:
    assert [cells.says_something(t) for t in ("Không có thông tinTừ khóa", "Không.", "Có đủ tuổi")] == [
        *("", "no", "yes")
    ]


def test_the_code_printed_into_a_name_is_taken_out() -> None:
    assert cells.clean_name(" Cấp  giấy phép ( 1.010727 )", "1.010727") == "Cấp giấy phép"
