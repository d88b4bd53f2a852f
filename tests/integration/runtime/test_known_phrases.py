"""What everybody says is understood once; what somebody says of their own is never kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


class Processor:
    """A processor whose parts are `classifier` and `linker`; `read` counts how often a message went through them."""

    def __init__(self, phrases):
        from bot.nlu.intent_classifier import LinearIntentClassifier
        from bot.nlu.understanding import ProcedureLinker

        classifier = LinearIntentClassifier.__new__(LinearIntentClassifier)
        classifier.phrases = frozenset(phrases)
        linker = ProcedureLinker.__new__(ProcedureLinker)
        self.found_by = object()
        linker.index = lambda: self.found_by
        nodes = {"classifier": classifier, "linker": linker, "other": object()}
        self.graph_runner = SimpleNamespace(
            _instantiated_nodes={name: SimpleNamespace(_component=part) for name, part in nodes.items()}
        )
        self.read = 0
        self.makes = lambda message: {"text": message.text, "entities": [{"value": message.text}]}

    def understand(self, text, **metadata):
        from bot.rasa_runtime import known_phrases

        message = SimpleNamespace(text=text, metadata=metadata, input_channel="rest")
        return known_phrases._read(self, message, None)


@pytest.fixture
def processor(monkeypatch):
    from bot.rasa_runtime import known_phrases

    def read(processor, message, tracker, only_output_properties):
        processor.read += 1
        return processor.makes(message)

    monkeypatch.setattr(known_phrases, "_READ", read)
    return Processor({"cảm ơn", "lệ phí bao nhiêu"})


def test_a_phrase_is_understood_once_and_given_out_as_a_copy(processor):
    first = processor.understand("cảm ơn")
    first["entities"][0]["value"] = "changed by who got it"
    again = processor.understand("cảm ơn")
    again["entities"].clear()
    assert processor.understand("cảm ơn") == {"text": "cảm ơn", "entities": [{"value": "cảm ơn"}]}
    assert processor.read == 1


def test_what_is_no_phrase_is_never_kept(processor):
    for _ in range(2):
        processor.understand("tôi tên Đỗ Văn Tư")
    assert processor.read == 2
    assert not processor.__dict__["_motcua_readings"]._kept


def test_a_reading_holds_for_the_very_words_and_for_what_screening_said(processor):
    for _ in range(2):
        for text in ("cảm ơn", "Cảm ơn!", " cảm  ơn …"):
            assert processor.understand(text)["text"] == text
            assert processor.understand(text, screened=True)["text"] == text
    assert processor.read == 6


def test_another_index_reads_anew(processor):
    processor.understand("lệ phí bao nhiêu")
    processor.found_by = object()
    processor.makes = lambda message: {"text": message.text, "code": "1.001193"}
    for _ in range(2):
        assert processor.understand("lệ phí bao nhiêu")["code"] == "1.001193"
    assert processor.read == 2


def test_nothing_is_kept_that_was_read_while_there_was_no_index_or_it_changed(processor):
    index, processor.found_by = processor.found_by, None
    processor.understand("cảm ơn")
    processor.found_by = index

    def changes(message):
        processor.found_by = object()
        return {"text": message.text}

    processor.makes = changes
    for _ in range(2):
        processor.understand("cảm ơn")
    assert processor.read == 3


def test_what_cannot_be_copied_is_read_each_time(processor):
    processor.makes = lambda message: {"text": message.text, "made of": processor}
    for _ in range(2):
        assert processor.understand("cảm ơn")["made of"] is processor
    assert processor.read == 2


def test_the_memory_is_bounded(processor, monkeypatch):
    from bot.rasa_runtime import known_phrases

    monkeypatch.setattr(known_phrases, "MOST", 3)
    for blanks in range(10):
        processor.understand("cảm ơn" + " " * blanks)
        assert len(processor.__dict__["_motcua_readings"]._kept) <= 3


def test_a_phrase_is_short_and_without_a_digit():
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu.intent_classifier import LinearIntentClassifier

    said = ["Cảm ơn  nhé!", "hồ sơ H29 tới đâu", "a" * 61]
    classifier = LinearIntentClassifier({**LinearIntentClassifier.get_default_config()}, None, None)
    classifier.train(TrainingData([Message({"text": text, "intent": "thank"}) for text in said]))
    assert classifier.phrases == {"cảm ơn nhé"}
