"""Routing files of tests."""

from __future__ import annotations

import yaml

from bot.petitions.routing import ROUTING_FILE
from knowledge.plain_yaml import plain_yaml


def write_routing(folder, heads=None, **changes):
    """The shipped routing with heads of communes and other parts as given."""
    data = plain_yaml(ROUTING_FILE.read_text("utf-8")) | changes
    for code, head in (heads or {}).items():
        data["communes"][code] = {"name": "UBND phường Thử", "head": head}
    file = folder / "routing.yml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return file
