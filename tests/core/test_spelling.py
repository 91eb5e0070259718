"""Other words for a search that found nothing, and the letter a name stands under."""

from lenmuc.core.spelling import other_words, vocabulary
from lenmuc.core.text import initial

KNOWN = vocabulary(
    ["Đăng ký khai sinh", "Cấp giấy phép xây dựng", "Sửa chữa trạm biến áp", "kinh doanh 1.001193"]
)


def test_vocabulary_is_folded_and_holds_no_codes() -> None:
    assert {"dang", "ky", "sinh", "tram"} <= KNOWN
    assert not any(word[0].isdigit() for word in KNOWN)


def test_word_that_sounds_alike_comes_first() -> None:
    assert other_words("khai xinh", KNOWN)[0] == "khai sinh"
    assert other_words("chạm biến áp", KNOWN)[0] == "tram bien ap"


def test_typo_is_mended() -> None:
    assert other_words("giay phep xay dungg", KNOWN)[0] == "giay phep xay dung"


def test_word_nobody_knows_is_left_out() -> None:
    assert other_words("khai sinh zzzzqqq", KNOWN)[0] == "khai sinh"


def test_known_words_that_do_not_stand_together_are_tried_one_fewer() -> None:
    assert other_words("khai sinh kinh", KNOWN) == ("khai sinh", "khai kinh", "sinh kinh")


def test_what_was_typed_is_never_suggested_and_the_answer_is_always_the_same() -> None:
    for text in ("khai sinh", "xinh", "", "!!!", "a " * 200):
        found = other_words(text, KNOWN)
        assert text.strip() not in found
        assert found == other_words(text, set(KNOWN))
        assert len(found) <= 12


def test_initial_is_a_letter_of_the_alphabet_without_its_tone() -> None:
    assert [initial(name) for name in ("Đất đai", "Ấp", "ổn định", "ưu đãi", "hộ tịch", "")] == [
        *("Đ", "Â", "Ô", "Ư", "H"),
        "",
    ]
