from __future__ import annotations

import os

import pytest

from bot.model_sources import fingerprint
from bot.rasa_runtime.model_files import find_current_model, find_newest_model, model_path, remove_old_models


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    for name in ("domain", "data/nlu", "bot/nlu"):
        (root / name).mkdir(parents=True)
    (root / "config.yml").write_text("language: vi")
    (root / "domain.yml").write_text("version: '3.1'")
    (root / "data/nlu/greet.yml").write_text("nlu: []")
    (root / "bot/nlu/tokenizer.py").write_text("A = 1")
    return root


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "domain/new.yml", "data/nlu/greet.yml", "bot/nlu/new.py"])
def test_fingerprint_changes_with_each_input(project, name):
    before = fingerprint(project)
    (project / name).write_text("changed")
    assert fingerprint(project) != before


def test_fingerprint_does_not_change_with_what_does_not_matter(project):
    before = fingerprint(project)
    (project / "README.md").write_text("x")
    (project / "bot/nlu/__pycache__").mkdir()
    (project / "bot/nlu/__pycache__/tokenizer.pyc").write_text("x")
    assert fingerprint(project) == before


def test_content_moved_from_one_file_to_the_next_is_a_change(project):
    (project / "data/a.yml").write_text("1")
    before = fingerprint(project)
    (project / "data/a.yml").rename(project / "data/b.yml")
    assert fingerprint(project) != before


def test_going_back_to_earlier_sources_makes_their_model_the_newest(project, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    assert find_current_model(project, models) is None
    mine, other = model_path(models, fingerprint(project)), models / "other.tar.gz"
    mine.touch()
    other.touch()
    os.utime(mine, (1, 1))
    assert find_newest_model(models) == other
    assert find_current_model(project, models) == mine
    assert find_newest_model(models) == mine


def test_only_the_newest_models_are_kept(tmp_path):
    for age in range(4):
        path = tmp_path / f"{age}.tar.gz"
        path.touch()
        os.utime(path, (1000 - age, 1000 - age))
    remove_old_models(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.tar.gz", "1.tar.gz"]


def test_no_folder_means_no_model(tmp_path):
    assert find_newest_model(tmp_path / "none") is None
