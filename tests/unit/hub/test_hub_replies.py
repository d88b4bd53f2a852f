from __future__ import annotations

from bot.hub.models import Draft
from bot.hub.replies import to_drafts

ANSWER = {"outcome": "answered_procedure"}
BLOCKS = [{"kind": "paragraph", "text": "Phí 50.000 đồng"}]


def test_consecutive_texts_stay_separate():
    assert to_drafts([{"text": "một"}, {"text": "hai"}]) == (Draft({"text": "một"}), Draft({"text": "hai"}))


def test_payloads_stay_with_the_hub():
    buttons = [{"title": "Phí", "payload": "/phi"}, {"title": "Nơi nộp"}, {"payload": "/x"}, "rác"]
    assert to_drafts([{"text": "Chọn", "buttons": buttons}]) == (
        Draft({"text": "Chọn", "buttons": [{"title": "Phí"}, {"title": "Nơi nộp"}]}, ("/phi", "Nơi nộp")),
    )


def test_custom_joins_the_text_right_before_it():
    drafts = to_drafts([{"text": "một"}, {"text": "hai"}, {"custom": {"answer": ANSWER, "blocks": BLOCKS}}])
    assert drafts == (Draft({"text": "một"}), Draft({"text": "hai", "answer": ANSWER, "blocks": BLOCKS}))


def test_custom_keeps_the_buttons_of_its_text():
    text = {"text": "hai", "buttons": [{"title": "A", "payload": "/a"}]}
    (draft,) = to_drafts([text, {"custom": {"blocks": BLOCKS}}])
    assert draft == Draft({"text": "hai", "buttons": [{"title": "A"}], "blocks": BLOCKS}, ("/a",))


def test_second_custom_is_a_message_of_its_own():
    drafts = to_drafts([{"text": "một"}, {"custom": {"blocks": BLOCKS}}, {"custom": {"blocks": BLOCKS}}])
    assert [draft.content["text"] for draft in drafts] == ["một", "Phí 50.000 đồng"]


def test_custom_without_text_says_its_blocks():
    blocks = [
        {"kind": "heading", "text": "Giấy tờ"},
        {"kind": "list", "ordered": True, "items": [{"text": "Tờ khai", "detail": "bản chính"}, {"text": "Ảnh"}]},
        {"kind": "list", "items": [{"text": "khác"}]},
        {"kind": "notice", "text": "Lưu ý"},
        {"kind": "source", "title": "Nguồn", "code": "Mã 1", "url": "https://x.vn"},
        {"kind": "future", "text": "khối mới"},
        {"kind": "empty"},
    ]
    (draft,) = to_drafts([{"custom": {"blocks": blocks}}])
    assert draft.content["text"].split("\n") == [
        "Giấy tờ",
        "1. Tờ khai (bản chính)",
        "2. Ảnh",
        "- khác",
        "Lưu ý",
        "Nguồn",
        "Mã 1",
        "https://x.vn",
        "khối mới",
    ]


def test_custom_with_its_own_text_stands_alone_and_uncut():
    custom = {"text": "một\n\nhai", "answer": ANSWER, "buttons": [{"title": "A", "payload": "/a"}]}
    drafts = to_drafts([{"text": "trước"}, {"custom": custom}])
    assert drafts[0] == Draft({"text": "trước"})
    assert drafts[1] == Draft({"text": "một\n\nhai", "buttons": [{"title": "A"}], "answer": ANSWER}, ("/a",))


def test_nothing_to_say_is_no_message():
    assert to_drafts([]) == ()
    assert to_drafts([{"recipient_id": "x"}, {"text": "  "}, {"custom": {}}, {"custom": "x"}]) == ()


def test_image_is_its_address():
    assert to_drafts([{"image": "https://x.vn/a.png"}]) == (Draft({"text": "https://x.vn/a.png"}),)


def test_only_a_plain_yes_offers_to_end():
    assert to_drafts([{"text": "x"}, {"custom": {"end": True}}])[0].content["end"] is True
    assert "end" not in to_drafts([{"text": "x"}, {"custom": {"end": "yes"}}])[0].content


def test_a_card_is_passed_on():
    card = {"kind": "checklist", "title": "Giấy tờ", "file_name": "giay-to"}
    assert to_drafts([{"text": "x"}, {"custom": {"card": card}}])[0].content["card"] == card
    assert "card" not in to_drafts([{"text": "x"}, {"custom": {"card": "x"}}])[0].content
