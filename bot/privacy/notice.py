"""The notice of `/privacy`: what is held, what for, for how long, who sees it, which rights there are and who answers.

Made of the inventory and of the settings, so that it says what this installation does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template, select_autoescape

from bot.privacy.consents import consents
from bot.privacy.inventory import data_classes, kept_days
from bot.privacy.look import STYLE
from bot.privacy.words import privacy_wording
from bot.settings import Settings

PATH = "/privacy"
TEMPLATE = "notice.html.j2"
_PARTS = ("who", "see", "ways", "rights", "machine")
_WORDS = ("title", "intro", "contents", "ask", "call", "held", "agreed", "elsewhere")


@dataclass(frozen=True)
class NoticeFacts:
    """What differs from one installation to the next. officer: who answers for data, with how to reach them, or ""."""

    officer: str
    days: Mapping[str, int]
    zalo: bool

    @classmethod
    def of(cls, settings: Settings) -> NoticeFacts:
        """Read them from the settings."""
        return cls(settings.data_officer, kept_days(settings), settings.zalo.on)


def notice_page(facts: NoticeFacts) -> str:
    """Return the page."""
    say = privacy_wording()
    held = [one for one in data_classes().values() if one.label]
    classes = [(one.name, one.label, one.what, one.why, one.kept_for(facts.days)) for one in held]
    parts = [(name, say(f"notice_{name}.title"), _lines(name, facts)) for name in _PARTS]
    agreed = [one.what for one in consents()]
    words = {name: say(f"notice.{name}") for name in _WORDS} | {"brand": say("page.brand")}
    heads = say.list("notice.heads")
    return _template().render(**words, style=STYLE, parts=parts, classes=classes, consents=agreed, heads=heads)


def _lines(name: str, facts: NoticeFacts) -> list[str]:
    say = privacy_wording()
    lines = list(say.list(f"notice_{name}.lines"))
    if name == "who":
        return [say("notice.officer", officer=facts.officer) if facts.officer else say("notice.no_officer"), *lines]
    if name == "rights":
        return [lines[0], say("notice.days"), *lines[1:]]
    return [*lines, say("notice.zalo")] if name == "see" and facts.zalo else lines


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["j2"]))
    return environment.get_template(TEMPLATE)
