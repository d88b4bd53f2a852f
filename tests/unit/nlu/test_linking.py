"""From a message to procedures: by name, by code, through a catalogue that changes or fails."""

from __future__ import annotations

import threading
import time

import pytest

from bot.nlu.linking import MAX_TEXT, Linker
from knowledge.errors import CatalogueUnreadableError
from knowledge.facts import Fact
from knowledge.search.deciding import Certainty
from knowledge.search.index import ProcedureIndex
from knowledge.search.ranking import RankerInvalidError
from knowledge.search_rows import SearchRow
from tests.fixtures.small_catalogue import entry_of, hand_ranker, small_entries


def index_of(*rows):
    return ProcedureIndex.build([entry_of(row) for row in rows], ranker=hand_ranker(), fact_questions=())


def row(code, title, *aliases):
    return SearchRow(code, title, True, True, aliases, (), "", ("commune",))


SMALL = ProcedureIndex.build(small_entries(), ranker=hand_ranker(), fact_questions=())
PIGEONS = index_of(row("9.000099", "Nuôi chim bồ câu", "nuôi chim"), row("9.000098", "Nuôi cá lia thia"))


class FakeSource:
    """Answers what it is told to, and counts how often it was asked."""

    def __init__(self, index):
        self.index, self.fault, self.asked = index, None, 0

    def current(self):
        self.asked += 1
        if self.fault:
            raise self.fault
        return self.index


@pytest.fixture
def source():
    return FakeSource(SMALL)


@pytest.fixture
def linker(source):
    return Linker(source)


@pytest.fixture
def later(monkeypatch):
    """Let a minute pass for the linker."""
    clock = {"ahead": 0.0}
    real = time.monotonic
    monkeypatch.setattr("bot.nlu.linking.time.monotonic", lambda: real() + clock["ahead"])

    def wait(seconds=60.0):
        clock["ahead"] += seconds

    return wait


def link(linker, text):
    return linker.understand(text)[1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("đăng ký tạm trú cần giấy gì", "9.000001"),
        ("dk kt3 o dau", "9.000001"),
        ("nhập hộ khẩu mất bao lâu", "9.000002"),
        ("lệ phí cấp lại căn cước bị mất", "9.000003"),
        ("đổi bằng lái", "9.000004"),
        ("làm gks cho bé", "9.000005"),
        ("ddawng kys tajm trus", "9.000001"),
    ],
)
def test_a_message_leads_to_its_procedure(linker, text, code):
    found = link(linker, text)
    assert found.hits[0].code == code
    assert found.certainty is Certainty.CLEAR
    assert 0 < found.known <= found.words


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("đăng ký tạm trú bao nhiêu tiền", (Fact.FEE,)),
        ("dk tam tru mat bao lau", (Fact.TIME,)),
        ("đăng ký tạm trú", ()),
        ("lệ phí bn", (Fact.FEE,)),
    ],
)
def test_the_facts_asked_come_with_it(linker, text, facts):
    assert linker.understand(text)[0].facts == facts


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize("text", ["bao nhiêu tiền", "ở đâu vậy em", "", "???", "🙂", "cần giấy tờ gì"])
def test_a_message_without_a_subject_leads_nowhere(linker, text):
    found = link(linker, text)
    assert (found.hits, found.certainty, found.words) == ((), Certainty.NONE, 0)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("má mất rồi, giờ làm gì", "death"),
        ("mã mất rồi", None),
        ("con trai em mất rồi", "death"),
        ("dạ con tôi mới mất", "death"),
        ("con mất rồi", None),
        ("giấy khai sinh con em mất rồi", None),
        ("thẻ của má mất rồi", None),
    ],
)
def test_who_died_is_told_from_what_was_lost(linker, text, event):
    told = linker.several(text).told
    assert (told and told.event.event) == event


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize("text", ["zzz qqq", "xyzt", "hello world"])
def test_words_that_the_catalogue_does_not_hold_are_counted_as_unknown(linker, text):
    found = link(linker, text)
    assert found.certainty is not Certainty.CLEAR
    assert found.known < found.words


@pytest.mark.requirement("R-02")
def test_what_is_only_near_is_named_where_its_title_shares_the_subject(linker, monkeypatch):
    monkeypatch.setattr("bot.nlu.linking.decide", lambda ranked: Certainty.WEAK)
    near = link(linker, "nuôi cá cảnh trong hồ")
    assert near.certainty is Certainty.WEAK
    assert {hit.code for hit in near.hits} == {"9.000009", "9.000011"}
    far = link(linker, "nuôi khủng long")
    assert (far.hits, far.certainty) == ((), Certainty.NONE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.004194", "1.004194"),
        ("mã 1.001193.000.00.00.H29 lệ phí", "1.001193"),
        ("đăng ký tạm trú", ""),
        ("15.000", ""),
        ("11.004194", ""),
        ("1.0041941", ""),
    ],
)
def test_a_typed_code_is_kept(linker, text, code):
    assert link(linker, text).code == code


def test_a_typed_code_is_kept_even_without_a_catalogue(linker, source):
    source.fault = CatalogueUnreadableError("gone")
    asked, found = linker.understand("mã 1.004194 lệ phí bao nhiêu")
    assert (found.code, found.hits, found.certainty) == ("1.004194", (), Certainty.NONE)
    assert asked.facts == (Fact.FEE,)


def test_hits_travel_as_plain_values(linker):
    data = link(linker, "đăng ký tạm trú").to_json()
    assert data["hits"][0]["code"] == "9.000001"
    assert isinstance(data["hits"][0]["score"], float)
    assert data["certainty"] in {certainty.value for certainty in Certainty}
    assert len(data["hits"]) <= 6
    assert not {hit["code"] for hit in data["hits"]} & {hit["code"] for hit in data["others"]}
    assert all(0.0 <= data[name] <= 1.0 for name in ("sure", "inside"))


def test_a_changed_catalogue_is_taken_in_without_a_restart(linker, source, later):
    link(linker, "đăng ký tạm trú")
    source.index = PIGEONS
    later()
    assert link(linker, "nuôi chim").hits[0].code == "9.000099"
    assert "9.000001" not in {hit.code for hit in link(linker, "đăng ký tạm trú").hits}


def test_the_catalogue_is_looked_at_every_few_seconds_only(linker, source, later):
    for _ in range(5):
        link(linker, "đăng ký tạm trú")
    assert source.asked == 1
    later(1.0)
    link(linker, "đăng ký tạm trú")
    assert source.asked == 1
    later(10.0)
    link(linker, "đăng ký tạm trú")
    assert source.asked == 2


@pytest.mark.parametrize(
    "fault", [CatalogueUnreadableError("gone"), RankerInvalidError("another version"), OSError("disk full")]
)
def test_the_old_index_stays_while_the_catalogue_fails_and_goes_when_it_is_back(linker, source, later, fault):
    link(linker, "đăng ký tạm trú")
    source.fault = fault
    later()
    assert link(linker, "đăng ký tạm trú").hits[0].code == "9.000001"
    source.fault, source.index = None, PIGEONS
    later()
    assert link(linker, "nuôi chim bồ câu").hits[0].code == "9.000099"


def test_a_catalogue_that_fails_from_the_start_leads_nowhere_until_it_is_there(linker, source):
    source.fault = CatalogueUnreadableError("gone")
    assert link(linker, "đăng ký tạm trú").hits == ()
    source.fault = None
    assert link(linker, "đăng ký tạm trú").hits[0].code == "9.000001"


def test_a_name_of_two_procedures_brings_both():
    both = index_of(row("9.000001", "Cấp giấy A", "giấy chim"), row("9.000002", "Cấp giấy B", "giấy chim"))
    found = link(Linker(FakeSource(both)), "giấy chim")
    assert {hit.code for hit in found.hits[:2]} == {"9.000001", "9.000002"}


def test_a_wall_of_text_is_about_its_beginning(linker):
    assert link(linker, "đăng ký tạm trú " + "x " * MAX_TEXT + "nuôi bồ câu").hits[0].code == "9.000001"


def test_messages_at_the_same_time_ask_the_source_one_after_another(source):
    inside, most = [0], [0]
    real = source.current

    def watched():
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.01)
        inside[0] -= 1
        return real()

    source.current = watched
    linker = Linker(source)
    threads = [threading.Thread(target=link, args=(linker, "đăng ký tạm trú")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "đăng ký tạm trú " * 700,
        "<script>" * 900,
        "'; DROP TABLE record; --",
        "\x00\u202e",
        "\ud800",
        "🙂" * 5_000,
    ],
    ids=range(7),
)
def test_hostile_messages_are_harmless_and_quick(linker, text):
    link(linker, "đăng ký tạm trú")
    started = time.process_time()
    link(linker, text)
    assert time.process_time() - started < 1.5
