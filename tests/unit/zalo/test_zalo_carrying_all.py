"""Whether what was just stored is all that a citizen has not been sent: else it is read."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.hub.models import Message, Role
from bot.zalo.carrying import _is_all


def said(*seqs):
    at = datetime(2026, 3, 1, tzinfo=timezone.utc)
    return [Message("a", seq, Role.ASSISTANT, at, {"text": "x"}) for seq in seqs]


@pytest.mark.parametrize(
    ("seqs", "queued", "answered", "all_of_it"),
    [
        ((4,), 2, 3, True),
        ((4, 5), 2, 3, True),
        ((3, 4), 2, 3, True),  # with the question, which was rewritten
        ((4,), 1, 3, False),  # 2 was said and not queued
        ((5,), 2, 3, False),  # 4 was stored between
        ((6,), 3, 4, False),
        ((4,), 3, 3, True),
        ((3, 4), 3, 3, False),
        ((4,), 4, 3, False),  # somebody was faster
    ],
)
def test_a_gap_is_read(seqs, queued, answered, all_of_it):
    assert _is_all(said(*seqs), queued, answered) is all_of_it
