from __future__ import annotations

import stat
from datetime import datetime, timedelta, timezone

import pytest

from bot.errors import TokenInvalidError
from bot.hub.models import Answerer, Conversation
from bot.hub.tokens import Tokens
from bot.ops.keys import load_key


class HandClock:
    moment = datetime(2026, 11, 22, tzinfo=timezone.utc)

    def now(self):
        return self.moment


CONVERSATION = Conversation("0b9a", "web", Answerer.ASSISTANT, "web-1", 0, 3, erased=False)


def test_token_names_its_conversation_and_version():
    tokens = Tokens(b"key", HandClock())
    assert tokens.read(tokens.issue(CONVERSATION)) == ("0b9a", 3)


def test_any_changed_character_is_refused():
    tokens = Tokens(b"key", HandClock())
    token = tokens.issue(CONVERSATION)
    for place, old in enumerate(token):
        with pytest.raises(TokenInvalidError):
            tokens.read(token[:place] + ("a" if old != "a" else "b") + token[place + 1 :])


@pytest.mark.parametrize("token", ["", ".", "v1.0b9a.3.1.", "é" * 20, "a" * 5000, "v1.0b9a.3.1.é", "\ud800"])
def test_rubbish_is_refused(token):
    with pytest.raises(TokenInvalidError):
        Tokens(b"key", HandClock()).read(token)


def test_token_of_another_key_is_refused():
    with pytest.raises(TokenInvalidError):
        Tokens(b"key", HandClock()).read(Tokens(b"other", HandClock()).issue(CONVERSATION))


def test_token_expires_after_a_week():
    clock = HandClock()
    tokens = Tokens(b"key", clock)
    token = tokens.issue(CONVERSATION)
    clock.moment += timedelta(days=7)
    assert tokens.read(token)
    clock.moment += timedelta(seconds=1)
    with pytest.raises(TokenInvalidError):
        tokens.read(token)


def test_key_is_made_once_for_its_owner_only(tmp_path):
    folder = tmp_path / "data"
    key = load_key("", folder)
    assert len(key) == 64
    assert load_key("", folder) == key
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret"]


def test_key_of_the_settings_comes_first(tmp_path):
    assert load_key("from settings", tmp_path) == b"from settings"
    assert list(tmp_path.iterdir()) == []
