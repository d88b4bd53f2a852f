"""What a message says to a question of a petition: a wish, a name, a contact, a place, the story itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.nlu.petition_draft import Item
from bot.nlu.replies import Choice, read_reply
from bot.ops.screening.kinds import labels
from bot.ops.screening.numbers import find_numbers
from bot.ops.screening.reading import read
from bot.petitions.drafts import parse_contact
from knowledge.places import load_places
from knowledge.places.models import MentionKind, PlaceMention
from knowledge.places.telling import home_of
from knowledge.plain_yaml import plain_yaml
from knowledge.text import clean, clean_line, fold, has_diacritics, words

WORDS_FILE = Path(__file__).with_name("petition_words.yml")
LATER, CANCEL, BACK, CHANGE, SKIP, SEND, WHY = "later", "cancel", "back", "edit", "skip", "send", "why"
AGREE, REFUSE, NO_PLACE, RESUME, ANOTHER, MORE = "agree", "refuse", "no_place", "resume", "another", "more"
ANONYMOUS = "anonymous"
_ANSWER_WORDS = (SEND, AGREE, REFUSE, LATER, CANCEL, BACK, CHANGE, SKIP, NO_PLACE, WHY, RESUME)
MOST_CONTENT, MOST_NAME, MOST_PLACE = 4000, 80, 160
STORY_WORDS = 9
"""Words from which a reply to a short question tells more of what happened."""
_MOST_NAME_WORDS, _MOST_PLACE_WORDS = 7, 12
_FEWEST_LETTERS = 2
_WHO_ASKS = r"(?:cho|xin|muốn|muon|cần|can|tôi|toi|tui|em|e|mình|minh|con|cháu|chau)"
_ASKS = re.compile(rf"(?i)[\s,.;:!?]+(?:{_WHO_ASKS}\s+){{0,4}}(?:hỏi|hoi)(?!\w)")
_MOST_ASKED_WORDS = 14
"""Words up to which it is a question and not a story in which somebody was asked."""
_EMAIL = re.compile(r"\S+@\S+")
_AROUND, _QUOTES = " ,.;:-–", " \t.,;:!\"“”'"
_ANNOUNCES = r"(?:số điện thoại|so dien thoai|sđt|sdt|đt|điện thoại|dien thoai|email|mail|zalo|số|so)(?:\s+(?:là|la))?"
_ANNOUNCED_LAST = re.compile(rf"(?i)(?<!\w){_ANNOUNCES}\s*:?\s*$")
_ANNOUNCED_FIRST = re.compile(rf"(?i)^{_ANNOUNCES}(?!\w)\s*:?\s*")
_EDITABLE = (Item.CONTACT, Item.NAME, Item.CONTENT, Item.KIND, Item.PLACE, Item.WISH)
_NAMED_UNIT = re.compile(
    r"(?<!\w)((?:[Pp]hường|[Xx]ã|[Đđ]ặc khu|[Tt]hị trấn)\s+"
    r"(?:\d{1,2}(?!\d)(?!\s+(?:lần|ngày|hôm|bữa|buổi|tuần|tháng|năm|tiếng|giờ|phút|người|cán bộ|lượt|đợt|chuyến)(?!\w))"
    r"|[A-ZĐÀ-Ỵ]\w*(?:\s+(?:[A-ZĐÀ-Ỵ]\w*|\d{1,2}(?!\d))){0,3})"
    r"(?:,?\s+(?:[Qq]uận|[Hh]uyện)\s+(?:\d{1,2}(?!\d)|[A-ZĐÀ-Ỵ]\w*(?:\s+[A-ZĐÀ-Ỵ]\w*){0,2}))?)"
)


@lru_cache(maxsize=1)
def _typed_lexicon() -> dict[str, tuple[str, ...]]:
    """Phrases with their marks, the longest first."""
    data = plain_yaml(WORDS_FILE.read_text("utf-8"))
    return {name: tuple(sorted(map(str, listed), key=len, reverse=True)) for name, listed in data.items()}


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, tuple[str, ...]]:
    """Phrases without marks, the longest first."""
    return {name: tuple(dict.fromkeys(" ".join(words(one)) for one in of)) for name, of in _typed_lexicon().items()}


def choice_of(name: str, *titles: str) -> Choice:
    """Return an option with the words of the lexicon beside its titles."""
    return Choice(name, (*titles, *_lexicon().get(name, ())))


def wish_in(text: str, among: Iterable[str]) -> str:
    """Return which of the wishes `among` the whole message is, "" where it is none."""
    choices = tuple(choice_of(name) for name in among)
    if not choices or any(char.isdigit() for char in text):
        return ""
    reading = read_reply(text, choices)
    return reading.option if reading.option and reading.exact else ""


def tells_something(text: str) -> bool:
    """Say whether `text` holds more than the wish to lodge something and whom it is about."""
    return bool(_rest(words(text), _lexicon()["wish_only"]))


def is_wish_to_lodge(text: str) -> bool:
    """Say whether `text` is nothing but the wish to lodge something ("tôi muốn gửi phản ánh")."""
    said = f" {' '.join(words(text))} "
    if not any(f" {noun} " in said for noun in _lexicon()["lodge"]):  # so it is of most messages
        return False
    if tells_something(text) or speaks_of_lodged(text) or wish_in(text, (RESUME, LATER, CANCEL)) or calls_off(text):
        return False
    return not any(f" {word} " in said for word in _lexicon()["going_on"])


def calls_off(text: str) -> bool:
    """Say whether `text` only takes back the thought of lodging something ("thôi khỏi phản ánh")."""
    said, lexicon = f" {' '.join(words(text))} ", _lexicon()
    noun = next((one for one in lexicon["lodge"] if f" {one} " in said), "")
    before, _, behind = (part.split() for part in said.partition(f" {noun} "))
    if not noun or not set(before).intersection(lexicon["calls_off"]):
        return False
    return not (_rest(before, lexicon["calls_off_before"]) or _rest(behind, lexicon["calls_off_behind"]))


def asked_instead(text: str) -> str:
    """Return what `text` asks after it has taken that back ("không phản ánh nữa, cho hỏi lệ phí": "lệ phí"), or ""."""
    asks = _ASKS.search(text)
    if asks is None or not calls_off(text[: asks.start()]):
        return ""
    asked = text[asks.end() :].strip()
    return asked if len(words(asked)) <= _MOST_ASKED_WORDS else ""


def _rest(said: list[str], phrases: tuple[str, ...]) -> list[str]:
    """Words that are left without `phrases`, the longest first."""
    told = f" {' '.join(said)} "
    for phrase in phrases:
        while f" {phrase} " in told:
            told = told.replace(f" {phrase} ", " ")
    return told.split()


def story_in(text: str) -> str:
    """Return what happened as the citizen wrote it: lines kept, nothing that cannot be seen."""
    return clean(text)[:MOST_CONTENT].strip()


def contact_in(text: str) -> str:
    """Return "phone:0903123456" or "email:a@b.vn"; the telephone where both are given, "" where neither is."""
    found = parse_contact(text) or parse_contact(_EMAIL.sub(" ", text))
    return f"{found.kind.value}:{found.value}" if found else ""


def without_contact(text: str) -> str:
    """Return `text` without numbers and addresses, and without the words that announce them."""
    reading = read(text)
    typed = reading.typed
    for found in sorted(find_numbers(reading, frozenset()), key=lambda one: -one.start):
        typed = typed[: found.start] + " " + typed[found.end :]
    for mask in labels().masks.values():
        typed = typed.replace(mask, " ")
    typed = typed.strip(_AROUND)
    for pattern in (_ANNOUNCED_LAST, _ANNOUNCED_FIRST):
        typed = pattern.sub("", typed).strip(_AROUND)
    return typed


def name_in(text: str) -> str:
    """Return the name that a reply is, "" where it is none."""
    said = _stripped(clean_line(without_contact(text)), "name_lead", "name_tail")
    plain = words(said)
    letters = [char for char in said if char.isalpha()]
    odd = any(not (char.isalpha() or char in " .'-’") for char in said)
    if odd or not 0 < len(plain) <= _MOST_NAME_WORDS or len(letters) < _FEWEST_LETTERS or len(said) > MOST_NAME:
        return ""
    if " ".join(plain) in _lexicon()["no_names"] or wish_in(said, (LATER, CANCEL, BACK, CHANGE, REFUSE, WHY)):
        return ""
    return said if said != said.lower() else said.title()


def place_in(text: str, message: Mapping[str, Any]) -> tuple[str, str, bool]:
    """Return the unit said, the code of one of today's units where that is sure, and whether it is outside the city.

    message: Rasa's parsed message; its `places` are those of the place matcher, where there is one.
    """
    found = _mentions(message)
    home = home_of(text, found)
    if home is not None and home.unit is not None:
        return home.unit.name, home.unit.code, False
    if found and all(one.kind is MentionKind.OUTSIDE for one in found):
        return found[0].former or found[0].said, "", True
    told = _NAMED_UNIT.search(clean_line(text))
    if told and len(words(text)) > len(words(told.group(1))) + 1:
        return told.group(1), "", False
    said = _stripped(clean_line(text), "place_lead", "name_tail")
    plain = f" {' '.join(words(said))} "
    named = any(f" {kind} " in plain for kind in _lexicon()["place_kinds"])
    short = 0 < len(words(said)) <= (_MOST_PLACE_WORDS if named or found else _MOST_NAME_WORDS)
    return (said[:MOST_PLACE], "", False) if short and any(char.isalpha() for char in said) else ("", "", False)


def place_told(text: str, message: Mapping[str, Any]) -> tuple[str, str]:
    """Return the unit that a story names, and its code where that is sure; nothing that would have to be guessed."""
    home = home_of(text, _mentions(message))
    if home is not None and home.unit is not None:
        return home.unit.name, home.unit.code
    named = _NAMED_UNIT.search(text)
    return (named.group(1), "") if named else ("", "")


def _mentions(message: Mapping[str, Any]) -> list[PlaceMention]:
    """The places of the place matcher, without those that are no mention."""
    found = []
    for one in message.get("places") or ():
        with suppress(KeyError, TypeError, ValueError):
            found.append(PlaceMention.from_json(one, load_places()))
    return found


def item_named(text: str) -> Item | None:
    """Return the item that a wish to correct names: "sửa số điện thoại"."""
    plain = f" {' '.join(words(text))} "
    asks = any(f" {word} " in plain for word in ("sua", "sai", "doi", "chinh", "nham", "ghi sai", "them"))
    if not asks:
        return None
    found = [item for item in _EDITABLE for word in _lexicon()[f"item_{item.value}"] if f" {word} " in plain]
    return found[0] if found else None


def new_value(text: str) -> str:
    """Return what stands behind "thành" or "là" in a correction: "sửa tên thành Lan" is Lan."""
    match = re.search(r"(?i)\b(?:thành|thanh|là|:)\s+(.+)$", clean_line(text))
    return match.group(1).strip() if match else ""


def _stripped(text: str, lead: str, tail: str) -> str:
    """Return `text` without the words of courtesy around it. With marks they must be the same: "bên" is no "Bến"."""
    lexicon, same = (_typed_lexicon(), str.lower) if has_diacritics(text) else (_lexicon(), fold)
    said = text.strip(_QUOTES)
    while said:
        plain = same(said)
        begun = next((one for one in lexicon[lead] if plain.startswith(f"{one} ")), "")
        ended = next((one for one in lexicon[tail] if plain.endswith(f" {one}")), "")
        if not begun and not ended:
            return said
        said = said[len(begun) :].strip(_AROUND) if begun else said[: -len(ended)].strip(_AROUND)
    return said


def kind_of_wish(text: str, among: Iterable[str]) -> str:
    """Return the first of the wishes `among` whose words stand anywhere in `text`; "" where none does."""
    told = f" {' '.join(words(text))} "
    return next((name for name in among if any(f" {one} " in told for one in _lexicon()[f"want_{name}"])), "")


def is_bare_contact(text: str) -> bool:
    """Say whether a message is a telephone number or an address, right or wrong, and hardly anything else."""
    if not any(char.isalpha() for char in text):
        return True
    return bool(contact_in(text)) and len(words(without_contact(text))) <= _MOST_NAME_WORDS


def speaks_of_lodged(text: str) -> bool:
    """Say whether a message speaks of a petition that exists."""
    told = f" {' '.join(words(text))} "
    return any(f" {one} " in told for one in _lexicon()["status"])


def goes_on(text: str) -> bool:
    """Say whether a message speaks of what was begun before."""
    told = f" {' '.join(words(text))} "
    return any(f" {one} " in told for one in _lexicon()["going_on"])


def is_answer_word(text: str) -> bool:
    """Say whether a message is one of the short answers of this talk ("gửi đi", "bỏ qua"), and nothing else."""
    return bool(wish_in(text, _ANSWER_WORDS))
