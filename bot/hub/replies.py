"""Rasa's REST reply turned into messages of docs/web-chat.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.attachments.models import PHOTOS
from bot.hub.feedback_effects import EFFECTS
from bot.hub.handoff_effects import HANDOFF
from bot.hub.intake import clean
from bot.hub.models import Draft
from bot.ops.screening.kinds import kinds_named
from bot.ops.screening.screening import EXPECTS


def to_drafts(reply: Sequence[Mapping[str, Any]]) -> tuple[Draft, ...]:
    """One draft for each text, in order; a custom object joins the text right before it.

    Rasa's REST channel cuts a text at blank lines. An answer that must stay in one piece is sent as a custom object
    with its own `text` (and `buttons`), which is a message of its own.
    """
    drafts: list[Draft] = []
    joinable = False
    for part in reply:
        custom = part.get("custom")
        if isinstance(custom, Mapping):
            joinable = joinable and not custom.get("text")
            previous = drafts.pop() if joinable else Draft({"text": ""})
            drafts.append(_merge(previous, custom))
            joinable = False
            continue
        drafts.append(_with_buttons(str(part.get("text") or part.get("image") or ""), part.get("buttons")))
        joinable = True
    return tuple(draft for draft in drafts if draft.content["text"])


def _with_buttons(text: str, buttons: object) -> Draft:
    content: dict[str, Any] = {"text": clean(text).strip()}
    usable = [button for button in buttons if _is_button(button)] if isinstance(buttons, list) else []
    if not usable:
        return Draft(content)
    content["buttons"] = [{"title": clean(button["title"])} for button in usable]
    return Draft(content, tuple(str(button.get("payload") or as_title(button)) for button in usable))


def as_title(button: Mapping[str, Any]) -> str:
    """A button without payload says its own title."""
    return clean(str(button["title"]))


def _is_button(button: object) -> bool:
    return isinstance(button, Mapping) and isinstance(button.get("title"), str) and bool(button["title"].strip())


def _merge(draft: Draft, custom: Mapping[str, Any]) -> Draft:
    own = _with_buttons(str(custom.get("text") or ""), custom.get("buttons"))
    content = dict(draft.content)
    blocks = custom.get("blocks")
    if isinstance(blocks, list) and blocks:
        content["blocks"] = [block for block in blocks if isinstance(block, Mapping)]
    expected = _expected(custom.get(EXPECTS))
    if expected:
        content[EXPECTS] = expected
    for key in ("answer", "card"):
        if isinstance(custom.get(key), Mapping):
            content[key] = dict(custom[key])
    if custom.get("end") is True:
        content["end"] = True
    content["text"] = own.content["text"] or content["text"] or text_of_blocks(content.get("blocks", []))
    if own.payloads:
        content["buttons"] = own.content["buttons"]
    effects = {key: custom[key] for key in (*EFFECTS, HANDOFF) if custom.get(key)}
    return Draft(content, own.payloads or draft.payloads, effects)


def _expected(names: object) -> list[str]:
    photos = [PHOTOS] if isinstance(names, list | tuple) and PHOTOS in names else []
    return sorted([kind.value for kind in kinds_named(names)] + photos)


def text_of_blocks(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The whole of the blocks as plain text, for channels and readers without blocks."""
    return clean("\n".join(line for block in blocks for line in _lines(block)))


def _lines(block: Mapping[str, Any]) -> list[str]:
    if block.get("kind") == "list":
        items = [item for item in block.get("items") or [] if isinstance(item, Mapping)]
        return [f"{_mark(block, number)} {_item(item)}" for number, item in enumerate(items, _first(block))]
    if block.get("kind") == "source":
        parts = [block.get(key) for key in ("title", "code", "decision", "checked", "url")]
        return [str(part) for part in parts if part]
    return [str(block["text"])] if block.get("text") else []


def _first(block: Mapping[str, Any]) -> int:
    """Return the number of a list's first item: a list may go on from an earlier message."""
    start = block.get("start")
    return start if isinstance(start, int) else 1


def _mark(block: Mapping[str, Any], number: int) -> str:
    return f"{number}." if block.get("ordered") else "-"


def _item(item: Mapping[str, Any]) -> str:
    text, detail = str(item.get("text") or ""), str(item.get("detail") or "")
    return f"{text} ({detail})" if detail else text
