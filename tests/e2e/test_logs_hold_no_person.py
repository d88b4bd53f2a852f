"""Whole conversations with planted values through hub, assistant and actions: none of them is in the log as it is
written, facts included.
"""

from __future__ import annotations

import io
import logging

import pytest

from bot.ops.logging import JsonLines
from tests.e2e.test_nothing_is_kept import assistant, one_after_the_other, through_the_hub

__all__ = ["assistant"]

CANARIES = (
    "Hoàng Yến",
    "hoang yen",
    "0912 834 567",
    "0912834567",
    "079185001234",
    "yen.canary@example.org",
    "hẻm Canary",
)
TALK = [
    "tôi tên Hoàng Yến, sđt 0912 834 567, cccd 079185001234, đăng ký tạm trú cần giấy gì",
    "email của tôi yen.canary@example.org, gửi qua đó được không",
    "tôi muốn gửi phản ánh",
    "bà Hoàng Yến ở hẻm Canary bị từ chối nhận hồ sơ tạm trú ba lần, cán bộ nói thiếu giấy mà không ghi giấy gì",
    "phường Bến Thành",
    "đồng ý",
    "Hoàng Yến",
    "0912834567",
    "gửi",
    "câu trả lời sai rồi, hoang yen không hài lòng",
    "các anh lưu gì về tôi",
    "xoá dữ liệu của tôi",
    "cho tôi gặp cán bộ",
]


@pytest.fixture
def log_lines():
    """The log of this application and of the libraries, as `configure_logging` has it written, one level louder."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    root, ours = logging.getLogger(), logging.getLogger("motcua")
    before = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])


@pytest.mark.requirement("R-10")
def test_no_planted_value_is_in_the_log(assistant, stage, tmp_path, log_lines):
    transcript = stage.run(through_the_hub(assistant, tmp_path, TALK, one_after_the_other))
    assert "Hoàng Yến" in transcript  # what a citizen tells stands in the conversation …
    written = log_lines.getvalue()
    assert '"event": "turn_answered"' in written
    assert [
        line for line in written.splitlines() if any(canary in line for canary in CANARIES)
    ] == []  # … and only there
