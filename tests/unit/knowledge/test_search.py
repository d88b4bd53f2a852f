"""Search: the same with and without diacritics, right for plain questions, and not to be brought down by a query."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import replace

import pytest

from knowledge.search.corpus import entries
from knowledge.search.deciding import Certainty, decide
from knowledge.search.index import NOTHING, ProcedureIndex
from knowledge.search.normalise import added_words, content_words, expand_abbreviations, load_lexicon, subject_words
from knowledge.search_rows import SearchRow
from knowledge.text import fold
from tests.fixtures.small_catalogue import MADE_UP, FakeEncoder, entry_of, hand_ranker, small_entries, small_rows

HOSTILE = [
    "",
    "   ",
    "\x00\x01\x02\x1b[31m",
    "a" * 10_000,
    "đăng ký " * 2_000,
    "🙂" * 3_000,
    "‮trú tạm ký đăng‬\u200b\u200e",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE record; --",
    '" OR 1=1 UNION SELECT * FROM record --',
    "%s%s%n {0} {title} ${jndi:ldap://x/a}",
    "../../../etc/passwd",
    "\ud800 lone",
    "ก็็็็็็็็็็็็็็็็็็็็" * 50,
    "0" * 5_000,
    "?" * 5_000,
    "1.004194 " * 500,
    ".*(a+)+$" * 200,
    "dangky" * 900,
    "d9a8ng" * 900,
]


@pytest.fixture(scope="module")
def index(curated):
    """The records that ship with the project, with the shipped ranker, by words alone."""
    rows = [
        SearchRow(
            code=record.code,
            title=record.title,
            curated=True,
            applies_to_city=True,
            aliases=record.aliases,
            sample_questions=record.sample_questions,
            sector=record.sector,
            authority_levels=tuple(level.value for level in record.authority_levels),
        )
        for record in curated.values()
    ]
    return ProcedureIndex.build(entries(rows, curated, {}), fact_questions=())


@pytest.fixture(scope="module")
def small():
    return ProcedureIndex.build(small_entries(), ranker=hand_ranker(), fact_questions=())


PLAIN = [
    ("đăng ký tạm trú", "1.004194"),
    ("đăng ký thường trú", "1.004222"),
    ("làm giấy khai sinh", "1.001193"),
    ("đăng ký kết hôn", "1.000894"),
    ("đăng ký khai tử", "1.000656"),
    ("tách hộ", "1.010038"),
    ("cấp lại thẻ căn cước bị mất", "1.014064"),
    ("đổi giấy phép lái xe", "3.000347"),
    ("chứng thực bản sao từ bản chính", "2.000815"),
    ("xác nhận tình trạng hôn nhân", "1.004873"),
    ("đăng ký lại khai sinh", "1.004884"),
    ("phiếu lý lịch tư pháp", "3.000333"),
    ("thành lập hộ kinh doanh", "1.001612"),
    ("khai báo tạm vắng", "1.003677"),
]


def codes(index, text, limit=10):
    return [hit.code for hit in index.search(text, limit).hits]


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(("question", "code"), PLAIN)
def test_a_plain_question_finds_its_procedure_with_and_without_diacritics(index, question, code):
    assert codes(index, question)[0] == code
    assert codes(index, fold(question))[0] == code


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(("question", "code"), PLAIN)
def test_both_forms_of_unicode_and_any_case_find_the_same(index, question, code):
    expected = codes(index, question, 5)
    assert expected[0] == code
    assert codes(index, unicodedata.normalize("NFD", question), 5) == expected
    assert codes(index, question.upper(), 5) == expected


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(
    "typed", ["ddawng kys tajm trus", "d9a8ng ky1 tam5 tru1", "dk tạm trú", "đăng kýyyy tạm trú", "dang ky kt3"]
)
def test_keystrokes_short_forms_and_slips_find_the_same(index, typed):
    assert codes(index, typed)[0] == "1.004194"


def test_every_procedure_is_found_by_its_own_title(index):
    missed = [row.code for row in index.rows if row.code not in codes(index, row.title, 3)]
    assert missed == []


@pytest.mark.parametrize("code", MADE_UP)
def test_every_made_up_procedure_is_found_by_its_title_its_names_and_its_questions(small, code):
    title, names, questions = MADE_UP[code]
    for text in (title, *names, *questions):
        assert codes(small, text)[0] == code
        assert code in codes(small, fold(text), 2)


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_is_harmless_and_quick(index, query):
    started = time.process_time()
    ranked = index.search(query)
    assert time.process_time() - started < 1.0
    assert len(ranked.hits) <= 10
    assert set(codes(index, query)) <= {row.code for row in index.rows}
    assert 0.0 <= ranked.sure <= 1.0
    assert 0.0 <= ranked.inside <= 1.0


def test_results_are_in_order_and_limited(index):
    ranked = index.search("đăng ký", limit=7)
    assert len(ranked.hits) == 7
    scores = [hit.score for hit in ranked.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert len({hit.code for hit in ranked.hits}) == 7


def test_scores_are_shares_of_one(small):
    assert sum(hit.score for hit in small.search("đăng ký", limit=len(MADE_UP)).hits) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("encoder", [None, FakeEncoder()], ids=["words", "vectors"])
def test_an_empty_catalogue_finds_nothing(encoder):
    empty = ProcedureIndex.build([], encoder, ranker=hand_ranker(), fact_questions=())
    assert empty.search("đăng ký tạm trú") is NOTHING
    assert decide(NOTHING) is Certainty.NONE


def test_procedures_of_other_provinces_come_last():
    def row(code, city):
        return SearchRow(code, "Hỗ trợ hỏa táng", False, city, (), (), "", ())

    index = ProcedureIndex.build([entry_of(row("9.000001", False)), entry_of(row("9.000002", True))], fact_questions=())
    assert codes(index, "hỗ trợ hỏa táng") == ["9.000002", "9.000001"]


def test_twins_of_one_title_do_not_make_each_other_unsure():
    row = small_rows(["9.000008"])[0]
    twin = SearchRow("9.100008", row.title, False, True, row.aliases, row.sample_questions, "", ("province",))
    one = ProcedureIndex.build(small_entries(), ranker=hand_ranker(), fact_questions=())
    two = ProcedureIndex.build([*small_entries(), entry_of(twin)], ranker=hand_ranker(), fact_questions=())
    assert set(codes(two, "nuôi bồ câu", 2)) == {"9.000008", "9.100008"}
    assert two.search("nuôi bồ câu").sure == pytest.approx(one.search("nuôi bồ câu").sure, abs=0.05)


def test_a_long_title_comes_with_its_everyday_name():
    long = SearchRow("9.000031", "Cấp giấy phép " + "rất dài " * 12, True, True, ("giấy dài",), (), "", ())
    index = ProcedureIndex.build([entry_of(long), *small_entries()], ranker=hand_ranker(), fact_questions=())
    assert index.search("giấy dài").hits[0].name == "Giấy dài"
    assert index.hit_of("9.000031", 0.5).name == "Giấy dài"
    assert index.hit_of("9.000001", 0.5).name == ""


def test_what_the_index_knows(small):
    assert "9.000001" in small
    assert "1.004194" not in small
    assert small.knows("tam")
    assert small.knows("kiểng") is False  # asked for folded words
    assert small.knows("kieng")
    assert not small.knows("zzz")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("đk tạm trú ko", "dang ky tam tru khong"),
        ("cccd mất", "can cuoc cong dan mat"),
        ("KT3", "tam tru"),
        ("gplx hết hạn", "giay phep lai xe het han"),
        ("1.004194", "1.004194"),
        ("", ""),
    ],
)
def test_abbreviations_are_written_out(typed, written):
    assert " ".join(expand_abbreviations(typed, load_lexicon())) == written


def test_everyday_phrases_bring_official_words_beside_them():
    assert "ket hon" in " ".join(added_words(["lam", "dam", "cuoi"], load_lexicon()))
    assert added_words(["khong", "co", "gi"], load_lexicon()) == []


def test_small_words_go_only_where_others_stay():
    assert "tam" in content_words(["toi", "muon", "dang", "ky", "tam", "tru"])
    assert "toi" not in content_words(["toi", "muon", "dang", "ky", "tam", "tru"])
    assert content_words(["toi"]) == ["toi"]
    assert subject_words(["toi", "muon", "hoi"]) == []


def test_whether_several_are_meant_is_worked_out_only_where_the_first_may_be_answered(index):
    question = index.read("đăng ký tạm trú cho cháu nhỏ")
    ranked = index.ranked_only(question, 12)
    doubtful, clear = (index.doubts.weigh(question, replace(ranked, sure=sure)) for sure in (0.59, 0.6))
    assert doubtful.several == 0.0 < clear.several
    assert doubtful.hits == clear.hits
