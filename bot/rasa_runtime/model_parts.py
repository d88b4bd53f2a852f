"""One trained part of a model by itself, without the pipeline around it: for tools that measure thousands of texts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.local_model_storage import LocalModelStorage

Part = TypeVar("Part", bound=GraphComponent)


def load_part(model: Path, kind: type[Part]) -> Part:
    """Load the component of class `kind` as `model` predicts with it; `LookupError` where the model has none."""
    with tempfile.TemporaryDirectory() as folder:
        storage, metadata = LocalModelStorage.from_model_archive(Path(folder), model)
        for node in metadata.predict_schema.nodes.values():
            if node.uses is kind and node.resource is not None:
                context = ExecutionContext(metadata.predict_schema, metadata.model_id)
                part = kind.load({**kind.get_default_config(), **node.config}, storage, node.resource, context)
                assert isinstance(part, kind)  # noqa: S101 - Rasa types `load` as any component
                return part
    raise LookupError(f"{model.name} has no {kind.__name__}")
