from __future__ import annotations

import importlib
import sys

import pytest

from bot.rasa_runtime import lean_import
from bot.rasa_runtime.lean_import import needs_tensorflow, tensorflow_set_aside

OURS = "pipeline:\n- name: bot.nlu.tokenizer.VietnameseTokenizer\n"
RULES = "policies:\n- name: RulePolicy\n"


@pytest.mark.parametrize(
    ("config", "needed"),
    [
        (OURS + RULES, False),
        (OURS + "- name: LogisticRegressionClassifier\n" + RULES, False),
        (OURS + "- name: DIETClassifier\n" + RULES, True),
        (OURS + RULES + "- name: TEDPolicy\n", True),
        (OURS + "- name: some.package.NewClassifier\n" + RULES, True),
        ("pipeline:\n" + RULES, True),
        (OURS, True),
        ("", True),
    ],
)
def test_tensorflow_is_left_out_only_when_every_component_is_known_to_do_without(tmp_path, config, needed):
    path = tmp_path / "config.yml"
    path.write_text(config)
    assert needs_tensorflow(path) is needed


def test_a_stand_in_serves_definitions_and_is_an_import_error_afterwards(monkeypatch):
    monkeypatch.setattr(lean_import, "SET_ASIDE", ("neural",))
    with tensorflow_set_aside():
        neural = importlib.import_module("neural")
        layers = importlib.import_module("neural.deep.layers")

        class Layer(layers.Layer):
            def __init__(self) -> None:
                super().__init__(name="x", dtype=neural.float32)

            @neural.function(reduce=True)
            def call(self, x: neural.Tensor | None) -> int:
                return 1

            @neural.function
            def plain(self) -> int:
                return 2

    assert (Layer().call(None), Layer().plain()) == (1, 2)
    with pytest.raises(ImportError):
        importlib.import_module("neural")
    del sys.modules["neural"]
