"""From a message to procedures: by name, by code, through a catalogue that changes or fails."""

from __future__ import annotations

import time

import pytest

from bot.nlu.linking import Linker
from knowledge.errors import CatalogueUnreadableError
from knowledge.search.asked import find_facts
from knowledge.search.deciding import Certainty
from knowledge.store import SearchRow


def row(code, title, *aliases, curated=True):
    return SearchRow(code, title, curated, True, aliases, (), "", ("commune",))


ROWS = [
    row("1.000001", "Đăng ký tạm trú", "làm tạm trú", "làm KT3"),
    row("1.000002", "Đăng ký thường trú", "nhập hộ khẩu"),
    row("1.000003", "Cấp lại thẻ căn cước", "mất căn cước"),
    row("1.000004", "Đổi giấy phép lái xe", "đổi bằng lái"),
    row("1.000005", "Đăng ký khai sinh", "làm giấy khai sinh"),
]


class FakeStore:
    """Answers what it is told to, and counts how often rows were read."""

    def __init__(self, rows):
        self.rows, self.current, self.readings, self.broken = rows, "r1", 0, False

    def revision(self):
        return "" if self.broken else self.current

    def search_rows(self):
        self.readings += 1
        if self.broken:
            raise CatalogueUnreadableError("gone")
        return iter(self.rows)


@pytest.fixture
def store():
    return FakeStore(list(ROWS))


@pytest.fixture
def linker(store):
    return Linker(store)


def link(linker, text):
    return linker.link(text, find_facts(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("đăng ký tạm trú cần giấy gì", "1.000001"),
        ("dk kt3 o dau", "1.000001"),
        ("nhập hộ khẩu mất bao lâu", "1.000002"),
        ("lệ phí cấp lại căn cước bị mất", "1.000003"),
        ("đổi bằng lái", "1.000004"),
        ("làm gks cho bé", "1.000005"),
    ],
)
def test_a_message_leads_to_its_procedure(linker, text, code):
    found = link(linker, text)
    assert found.hits[0].code == code
    assert found.certainty is not Certainty.NONE


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize("text", ["bao nhiêu tiền", "ở đâu vậy em", "", "???", "🙂", "cần giấy tờ gì"])
def test_a_message_without_a_subject_leads_nowhere(linker, text):
    found = link(linker, text)
    assert (found.hits, found.certainty, found.words) == ((), Certainty.NONE, 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.004194", "1.004194"),
        ("mã 1.001193.000.00.00.H29 lệ phí", "1.001193"),
        ("đăng ký tạm trú", ""),
        ("15.000", ""),
    ],
)
def test_a_typed_code_is_kept(linker, text, code):
    assert link(linker, text).code == code


def test_hits_travel_as_plain_values(linker):
    data = link(linker, "đăng ký tạm trú").to_json()
    assert data["hits"][0]["code"] == "1.000001"
    assert isinstance(data["hits"][0]["score"], float)
    assert data["certainty"] in {certainty.value for certainty in Certainty}
    assert len(data["hits"]) <= 6


def test_a_changed_catalogue_is_taken_in_without_a_restart(linker, store):
    link(linker, "đăng ký tạm trú")
    store.rows, store.current = [row("1.000009", "Nuôi chim bồ câu", "nuôi chim")], "r2"
    linker.refresh(now=time.monotonic() + 60)
    assert link(linker, "nuôi chim").hits[0].code == "1.000009"
    assert "1.000001" not in {hit.code for hit in link(linker, "đăng ký tạm trú").hits}


def test_an_unchanged_catalogue_is_not_read_again(linker, store):
    for minute in range(5):
        linker.refresh(now=time.monotonic() + 60 * minute)
    assert store.readings == 1


def test_the_catalogue_is_looked_at_every_few_seconds_only(linker, store):
    linker.refresh(now=100.0)
    store.current = "r2"
    linker.refresh(now=101.0)
    assert store.readings == 1
    linker.refresh(now=110.0)
    assert store.readings == 2


def test_the_old_index_stays_while_the_catalogue_fails_and_goes_when_it_is_back(linker, store):
    link(linker, "đăng ký tạm trú")
    store.broken = True
    linker.refresh(now=time.monotonic() + 60)
    assert link(linker, "đăng ký tạm trú").hits[0].code == "1.000001"
    store.broken, store.current, store.rows = False, "r3", [row("1.000009", "Nuôi chim bồ câu")]
    linker.refresh(now=time.monotonic() + 120)
    assert link(linker, "nuôi chim bồ câu").hits[0].code == "1.000009"


def test_a_catalogue_that_fails_from_the_start_leads_nowhere_until_it_is_there(store):
    store.broken = True
    linker = Linker(store)
    assert link(linker, "đăng ký tạm trú").hits == ()
    store.broken = False
    linker.refresh(now=time.monotonic() + 60)
    assert link(linker, "đăng ký tạm trú").hits[0].code == "1.000001"


def test_a_name_of_two_procedures_brings_both(store):
    store.rows = [row("1.000001", "Cấp giấy A", "giấy chim"), row("1.000002", "Cấp giấy B", "giấy chim")]
    assert {hit.code for hit in link(Linker(store), "giấy chim").hits[:2]} == {"1.000001", "1.000002"}


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
    linker.refresh()
    started = time.process_time()
    link(linker, text)
    assert time.process_time() - started < 1.5
