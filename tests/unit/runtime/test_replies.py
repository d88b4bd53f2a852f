from bot.rasa_runtime.replies import Button, Reply, answer_of, buttons_of, texts_of

MESSAGES = [
    {"recipient_id": "x", "text": "Chào anh/chị", "buttons": [{"title": "Lệ phí", "payload": "/ask_fact"}]},
    {"recipient_id": "x", "custom": {"answer": {"outcome": "answered_procedure"}}},
    {"recipient_id": "x", "text": "Nguồn: …"},
]


def test_a_turn_is_read_from_the_messages_of_the_rest_channel():
    replies = [Reply.from_message(message) for message in MESSAGES]
    assert texts_of(replies) == ["Chào anh/chị", "Nguồn: …"]
    assert buttons_of(replies) == [Button("Lệ phí", "/ask_fact")]
    assert answer_of(replies) == {"outcome": "answered_procedure"}


def test_the_answer_is_that_of_the_last_custom_message():
    last = Reply(custom={"answer": {"outcome": "clarified_choice"}})
    assert answer_of([Reply.from_message(MESSAGES[1]), last]) == {"outcome": "clarified_choice"}
    assert answer_of([Reply.from_message(MESSAGES[1]), Reply(custom={})]) is None
    assert answer_of([Reply(text="a")]) is None
