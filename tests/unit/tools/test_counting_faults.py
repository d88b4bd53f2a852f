"""What tools/faults.py counts as lost, doubled, refused, apologised for; a tool that never finds any proves nothing."""

from __future__ import annotations

import pytest

from tools.faults_count import Count, Recovery, Sent, answered_twice, count_conversation, failings, recovery

AWAY = "đang gián đoạn"


def frames(*lines):
    """`role text` in order, numbered; a citizen's text is also its id."""
    said = [line.split(" ", 1) for line in lines]
    return [
        {"seq": seq, "role": role, "id": text if role == "citizen" else None, "content": {"text": text}}
        for seq, (role, text) in enumerate(said, 1)
    ]


def counted(names, transcript, **refused):
    sent = [Sent(name, 0.0, confirmed=True, refused=refused.get(name, "")) for name in names]
    return count_conversation(sent, transcript, (AWAY,))


def test_whole_conversation_is_well():
    count = counted("ab", frames("citizen a", "assistant một", "assistant hai", "citizen b", "assistant một"))
    assert (count.sent, count.answered, count.lost, count.doubled, count.gaps) == (2, 2, 0, 0, 0)
    assert count.well


@pytest.mark.parametrize(
    "lines",
    [
        ("citizen a", "assistant một"),  # never stored
        ("citizen a", "assistant một", "citizen b"),  # stored, never answered
        ("citizen a", "assistant một", "citizen b", f"system {AWAY}"),  # told of an outage is not answered
        ("citizen a", "citizen b", "assistant một"),
    ],
)
def test_message_without_an_answer_is_lost(lines):
    count = counted("ab", frames(*lines))
    assert (count.answered, count.lost, count.well) == (1, 1, False)


@pytest.mark.parametrize(
    "lines",
    [
        ("citizen a", "assistant một", "citizen a", "assistant một"),  # stored twice
        ("citizen a", "assistant một", "assistant một"),  # answered twice
        ("citizen a", "assistant một", "assistant hai", "assistant một", "assistant hai"),
        ("citizen a", "assistant một", "citizen x", "assistant một"),  # nobody sent it
    ],
)
def test_anything_twice_is_doubled(lines):
    count = counted("a", frames(*lines))
    assert (count.doubled, count.well) == (1, False)


def test_answer_after_an_outage_counts_as_one():
    count = counted("a", frames("citizen a", f"system {AWAY}", "assistant một"))
    assert (count.answered, count.doubled) == (1, 0)


def test_refused_and_apologised_for_are_told_apart():
    count = counted("abc", frames("citizen a", "system xin hỏi lại", "citizen c", "assistant một"), b="TOO_FAST")
    assert (count.apologies, count.refused, count.answered, count.lost) == (1, 1, 1, 0)
    assert count.reasons == {"TOO_FAST": 1}


def test_refused_and_stored_all_the_same_is_found():
    assert counted("a", frames("citizen a", "assistant một"), a="TOO_FAST").doubled == 1


def test_numbers_missing_or_twice_are_gaps():
    transcript = frames("citizen a", "assistant một")
    assert counted("a", [transcript[0], {**transcript[1], "seq": 3}]).gaps
    assert counted("a", [transcript[0], {**transcript[1], "seq": 1}]).gaps


def test_figures_of_conversations_add_up():
    total = Count()
    total.add(counted("a", frames("citizen a")))
    total.add(counted("a", frames("citizen a", "assistant một")))
    assert (total.sent, total.lost, total.answered) == (2, 1, 1)


def test_hubs_that_both_answered_are_found_in_their_logs():
    line = {"event": "turn_answered", "turn": "1"}
    assert answered_twice([line, {**line, "turn": "2"}, {"event": "turn_claimed", "turn": "1"}]) == 0
    assert answered_twice([line, {**line, "turn": "2"}, line]) == 1


def test_answers_that_tell_of_a_failing_are_counted():
    lines = [{"event": "turn_answered", "outcomes": ["answered_procedure", "error_catalogue"]}, {"event": "other"}]
    assert failings(lines) == {"error_catalogue": 1}


def test_recovery_is_counted_from_the_break():
    sent = [
        Sent("before", 1.0, answered_at=2.0),
        Sent("open", 9.0, answered_at=30.0),
        Sent("b", 12.0, answered_at=13.0),
    ]
    assert recovery(sent, 10.0) == Recovery(first=3.0, well=20.0, longest=21.0)
    assert recovery(sent[:1], 10.0) == Recovery(first=None, well=0.0, longest=0.0)
