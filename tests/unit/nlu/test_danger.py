"""Danger in words that no rule foresaw: the concepts of a telling, and the classifier over them."""

from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.danger_classifier import DANGER, DangerClassifier
from bot.nlu.danger_features import concept_features, concepts_in, load_concepts

FIRES = ["nhà đang cháy lớn cứu với", "khói bốc lên từ tầng ba", "lửa lan qua nhà bên rồi", "bếp bốc lửa rồi, cứu"]
BRIBES = ["cán bộ đòi phong bì mới ký", "ông trưởng phòng nhận tiền mới làm", "phải dúi tiền cho cán bộ mới xong"]
QUESTIONS = ["đăng ký tạm trú cần giấy gì", "lệ phí cấp hộ chiếu bao nhiêu", "xin giấy phép phòng cháy ở đâu"]


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("ông phó phòng hỏi có xấp nào không", {"official", "money"}),
        ("ong pho phong doi mot xap tien", {"official", "money", "demand"}),
        ("xe ben cán qua chân ông cụ", {"vehicle", "crash", "body", "family"}),
        ("con bé nuốt nhầm nước rửa, giờ lờ đờ", {"poison", "down", "family"}),
    ],
)
def test_concepts_are_seen_with_and_without_marks(text, concepts):
    assert concepts <= concepts_in(text)


def test_marks_tell_concepts_apart():
    assert "fire" in concepts_in("nhà bên cháy rồi")
    assert "fire" not in concepts_in("nhà bên chạy rồi")


def test_pairs_of_concepts_are_features_too():
    assert {"gift", "official", "gift+official"} <= set(concept_features("cán bộ thích quà cáp"))


def test_no_phrase_is_empty_or_stands_twice_under_one_concept():
    assert "" not in load_concepts(marks=True)
    assert all(len(set(names)) == len(names) for names in load_concepts(marks=True).values())


@pytest.fixture
def storage(tmp_path):
    return LocalModelStorage(tmp_path)


@pytest.fixture
def trained(storage):
    config = DangerClassifier.get_default_config() | {"ordinary_questions": 200}
    classifier = DangerClassifier(config, storage, Resource("danger"))
    pairs = [("report_emergency", FIRES), ("report_corruption", BRIBES), ("ask_procedure", QUESTIONS)]
    messages = [Message({TEXT: text, INTENT: intent}) for intent, texts in pairs for text in texts]
    classifier.train(TrainingData(messages))
    return classifier


def test_the_kind_of_danger_is_named(trained):
    fire = trained.danger_in("tầng năm lửa đang cháy, khói bốc lên, cứu")
    assert fire["intent"] == "report_emergency"
    bribe = trained.danger_in("ông cán bộ nhận phong bì tiền mới ký")
    assert bribe["intent"] == "report_corruption"
    question = trained.danger_in("cấp lại thẻ bảo hiểm y tế cần giấy gì")
    assert question["whole"] < min(fire["whole"], bribe["whole"])


def test_one_clause_of_a_long_story_is_heard(trained):
    story = "tôi ra phường hỏi lệ phí cấp hộ chiếu, xin giấy phép ở đâu. nhà bên lửa cháy bốc khói cứu với"
    found = trained.danger_in(story)
    assert found["intent"] == "report_emergency"
    assert found["clause"] > found["whole"]


def test_what_was_learned_is_loaded_again(trained, storage):
    context = ExecutionContext(GraphSchema({}))
    again = DangerClassifier.load(trained.config, storage, Resource("danger"), context)
    text = "khói bốc lên, cứu"
    assert again.danger_in(text) == pytest.approx(trained.danger_in(text), rel=1e-6)


def test_only_typed_words_are_looked_at_and_the_intent_stays(trained):
    typed, button = Message({TEXT: "lửa cháy cứu với", INTENT: {"name": "greet"}}), Message({TEXT: "/affirm"})
    trained.process([typed, button])
    assert typed.get(DANGER)["intent"] == "report_emergency"
    assert typed.get(INTENT) == {"name": "greet"}
    assert button.get(DANGER) is None


def test_untrained_it_finds_nothing(storage):
    classifier = DangerClassifier(DangerClassifier.get_default_config(), storage, Resource("danger"))
    assert classifier.danger_in("nhà đang cháy lớn cứu với") == {
        "intent": "",
        "whole": 0.0,
        "clause": 0.0,
        "matter": "",
        "told": 0.0,
    }
