"""Search: the same with and without diacritics, right for plain questions, and not to be brought down by a query."""

from __future__ import annotations

import time
import unicodedata

import pytest

from knowledge.search.deciding import Certainty, Thresholds, choices, decide
from knowledge.search.index import Hit, ProcedureIndex
from knowledge.search.normalise import added_words, content_words, expand_abbreviations, load_lexicon
from knowledge.store import SearchRow
from knowledge.text import fold

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
]


@pytest.fixture(scope="module")
def index(curated):
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
    return ProcedureIndex(rows)


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


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(("question", "code"), PLAIN)
def test_a_plain_question_finds_its_procedure_with_and_without_diacritics(index, question, code):
    assert index.search(question)[0].code == code
    assert index.search(fold(question))[0].code == code


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(("question", "code"), PLAIN)
def test_both_forms_of_unicode_and_any_case_find_the_same(index, question, code):
    expected = [hit.code for hit in index.search(question, 5)]
    assert [hit.code for hit in index.search(unicodedata.normalize("NFD", question), 5)] == expected
    assert [hit.code for hit in index.search(question.upper(), 5)] == expected


def test_every_procedure_is_found_by_its_own_title(index):
    missed = [row.code for row in index.rows if row.code not in {hit.code for hit in index.search(row.title, 3)}]
    assert missed == []


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_is_harmless_and_quick(index, query):
    started = time.process_time()
    hits = index.search(query)
    assert time.process_time() - started < 1.0
    assert len(hits) <= 10
    assert {hit.code for hit in hits} <= {row.code for row in index.rows}


def test_results_are_in_order_and_limited(index):
    hits = index.search("đăng ký", limit=7)
    assert len(hits) == 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_an_empty_catalogue_finds_nothing():
    assert ProcedureIndex([]).search("đăng ký tạm trú") == []


def test_procedures_of_other_provinces_come_last():
    def row(code, city):
        return SearchRow(code, "Hỗ trợ hỏa táng", False, city, (), (), "", ())

    index = ProcedureIndex([row("1.000001", False), row("1.000002", True)])
    assert index.search("hỗ trợ hỏa táng")[0].code == "1.000002"


def hits(*scores):
    return [Hit(f"1.{number:06}", "x", score) for number, score in enumerate(scores)]


LIMITS = Thresholds()


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("found", "certainty"),
    [
        ([], Certainty.NONE),
        (hits(LIMITS.none - 0.01), Certainty.NONE),
        (hits(LIMITS.weak - 0.01), Certainty.WEAK),
        (hits(LIMITS.certain + 0.1), Certainty.CLEAR),
        (hits(LIMITS.certain + 0.1, LIMITS.certain + 0.1 - LIMITS.margin / 2), Certainty.CLOSE),
        (hits(LIMITS.certain + 0.1, LIMITS.certain + 0.1 - LIMITS.margin * 2), Certainty.CLEAR),
        (hits(LIMITS.certain - 0.05, LIMITS.certain - 0.05 - LIMITS.close / 2), Certainty.CLOSE),
        (hits(LIMITS.certain - 0.05, LIMITS.certain - 0.05 - LIMITS.close * 2), Certainty.CLEAR),
    ],
)
def test_how_sure_the_first_hit_is(found, certainty):
    assert decide(found, LIMITS) is certainty


@pytest.mark.parametrize("count", range(2, 9))
def test_choices_offer_two_to_four(count):
    near = hits(*(0.6 - place / 100 for place in range(count)))
    assert choices(near) == near[: min(4, count)]
    far = hits(*(0.9 / (place + 1) for place in range(count)))
    assert 2 <= len(choices(far)) <= 3


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
