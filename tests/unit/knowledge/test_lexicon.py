"""The lexicon of life: what it adds to a question and to the index, and which faults of the file are told."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from knowledge.errors import RecordInvalidError
from knowledge.search.corpus import entries
from knowledge.search.index_files import LEXICON_DIR
from knowledge.search.life import LIFE_PATH, Kind, LifeEntry, examples, former_agencies, load_life, meanings
from knowledge.search.life_check import life_faults
from knowledge.search.normalise import added_words, expand_abbreviations, load_lexicon
from knowledge.search.samples import Samples
from knowledge.search_rows import SearchRow
from knowledge.text import fold
from tests.fixtures.lexicon import LIFE, write_life

CODES = frozenset({"1.000001", "1.000002"})


def added(text, lexicon=None):
    lexicon = lexicon or load_lexicon()
    return " ".join(added_words(expand_abbreviations(text, lexicon), lexicon))


@pytest.fixture
def faults(tmp_path):
    def told(text):
        path = write_life(tmp_path, text)
        return [
            (fault.place.removeprefix(f"{path}:"), fault.reason) for fault in life_faults(path, load_lexicon(), CODES)
        ]

    return told


def test_the_shipped_lexicon_has_no_fault_and_is_rich():
    assert life_faults(LIFE_PATH, load_lexicon()) == []
    entries = load_life()
    assert 250 <= len(entries) <= 400
    assert {entry.kind for entry in entries} == set(Kind)


@pytest.mark.parametrize(
    ("text", "official"),
    [
        ("làm đám cưới", "ket hon"),
        ("bé mới sinh đi đăng ký ở đâu", "khai sinh"),
        ("dẹp tiệm luôn", "cham dut hoat dong ho kinh doanh"),
        ("lên thổ cư", "chuyen muc dich su dung dat"),
        ("mất cccd", "cap lai the can cuoc"),
        ("lam kt3", "tam tru"),
        ("LÀM SỔ HỒNG", "giay chung nhan quyen su dung dat"),
        ("ra o phuong xin giay doc than", "tinh trang hon nhan"),
    ],
)
def test_everyday_phrases_bring_official_words(text, official):
    assert official in added(text)


@pytest.mark.parametrize(
    "text",
    ["không có gì", "cuối tuần có làm việc không", "đề nghị ban hành văn bản", "cảm ơn bạn nha", "vẽ sơ đồ vị trí", ""],
)
def test_look_alikes_bring_none(text):
    assert added(text) == ""


def test_a_phrase_inside_a_longer_one_brings_nothing_of_its_own():
    lexicon = load_lexicon().saying([("mở quán", "hộ kinh doanh"), ("mở quán karaoke", "dịch vụ karaoke")])
    assert added("mở quán karaoke", lexicon) == "dich vu karaoke"
    assert added("mở quán karaoke rồi mở quán", lexicon) == "dich vu karaoke ho kinh doanh"
    assert added("mở quán rồi mở quán", lexicon) == "ho kinh doanh"


def test_a_phrase_is_met_as_typed_and_with_its_abbreviations_written_out():
    lexicon = load_lexicon().saying([("rớt cccd", "cấp lại")])
    assert added_words(["rot", "cccd"], lexicon) == ["cap", "lai"]
    assert added("rớt CCCD", lexicon) == "cap lai"


def test_the_age_of_a_child_is_told_in_the_words_of_titles():
    assert added("con 15 tuổi") == "tu du 14 tuoi tro len"
    assert added("con 5 tuổi") == "duoi 14 tuoi"
    assert added("em 30 tuổi") == ""


def test_many_phrases_cost_little():
    tokens = expand_abbreviations(
        "chồng em là người hàn quốc giờ muốn làm giấy kết hôn rồi nhập khẩu về nhà vợ", load_lexicon()
    )
    lexicon = load_lexicon()
    began = time.process_time()
    for _ in range(200):
        added_words(tokens * 6, lexicon)
    assert (time.process_time() - began) / 200 < 0.005


def test_a_life_event_is_an_example_of_its_first_procedure_only_a_name_of_all_of_its():
    life = (
        LifeEntry(("cưới",), Kind.LIFE_EVENT, ("1.000001", "1.000002")),
        LifeEntry(("sổ đỏ",), Kind.THING, ("1.000001", "1.000002")),
        LifeEntry(("phòng cũ",), Kind.OLD_AGENCY, ("1.000001",), today="Phòng mới"),
        LifeEntry(("cuối tuần",), Kind.LOOK_ALIKE),
    )
    assert examples(life) == {"1.000001": ("cưới", "sổ đỏ"), "1.000002": ("sổ đỏ",)}
    assert meanings(life) == [("cuối tuần", "")]
    assert former_agencies(life) == {"Phòng mới": ["phòng cũ"]}


def test_phrases_join_the_examples_of_the_index_but_are_shown_as_no_name():
    row = SearchRow("1.000001", "Nuôi chim", True, True, ("Nuôi cu",), ("nuôi chim sao",), "", ("commune",))
    bare = replace(row, aliases=(), sample_questions=())
    life = {"1.000001": ("nuoi cu", "cất chuồng cu")}
    entry, plain = entries([row, bare], {}, {"1.000001": Samples(questions=("nuôi cu sao",))}, life)
    assert entry.aliases == ("Nuôi cu",)
    assert entry.questions == ("nuôi chim sao", "nuôi cu sao", "cất chuồng cu")
    assert plain.aliases == ()


def test_a_right_file_has_no_fault(faults):
    assert faults(LIFE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "reason"),
    [
        ("kind: everyday_name", "kind: every_day", "3", "is not one of"),
        ('codes: ["1.000001"]', 'codes: ["1.1"]', "4", "does not match"),
        ("means: chim bồ câu", "mean: chim", "2", "Additional properties"),
        ("say: [cất chuồng cu, nuôi cu]", "say2: [cu]", "2", "is a required property"),
        ("today: Ủy ban nhân dân cấp xã", "codes: [1.000001]", "9", "is a required property"),
    ],
)
def test_faults_of_shape_name_their_line(faults, right, wrong, line, reason):
    assert right in LIFE
    found = faults(LIFE.replace(right, wrong))
    assert any(where == line and reason in told for where, told in found), found


@pytest.mark.parametrize(
    ("add", "reason"),
    [
        ('- {say: [gà], kind: thing, codes: ["1.000009"]}', "no procedure of the catalogue has the code 1.000009"),
        (
            '- {say: [Nuoi Cu], kind: thing, codes: ["1.000001"]}',
            "«Nuoi Cu» is read as «nuôi cu», which the entry of «cất chuồng cu» has",
        ),
        ('- {say: [mình], kind: thing, codes: ["1.000001"]}', "«mình» is a word that everybody uses in asking"),
        ("- {say: [cu gáy], kind: look_alike, means: chim}", "means has no place in an entry of kind look_alike"),
        ("- {say: [cu gáy], kind: thing}", "'codes' is a required property"),
        (
            '- {say: [cu gáy], kind: thing, codes: ["1.000001"], today: x}',
            "today has no place in an entry of kind thing",
        ),
        ("- say: [", "broken YAML"),
    ],
)
def test_faults_of_an_entry_name_its_line(faults, add, reason):
    found = faults(f"{LIFE}{add}\n")
    assert len(found) == 1
    assert found[0][0] in ("12", "13")
    assert reason in found[0][1]


def test_codes_are_left_unchecked_without_a_catalogue(tmp_path):
    path = write_life(tmp_path, LIFE.replace("1.000002", "9.999999"))
    assert life_faults(path, load_lexicon()) == []
    assert len(life_faults(path, load_lexicon(), CODES)) == 1


def test_a_spoilt_lexicon_is_told_when_it_is_read(tmp_path):
    with pytest.raises(RecordInvalidError, match=r"life\.yml:3: kind: 'x' is not one of"):
        load_life(write_life(tmp_path, LIFE.replace("everyday_name", "x")))


def test_no_phrase_of_a_meaning_is_what_people_say_all_the_time_without_diacritics():
    """ "ở đậu" reads as "ở đâu", "bán nhà" as "bạn nha": such phrases would move any question."""
    everyday = ("o dau", "ban nha", "lam nha", "giay nha", "can giay to nha", "ho so", "truoc", "nha co tang", "doi so")
    assert [text for text in everyday if added_words(text.split(), load_lexicon())] == []


def test_official_words_are_folded_once_for_all():
    assert all(fold(text) == text for pair in load_lexicon().phrases for text in pair)
    assert not (LEXICON_DIR / "phrases.yml").exists()
