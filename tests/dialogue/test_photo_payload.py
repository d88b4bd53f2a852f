"""What the hub says of photos is what Rasa reads."""

from __future__ import annotations

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message

from bot.hub.photos import IDS, INTENT, payload_of


def test_every_photo_is_an_entity_with_its_id():
    domain = Domain.load(["domain.yml", "domain"])
    read = YAMLStoryReader.unpack_regex_message(Message({"text": payload_of(["abc", "def"])}), domain)
    assert read.get("intent")["name"] == INTENT
    assert [(entity["entity"], entity["value"]) for entity in read.get("entities")] == [(IDS, "abc"), (IDS, "def")]
