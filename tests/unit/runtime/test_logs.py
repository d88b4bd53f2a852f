from __future__ import annotations

from bot.rasa_runtime.logs import keep_names_only

WORDS = "số căn cước của tôi là 0790"


def test_values_that_may_hold_words_are_dropped():
    entry = {"event": "rest.message.received.failure", "text": WORDS, "slot_values": {"a": WORDS}, "action": "greet"}
    assert keep_names_only(None, "error", entry) == {"event": "rest.message.received.failure", "action": "greet"}


def test_an_exception_keeps_its_type_and_place():
    try:
        raise ValueError(WORDS)
    except ValueError:
        kept = keep_names_only(None, "exception", {"event": "failed", "exc_info": True})
    assert "ValueError" in kept["exception"]
    assert "test_logs.py" in kept["exception"]
    assert WORDS not in str(kept)
