"""What somebody typed is read as what was meant; codes, numbers and names stay; nothing hostile costs more."""

from __future__ import annotations

import time
import unicodedata

import pytest

from knowledge.search.normalise import Lexicon, load_lexicon
from knowledge.search.normaliser import MAX_WORDS, Normaliser, Reading
from knowledge.search.restoring import Restorer

TEXTS = (
    "đăng ký tạm trú tại nhà trọ", "đăng ký thường trú", "làm giấy khai sinh cho bé", "cấp lại thẻ căn cước bị mất",
    "cấp sổ hồng lần đầu", "hồ sơ của học sinh lớp một", "nộp hồ sơ ở đâu", "học sinh lớp mười nộp học bạ",
    "không biết làm sao", "người nước ngoài", "hộ khẩu thành phố", "tôi không hiểu", "mình muốn hỏi",
)  # fmt: skip
LEXICON = Lexicon(
    abbreviations={},
    readings={
        "dk": ("đăng ký",),
        "ko": ("không",),
        "hong": ("không",),
        "mún": ("muốn",),
        "cccd": ("căn cước công dân",),
        "gks": ("giấy khai sinh",),
        "k": ("không",),
        "hs": ("hồ sơ", "học sinh"),
        "hk": ("hộ khẩu", "không"),
    },
    phrases=(),
    small=frozenset(),
    asking=frozenset(),
    pairs=frozenset({"so hong"}),
    foreign=load_lexicon().foreign,
)


@pytest.fixture(scope="module")
def normaliser():
    return Normaliser(LEXICON, Restorer.train([(text, 30) for text in TEXTS]))


def read(normaliser, text):
    return " ".join(normaliser.read(text).tokens)


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(
    ("typed", "tokens", "how"),
    [
        ("dk", "dang ky", Reading.WRITTEN_OUT),
        ("KO", "khong", Reading.WRITTEN_OUT),
        ("mún", "muon", Reading.WRITTEN_OUT),
        ("CCCD", "can cuoc cong dan", Reading.WRITTEN_OUT),
        ("tajm", "tam", Reading.KEYSTROKES),
        ("ddawng", "dang", Reading.KEYSTROKES),
        ("tru1", "tru", Reading.KEYSTROKES),
        ("dangky", "dang ky", Reading.SPLIT),
        ("khaisinh", "khai sinh", Reading.SPLIT),
        ("dangkytamtru", "dang ky tam tru", Reading.SPLIT),
        ("đăngký", "dang ky", Reading.SPLIT),
        ("thunog", "thuong", Reading.CORRECTED),
        ("giaay", "giay", Reading.KEYSTROKES),
        ("sihn", "sinh", Reading.CORRECTED),
        ("kýyyyy", "ky", Reading.CORRECTED),
        ("đăngggg", "dang", Reading.CORRECTED),
        ("tạm", "tam", Reading.TYPED),
        ("vneid", "vneid", Reading.TYPED),
        ("zzqqww", "zzqqww", Reading.TYPED),
    ],
)
def test_one_word_as_it_is_read(normaliser, typed, tokens, how):
    question = normaliser.read(typed)
    assert (" ".join(question.tokens), question.words[0].how) == (tokens, how)
    assert question.words[0].typed == typed


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("dk tam tru ko", "đăng ký tạm trú không"),
        ("lam gks cho be", "làm giấy khai sinh cho bé"),
        ("ddawng kys tajm tru1", "đăng ký tạm trú"),
        ("DANG KY TAM TRU", "đăng ký tạm trú"),
        ("Đăng kỳ tạmmmm trú", "đăng ký tạm trú"),
    ],
)
def test_a_message_gets_its_diacritics_back(normaliser, typed, marked):
    assert normaliser.read(typed).marked == marked


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("nop hs o dau", "nop ho so o dau"),
        ("hs lop mot", "hoc sinh lop mot"),
        ("hk thanh pho", "ho khau thanh pho"),
        ("hk biet lam sao", "khong biet lam sao"),
    ],
)
def test_a_short_form_with_two_meanings_is_told_by_its_neighbours(normaliser, typed, tokens):
    assert read(normaliser, typed) == tokens


def test_all_readings_that_were_considered_are_kept_the_chosen_one_first(normaliser):
    word = normaliser.read("hs lop mot").words[0]
    assert word.readings == ("học sinh", "hồ sơ")
    assert normaliser.read("nop hs o dau").words[1].readings == ("hồ sơ", "học sinh")


def test_a_slip_keeps_the_word_as_typed_among_its_readings(normaliser):
    word = normaliser.read("lam giay khai sihn").words[-1]
    assert (word.readings[0], word.readings[-1]) == ("sinh", "sihn")


@pytest.mark.parametrize(
    ("typed", "tokens"), [("so hong", "so hong"), ("sổ hong", "so hong"), ("biet hong", "biet khong")]
)
def test_a_short_form_is_a_whole_word_beside_its_partner(normaliser, typed, tokens):
    """ "Hong" is "không" as people write it in the South; "sổ hong" is the pink book of a house."""
    assert read(normaliser, typed) == tokens


@pytest.mark.parametrize(
    "text",
    [
        "1.004194", "ct01/a", "0912345678", "15.000", "12/3b", "2a/3", "q7", "p5", "2026", "01/07/2026", "h29.22",
        "1.001193.000.00.00.h29",
    ],
)  # fmt: skip
def test_codes_and_numbers_are_never_rewritten(normaliser, text):
    question = normaliser.read(f"mã {text} tạm trú")
    word = next(word for word in question.words if word.typed == text)
    assert (word.readings, word.how) == ((text,), Reading.TYPED)


@pytest.mark.parametrize("name", ["Khoi", "Tèo", "Mún", "Hong", "Dk", "Nghiêm", "Kha"])
def test_a_name_is_never_rewritten(normaliser, name):
    question = normaliser.read(f"anh {name} đăng ký tạm trú")
    word = question.words[1]
    assert (word.typed, word.readings, word.how) == (name, (name.lower(),), Reading.TYPED)


def test_a_capital_that_begins_a_sentence_makes_no_name(normaliser):
    assert read(normaliser, "Mún đăng ký. Ko biết") == "muon dang ky khong biet"


def test_a_shouted_message_is_read_like_a_quiet_one(normaliser):
    assert read(normaliser, "MÚN ĐĂNG KÝ TẠM TRÚ") == read(normaliser, "mún đăng ký tạm trú")


@pytest.mark.parametrize(
    "text",
    [
        "Đăng ký tạm trú, 12/3b Quận 7!",
        "<b>dk</b> <i>tạm trú</i>",
        "  hs\tlop\nmot  ",
        "🙂 dk 🙂 ko",
        "dangky\x00tam\x1b[31mtru",
    ],
)
def test_every_word_says_where_it_stands(normaliser, text):
    question = normaliser.read(text)
    assert question.words
    for word in question.words:
        assert text[word.start : word.end] == word.typed
    assert [word.start for word in question.words] == sorted(word.start for word in question.words)


def test_markup_is_no_word_and_moves_nothing(normaliser):
    question = normaliser.read('<a href="https://x.vn">đăng ký</a><br/> tạm trú')
    assert question.tokens == ["dang", "ky", "tam", "tru"]
    assert read(normaliser, "đăng ký <3 tạm trú") == "dang ky 3 tam tru"


def test_control_characters_part_words_and_do_no_harm(normaliser):
    assert read(normaliser, "đăng\x00ký\u200b \u202etạm\x07 trú") == "dang ky tam tru"


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize("text", ["Đăng ký tạm trú", "mún hỏi về hộ khẩu", "sổ hồng"])
def test_both_forms_of_unicode_are_read_alike(normaliser, text):
    taken_apart = normaliser.read(unicodedata.normalize("NFD", text))
    assert taken_apart == normaliser.read(text)
    assert unicodedata.is_normalized("NFC", taken_apart.marked)
    assert all(taken_apart.typed[word.start : word.end] == word.typed for word in taken_apart.words)


@pytest.mark.parametrize("text", ["tạm trú " * 5_000, "a " * 10_000, "dk " * 4_000])
def test_no_more_words_are_read_than_the_limit(normaliser, text):
    assert len(normaliser.read(text).words) == MAX_WORDS == 120


@pytest.mark.parametrize("text", ["", "   ", "???", "\x00\x01", "\ud800", "🙂🙂", "___", "<b></b>"])
def test_a_message_without_words_has_none(normaliser, text):
    question = normaliser.read(text)
    assert (question.words, question.tokens, question.marked) == ((), [], "")


@pytest.mark.parametrize(
    "text",
    ["a" * 50_000, "an" * 5_000, "<" * 9_000, "dangky" * 900, "x1" * 5_000, "ăâ" * 5_000, "q.q" * 3_000, "ก็" * 4_000],
    ids=range(8),
)
def test_a_hostile_word_is_harmless_and_quick(normaliser, text):
    started = time.process_time()
    assert len(normaliser.read(text).words) <= MAX_WORDS
    assert time.process_time() - started < 1.0


def test_without_statistics_the_lexicon_and_the_keys_still_count():
    plain = Normaliser(LEXICON)
    assert read(plain, "dk tajm tru1 ko") == "dang ky tam tru khong"
    assert read(plain, "hs") == "ho so"
    assert plain.read("dk tạm trú").marked == "đăng ký tạm trú"


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("đk tạm trú ko", "dang ky tam tru khong"),
        ("làm gks", "lam giay khai sinh"),
        ("gplx hết hạn", "giay phep lai xe het han"),
        ("so hong", "so hong"),
        ("1.004194", "1.004194"),
    ],
)
def test_the_shipped_lexicon_writes_out_what_people_shorten(typed, tokens):
    assert read(Normaliser(load_lexicon()), typed) == tokens
