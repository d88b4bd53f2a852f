"""What is remembered of a phrase is what the trained model makes of it anew."""

from __future__ import annotations

from typing import Any

import pytest

PHRASES = ("cảm ơn", "Xin chào", "lệ phí bao nhiêu", "tạm biệt!")


def test_a_remembered_reading_is_the_reading(stage: Any, monkeypatch: pytest.MonkeyPatch):
    from bot.rasa_runtime import known_phrases

    anew, read = known_phrases._READ, []

    def understood(phrase: str) -> Any:
        return stage.run(stage.talker.understand(phrase, screened=True))

    understood(PHRASES[0])  # opens the catalogue
    monkeypatch.setattr(known_phrases, "_READ", lambda *args: read.append(args[1].text) or anew(*args))
    for phrase in PHRASES:
        stage.talker._agent.processor.__dict__.pop("_motcua_readings")
        read.clear()
        first, remembered = understood(phrase), understood(phrase)
        assert read == [phrase]
        assert remembered == first
        assert first["intent"]["name"] not in (None, "nlu_fallback")


def test_what_is_no_example_is_read_each_time(stage: Any, monkeypatch: pytest.MonkeyPatch):
    from bot.rasa_runtime import known_phrases

    anew, read = known_phrases._READ, []
    monkeypatch.setattr(known_phrases, "_READ", lambda *args: read.append(args[1].text) or anew(*args))
    for _ in range(2):
        stage.run(stage.talker.understand("chị Đỗ Thị Tư hỏi khai sinh cho cháu"))
    assert len(read) == 2
