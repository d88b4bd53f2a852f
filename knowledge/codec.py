"""Procedures to and from plain JSON values, for the store, the curated files and the command line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any, get_args, get_origin

import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from knowledge.guide import When
from knowledge.models import Procedure


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=False, omit_if_default=True)
    converter.register_structure_hook(
        date, lambda value, _: value if isinstance(value, date) else date.fromisoformat(value)
    )
    converter.register_unstructure_hook(date, lambda value: value.isoformat())
    converter.register_structure_hook(When, lambda value, _: _when(value))
    converter.register_unstructure_hook(When, lambda when: {name: list(options) for name, options in when.needs})
    converter.register_unstructure_hook(
        Procedure,
        make_dict_unstructure_fn(
            Procedure,
            converter,
            _cattrs_omit_if_default=True,
            newer_decision=override(omit=True),
            version=override(omit=True),
        ),
    )
    converter.register_structure_hook_factory(_is_row, lambda kind: _row_hook(converter, kind))
    converter.register_structure_hook(Procedure, make_dict_structure_fn(Procedure, converter))
    return converter


def _when(value: dict[str, Any]) -> When:
    """In the order of the names, so that a record is the same after a trip through sorted JSON."""
    return When(tuple((str(name), tuple(map(str, options))) for name, options in sorted(value.items())))


def _is_row(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _row_hook(converter: cattrs.Converter, kind: Any) -> Callable[[Any, Any], tuple[Any, ...]]:
    """cattrs' own way with tuples asks for the hook of each entry anew; thousands of records hold many of them."""
    entry = get_args(kind)[0]
    if entry is str:
        return lambda values, _: tuple(map(str, values))
    structure = converter._structure_func.dispatch(entry)
    return lambda values, _: tuple(structure(value, entry) for value in values)


_CONVERTER = _converter()


def to_dict(procedure: Procedure) -> dict[str, Any]:
    """Return `procedure` as JSON-ready values, empty fields left out."""
    data: dict[str, Any] = _CONVERTER.unstructure(procedure)
    return data


def from_dict(data: dict[str, Any]) -> Procedure:
    """Build a procedure from JSON values; raises `cattrs` errors on a wrong shape."""
    return _CONVERTER.structure(data, Procedure)


def dumps(procedure: Procedure) -> str:
    """Return a stable JSON text: equal procedures give equal texts."""
    return json.dumps(to_dict(procedure), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return a short fingerprint of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]
