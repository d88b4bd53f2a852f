"""A question that is answered without Sanic's detours owns up and says who, as Sanic's middleware has it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from bot.hub.least_busy import SERVED_BY
from bot.rasa_runtime.observing import QUESTION, note_undone


class Stream:
    """What a request comes over: keeps the answer."""

    answer = None

    def respond(self, response):
        self.answer, response.stream = response, self
        return response

    async def send(self, data, end_stream):
        assert end_stream


class Question(SimpleNamespace):
    async def receive_body(self):
        self.json = {"metadata": {}}


@pytest.mark.parametrize(("undone", "status"), [(True, 503), (False, 200)])
async def test_a_turn_that_was_not_done_is_owned_up_to(undone, status):
    from sanic.response import json as in_json

    from bot.rasa_runtime.quick_questions import _answer

    async def receive(_):
        if undone:
            note_undone()
        return in_json([])

    question = Question(path=QUESTION, stream=Stream())
    await _answer(question, receive)
    assert question.stream.answer.status == status
    assert (SERVED_BY in question.stream.answer.headers) is not undone
    assert question.responded


@pytest.mark.parametrize(
    "value", [[{"text": "đường/\ud800"}], [{"text": "đường", "n": 2**70}], {1: None}, [1.5, "é/<"]]
)
def test_what_is_written_reads_as_before(value):
    from bot.rasa_runtime.quick_questions import _WRITE, _write

    assert json.loads(_write(value)) == json.loads(_WRITE(value))
