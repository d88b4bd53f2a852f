"""Near-equal messages are never on both sides of a fold, and the figures are those of a count by hand."""

import pytest

from tools.cross_validation import FOLDS, class_figures, folds, near_equal_groups, summary

TEXTS = [
    "lệ phí làm căn cước bao nhiêu", "le phi lam can cuoc bao nhieu vay", "nộp ở đâu", "mấy ngày thì xong",
    "cần giấy tờ gì", "ai được đi nộp thay", "qua mạng được không", "mẫu đơn nào",
]  # fmt: skip


def test_texts_that_share_most_words_are_one_group_with_or_without_diacritics():
    groups = near_equal_groups(TEXTS)
    assert groups[0] == groups[1]
    assert len(set(groups)) == len(TEXTS) - 1


def test_groups_join_through_a_third_text():
    groups = near_equal_groups(["a b c d", "b c d e f g", "a b c d e f"])
    assert len(set(groups)) == 1


def test_every_text_is_measured_once_and_never_beside_one_near_equal():
    measured_places = []
    parts = folds(TEXTS)
    for learned, measured in parts:
        assert not set(learned) & set(measured)
        assert (0 in measured) == (1 in measured)
        measured_places += measured
    assert len(parts) == FOLDS
    assert sorted(measured_places) == list(range(len(TEXTS)))


def test_figures_count_each_label_of_a_message():
    wanted = [{"fee", "time"}, {"fee"}, set()]
    found = [{"fee"}, {"fee", "place"}, {"time"}]
    figures = class_figures(wanted, found)
    assert figures["fee"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "lines": 2}
    assert figures["time"]["f1"] == 0.0
    assert "place" not in figures
    assert summary(wanted, found) == {"macro_f1": pytest.approx(0.5), "exact": 0.0}
