"""The pure parts of `make load` and `make bench-turns`: reading the mix, choosing buttons, tables, slopes."""

from __future__ import annotations

import psutil
import pytest

from tests.fixtures.made_up_portal import made_up_of
from tools.bench import percentile
from tools.bench_turns import WINDOWS, window_mean
from tools.bench_turns_catalogue import mixed_titles, records
from tools.bench_turns_memory import rows_of
from tools.load_citizens import Tally, home_of
from tools.load_measure import CROWD, Crowd, Found
from tools.load_measure import rows_of as crowd_rows
from tools.load_mix import Kind, Talk, button_of, load_mix, read_step
from tools.load_officers import Desk
from tools.load_processes import own_megabytes_of, shares
from tools.load_race import table, typed_only
from tools.measuring import Row


def test_mix_is_of_whole_conversations():
    mix = load_mix(officers=True)
    assert len(mix) >= 28
    assert len(set(mix)) == len(mix)
    for talk in mix:
        assert talk.weight > 0
        assert talk.steps[0].kind is Kind.SAY
        waits = [step.text for step in talk.steps if step.kind is Kind.AWAIT]
        assert (waits == ["officer", "assistant"]) == talk.officer
    assert load_mix() == [talk for talk in mix if not talk.officer]


@pytest.mark.parametrize(
    ("turn", "kind", "text"),
    [
        ("lệ phí: bao nhiêu", Kind.SAY, "lệ phí: bao nhiêu"),
        ("press:0", Kind.PRESS, "0"),
        ("press:Đồng ý", Kind.PRESS, "Đồng ý"),
        ("await:officer", Kind.AWAIT, "officer"),
        ("tell:dạ em thuê", Kind.TELL, "dạ em thuê"),
        ("say:hello", Kind.SAY, "say:hello"),
    ],
)
def test_turns_are_read(turn, kind, text):
    assert (read_step(turn).kind, read_step(turn).text) == (kind, text)


def test_buttons_are_chosen_by_place_or_words():
    assert button_of("1", ["Có", "Không"]) == 1
    assert button_of("Không", ["Có", "Không"]) == 1
    assert button_of("2", ["Có", "Không"]) is None
    assert button_of("Thôi", ["Có", "Không"]) is None


def test_what_is_typed_leaves_out_presses_and_officers():
    mix = [Talk(1, ("a", "press:0", "b")), Talk(1, ("gặp cán bộ", "thôi")), Talk(1, ("a", "await:officer"), True)]
    assert typed_only(mix) == [Talk(1, ("a", "b"))]


def test_homes_are_addresses_of_their_own():
    homes = {home_of(number, 127) for number in range(70_000)}
    assert len(homes) == 70_000
    assert all(all(0 < int(part) < 255 for part in home.split(".")) for home in homes)


def test_goals_may_be_least_or_most():
    assert Row("a", (4.9,), "×", 5.0, at_least=True).missed
    assert not Row("a", (5.1,), "×", 5.0, at_least=True).missed
    assert Row("a", (5.1,), "×", 5.0).missed
    assert "≥ 5" in Row("a", (5.1,), "×", 5.0, at_least=True).render()


def test_race_is_measured_by_the_last():
    rows = table(
        {"ours": [30.0, 40.0, 50.0], "stock": [10.0, 10.0]}, {"ours": [9.0], "stock": [90.0]}, {"ours": 0, "stock": 2}
    )
    found = {row.name: row.median for row in rows}
    assert found["ours: times as many as stock"] == 4.0
    assert [row.name for row in rows if row.missed] == ["errors, stock", "ours: times as many as stock"]


def test_warm_up_is_forgotten_but_counted():
    tally = Tally([1.0, 2.0], {"no answer": 1}, [3.0], 1)
    tally.begin_anew()
    assert tally == Tally(before=2)


def test_crowd_without_an_answer_misses_its_goal():
    found = Found(
        Tally([10.0] * 90 + [900.0] * 10),
        Tally(),
        Desk([5.0, 6.0], 3),
        {"hub": 40.0, CROWD: 9.0},
        {"hub": 90.0},
        {"hub": 99.0},
    )
    rows = crowd_rows(found, Crowd(10, 1.0, 20.0, 5.0, zalo=0.5, officers=1))
    values = {row.name: row.median for row in rows}
    assert values["turns answered a second, web chat"] == 5.0
    assert values["answer, web chat, p50"] == percentile([10.0] * 90 + [900.0] * 10, 50)
    assert values["handed over, answered and given back"] == 3.0
    assert values["memory after"] == 99.0
    assert values["processor of a core, all but the crowd"] == 40.0
    assert {row.name for row in rows if row.missed} == {"answer, web chat, p95", "errors, Zalo"}


def test_shares_are_of_a_core():
    assert shares({"hub": 1.0, "gone": 1.0}, {"hub": 3.0, "new": 9.0}, 4.0) == {"hub": 50.0}


def test_windows_ask_the_same_questions():
    marks = [0.01 * turn for turn in range(201)]
    for begin, end in WINDOWS.values():
        assert (begin % 8, end % 8) == (0, 0)
        assert window_mean(marks, begin, end) == pytest.approx(10.0)


def test_own_memory_is_what_a_process_wrote():
    before = own_megabytes_of(psutil.Process())
    held = bytearray(b"x") * 64_000_000
    assert own_megabytes_of(psutil.Process()) - before == pytest.approx(64, abs=4)
    del held


def test_memory_that_grows_is_seen():
    flat = [(turns, {"hub": 100.0, "rasa": 200.0 + turns / 1000}) for turns in range(0, 10_001, 1000)]
    rows = rows_of(flat, 10_000)
    growth = {row.name.rpartition(", ")[2]: row for row in rows if row.unit == "%"}
    assert growth["hub"].median == pytest.approx(0.0)
    assert growth["rasa"].median == pytest.approx(100 * 50 / 202)
    assert [row.missed for row in growth.values()] == [False, True]


def test_catalogues_are_of_the_size_asked_for():
    known = {"1.1": "Đăng ký khai sinh", "1.2": "Cấp lại thẻ căn cước"}
    found = list(records(9, known, None))
    assert len(found) == 7
    assert len({record["code"] for record in found} | set(known)) == 9
    assert {word for record in found for word in record["name"].split()} <= {
        word for title in known.values() for word in title.split()
    }
    assert list(mixed_titles(["một hai"], 1)) == ["một hai hai"]
    assert [record["name"] for record in made_up_of(["a", "b"])] == ["a", "b"]
