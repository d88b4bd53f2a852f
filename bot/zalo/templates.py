"""Which approved template tells which news: the operator's file, checked whole when it is loaded.

case_changed:
  template_id: "123456"
  price: 560                      # đồng a message by user id, as `python -m bot.zalo template ID` shows
  parameters:                     # the template's own name: which of our fields (bot/ops/news.py), how long at most
    ma_ho_so: {from: case_code, most: 30}
    hen_tra: {from: due_on, most: 20, without: chưa có ngày hẹn}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.errors import SettingInvalidError
from bot.ops.news import FIELDS, FieldType, News, NewsKind
from knowledge.plain_yaml import plain_yaml

LONGEST = 2000
LONGEST_CODE, LONGEST_DAY = 20, 10
"""Characters that a case's or petition's code, and a day, need: fewer in a parameter would never be sent."""
_DEAREST = 1_000_000
_ID, _NAME = re.compile(r"[0-9A-Za-z_-]{1,64}"), re.compile(r"\w{1,64}", re.ASCII)
_SETTING = "MOTCUA_ZALO_TEMPLATES"


@dataclass(frozen=True)
class Parameter:
    """field: ours; most: characters; without: what stands where the news has no such field."""

    name: str
    field: str
    most: int
    without: str = ""


@dataclass(frozen=True)
class Template:
    """One approved template. unit_price: đồng for one message."""

    kind: NewsKind
    template_id: str
    unit_price: int
    parameters: tuple[Parameter, ...]

    def fill(self, news: News) -> dict[str, str] | None:
        """Return the template's data; None where a value is missing or a code does not fit."""
        data = {}
        for parameter in self.parameters:
            value = _value(parameter, FIELDS[self.kind][parameter.field].type, news.fields.get(parameter.field, ""))
            if not value:
                return None
            data[parameter.name] = value
        return data


Templates = Mapping[NewsKind, Template]


def load_templates(path: Path) -> Templates:
    """Read the operator's file; raise `SettingInvalidError` that names all that is wrong with it."""
    try:
        entries = plain_yaml(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise SettingInvalidError(f"{_SETTING}: {path} cannot be read: {error}") from error
    if not isinstance(entries, dict) or not entries:
        raise SettingInvalidError(f"{_SETTING}: {path} holds no templates")
    faults = [fault for kind, entry in entries.items() for fault in _faults(str(kind), entry)]
    if faults:
        raise SettingInvalidError(f"{_SETTING}: {path}: " + "; ".join(faults))
    return {NewsKind(kind): _template(NewsKind(kind), entry) for kind, entry in entries.items()}


def _template(kind: NewsKind, entry: Mapping[str, Any]) -> Template:
    parameters = tuple(
        Parameter(name, row["from"], row["most"], row.get("without", "").strip())
        for name, row in entry["parameters"].items()
    )
    return Template(kind, str(entry["template_id"]), entry["price"], parameters)


def _faults(kind: str, entry: object) -> Iterator[str]:
    if kind not in {known.value for known in NewsKind}:
        yield f"{kind}: no kind of news (there are {', '.join(known.value for known in NewsKind)})"
        return
    if not isinstance(entry, dict) or set(entry) != {"template_id", "price", "parameters"}:
        yield f"{kind}: needs template_id, price and parameters, and nothing else"
        return
    if not _is_whole(entry["template_id"], 0, 10**18) and not _ID.fullmatch(str(entry["template_id"])):
        yield f"{kind}.template_id: the number in Zalo's console"
    if not _is_whole(entry["price"], 0, _DEAREST):
        yield f"{kind}.price: whole đồng for one message, 0 to {_DEAREST}"
    if not isinstance(entry["parameters"], dict) or not entry["parameters"]:
        yield f"{kind}.parameters: a name for each of the template's parameters"
        return
    for name, row in entry["parameters"].items():
        yield from (f"{kind}.{name}: {fault}" for fault in _parameter_faults(NewsKind(kind), name, row))


def _parameter_faults(kind: NewsKind, name: object, row: object) -> Iterator[str]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield "a parameter's name has letters, digits and _"
    if not isinstance(row, dict) or not {"from", "most"} <= set(row) <= {"from", "most", "without"}:
        yield "needs from and most, perhaps without, and nothing else"
        return
    field = FIELDS[kind].get(str(row["from"]))
    if field is None:
        yield f"from: no field of this news (there are {', '.join(FIELDS[kind])})"
        return
    least = {FieldType.CODE: LONGEST_CODE, FieldType.DAY: LONGEST_DAY, FieldType.TEXT: 2}[field.type]
    if not _is_whole(row["most"], least, LONGEST):
        yield f"most: whole characters, {least} to {LONGEST} for {row['from']}"
        return
    without = row.get("without", "")
    if not isinstance(without, str) or len(without.strip()) > row["most"]:
        yield "without: words that fit into most"
    elif not field.always and not without.strip():
        yield f"without: what stands here when the news has no {row['from']}"


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _value(parameter: Parameter, kind: FieldType, said: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", said).split())
    if kind is FieldType.DAY and text:
        text = f"{date.fromisoformat(text):%d/%m/%Y}"
    text = text or parameter.without
    if len(text) <= parameter.most:
        return text
    return "" if kind is FieldType.CODE else _shortened(text, parameter.most)


def _shortened(text: str, most: int) -> str:
    """Cut at a word, with a sign that it was."""
    cut = text[: most - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > most // 2 and not text[most - 1 : most].isspace() else cut).rstrip(
        " ,;."
    ) + "…"
