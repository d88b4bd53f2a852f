from __future__ import annotations

import shutil
import time

import pytest


def test_nothing_is_trained_when_nothing_has_changed(tiny_project, tiny_model):
    from bot.rasa_runtime.training import ensure_model

    written, began = tiny_model.read_bytes(), time.monotonic()
    assert ensure_model(tiny_project, tiny_project / "models") == tiny_model
    assert time.monotonic() - began < 1
    assert tiny_model.read_bytes() == written


def test_the_parts_of_the_domain_are_one_domain(tiny_project):
    from bot.domain_importer import DomainPartsImporter

    domain = DomainPartsImporter(domain_path=str(tiny_project / "domain.yml")).get_domain()
    assert {"greet", "break_down", "decline"} <= set(domain.intents)
    assert "tiny_form" in domain.form_names
    assert domain.session_config.session_expiration_time == 480
    assert domain.session_config.carry_over_slots is False


def test_a_broken_part_stops_the_training_with_its_name(tiny_project, tiny_model, tmp_path):
    from bot.rasa_runtime.training import TrainingFailedError, ensure_model

    broken = tmp_path / "broken"
    shutil.copytree(tiny_project, broken, ignore=shutil.ignore_patterns("models", "__pycache__"))
    (broken / "domain" / "new.yml").write_text("intents: [unclosed")
    with pytest.raises(TrainingFailedError, match=r"new\.yml"):
        ensure_model(broken, broken / "models")
    assert list((broken / "models").glob("*.tar.gz")) == []
