"""Imports Rasa without TensorFlow, where config.yml names no component that uses it.

Rasa imports TensorFlow for its neural components whether or not they are used: two thirds of the start-up time and
half of the memory. Here Rasa's modules see a stand-in during their import, enough for class definitions and
decorators. Afterwards `import tensorflow` fails in this process, so that a real use is an error and never a wrong
answer. The stock `rasa` command is untouched, and a config.yml with DIET or TED gets the real thing.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import yaml

from bot.rasa_runtime.environment import prepare_environment

OWN_COMPONENTS = "bot."
# Components of Rasa that work without TensorFlow. A name that is not here gets it.
TENSORFLOW_FREE = frozenset(
    {
        "RulePolicy",
        "MemoizationPolicy",
        "AugmentedMemoizationPolicy",
        "WhitespaceTokenizer",
        "RegexFeaturizer",
        "RegexEntityExtractor",
        "LexicalSyntacticFeaturizer",
        "CountVectorsFeaturizer",
        "LogisticRegressionClassifier",
        "SklearnIntentClassifier",
        "KeywordIntentClassifier",
        "EntitySynonymMapper",
        "FallbackClassifier",
    }
)
SET_ASIDE = ("tensorflow", "keras", "tensorflow_hub", "tensorflow_text", "tensorflow_addons")
RASA_MODULES = ("rasa.core.run", "rasa.model_training", "rasa.engine.recipes.default_components")


def import_rasa(config_file: Path) -> bool:
    """Import Rasa for the components in `config_file`; True when TensorFlow was left out."""
    prepare_environment()
    if sys.modules.get("tensorflow") is not None or needs_tensorflow(config_file):
        return False
    with tensorflow_set_aside():
        for name in RASA_MODULES:
            importlib.import_module(name)
    return True


def needs_tensorflow(config_file: Path) -> bool:
    """Whether any component in the file is not known to work without it."""
    config = yaml.safe_load(config_file.read_text(encoding="utf-8")) or {}
    pipeline, policies = config.get("pipeline"), config.get("policies")
    if not pipeline or not policies:  # Rasa then fills in its own choice, with DIET and TED
        return True
    names = [str(component.get("name")) for component in (*pipeline, *policies)]
    return not all(name.startswith(OWN_COMPONENTS) or name in TENSORFLOW_FREE for name in names)


@contextmanager
def tensorflow_set_aside() -> Iterator[None]:
    """While inside, importing TensorFlow gives a stand-in; afterwards (`None` says so to Python) an ImportError."""
    finder = _StandInFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] in SET_ASIDE]:
            del sys.modules[name]
        for name in SET_ASIDE:
            sys.modules[name] = None  # type: ignore[assignment]


class _StandInType(type):
    """The type of everything taken from the stand-in: a class to inherit from, a decorator, an annotation."""

    def __getattr__(cls, name: str) -> _StandInType:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__dict__.get("_is_stand_in") and len(args) == 1 and callable(args[0]):
            return args[0]  # used as a decorator
        return super().__call__(*args, **kwargs)


class _StandIn:
    """What a call gives: `@tf.function(…)` is called once more, with the function."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return args[0] if args else self

    def __class_getitem__(cls, item: Any) -> Any:
        return cls


def _stand_in(name: str) -> _StandInType:
    return _StandInType(name, (_StandIn,), {"_is_stand_in": True})


class _StandInModule(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []  # a package: anything may be imported from under it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = _stand_in(name)
        setattr(self, name, found)
        return found


class _StandInFinder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in SET_ASIDE else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass
