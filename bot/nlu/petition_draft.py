"""A petition while it is written: what is known, what was asked, what is still missing. A value, as a slot keeps it.

It lives in the tracker until it is lodged or cancelled, so it can be gone on with tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from bot.petitions.models import Contact, ContactKind, PetitionDraft, PetitionKind


class Item(str, Enum):
    """What a question of the conversation is about. The first seven are asked where they are missing, in this order."""

    CONTENT = "content"
    KIND = "kind"
    PLACE = "place"
    WHICH = "which"
    """Which of several places of today one name means."""
    CONSENT = "consent"
    NAME = "name"
    CONTACT = "contact"
    SUMMARY = "summary"
    EDIT = "edit"
    """Which item is to be corrected."""
    MORE = "more"
    """More to tell, added to the content."""
    WISH = "wish"
    PHOTOS = "photos"
    CANCEL = "cancel"
    """Whether it is really to be thrown away."""
    RESUME = "resume"
    """Whether to go on with what was begun, or write another."""


ASKED_FOR = (Item.CONTENT, Item.KIND, Item.PLACE, Item.WHICH, Item.CONSENT, Item.NAME, Item.CONTACT)
CONSENT_VERSION = "petition-1"
"""Which words of consent the citizen has agreed to: domain/petition.yml, utter_petition__ask_consent."""
AGREED, REFUSED = f"agreed to {CONSENT_VERSION}", "refused"
"""Agreed to other words, it is asked again."""
_TOLD_BY_PLACE = (PetitionKind.BEHAVIOUR, PetitionKind.SUGGESTION)
"""Kinds that happen somewhere; a rule and a portal are the same everywhere."""
_MANY = {Item.CONTENT.value, Item.KIND.value, Item.PLACE.value, Item.WHICH.value}
"""Where all of these had to be asked, name and contact are one question, so that there are no more than seven."""


@dataclass(frozen=True)
class Writing:
    """A petition that is being written.

    key: made at its beginning; the petition's for ever. kind_sure: told by the words, or by the citizen (kind_said).
    place: the unit in the citizen's words; no_place: they do not know, or it happened at none. place_options: what the
    name place_said (former: place_former, where it was split) can mean, as bot/nlu/petition_place.py has them;
    place_settled: which was asked and answered. consent: "", `AGREED`
    or `REFUSED`. contact: "phone:0903…" or "email:…". waiting: what was asked last. asked: what was asked, in order,
    each once. missed: replies in a row that were not understood. alone: the citizen does not want to join others.
    aside: words that seemed to belong elsewhere, until the citizen says otherwise. carried: was begun from a dossier
    or a paper of the conversation. told_urgent: 113, 114 and 115 were told.
    """

    key: str
    kind: str = ""
    kind_sure: bool = False
    kind_said: bool = False
    second_kind: str = ""
    content: str = ""
    wish: str = ""
    procedure_code: str = ""
    procedure_title: str = ""
    commune_code: str = ""
    place: str = ""
    no_place: bool = False
    place_said: str = ""
    place_former: str = ""
    place_options: tuple[str, ...] = ()
    place_settled: bool = False
    case_code: str = ""
    paper: str = ""
    urgent: bool = False
    told_urgent: bool = False
    consent: str = ""
    name: str = ""
    contact: str = ""
    attachments: tuple[str, ...] = ()
    waiting: str = ""
    asked: tuple[str, ...] = ()
    missed: int = 0
    alone: bool = False
    aside: str = ""
    carried: bool = False

    def to_slot(self) -> dict[str, Any]:
        return {
            one.name: list(value) if isinstance(value := getattr(self, one.name), tuple) else value
            for one in fields(self)
        }

    @property
    def needs_place(self) -> bool:
        return self.kind in {kind.value for kind in _TOLD_BY_PLACE}

    @property
    def missing(self) -> tuple[Item, ...]:
        """What has still to be asked, in order."""
        open_ = {
            Item.CONTENT: not self.content,
            Item.KIND: bool(self.content) and not self.kind_sure,
            Item.PLACE: bool(self.content) and self.needs_place and not (self.place or self.no_place),
            Item.WHICH: self.needs_place and bool(self.place_options) and not self.place_settled,
            Item.CONSENT: self.consent != AGREED,
            Item.NAME: not self.name,
            Item.CONTACT: not self.contact,
        }
        return tuple(item for item in ASKED_FOR if open_[item])

    @property
    def next_item(self) -> Item:
        return self.missing[0] if self.missing else Item.SUMMARY

    @property
    def asks_both(self) -> bool:
        """Whether name and contact are asked for in one question."""
        return set(self.asked) >= _MANY and not (self.name or self.contact)

    def progress(self, item: Item) -> tuple[int, int]:
        """Return which question `item` is, and of how many in all, the summary with them."""
        done = [one for one in self.asked if one != item.value and Item(one) in ASKED_FOR]
        to_come = [one for one in self.missing if one is not item and one.value not in done]
        if self.asks_both and Item.CONTACT in to_come:
            to_come.remove(Item.CONTACT)
        here = done.index(item.value) + 1 if item.value in done else len(done) + 1
        return here, len(done) + 1 + len(to_come) + (item is not Item.SUMMARY)

    def before(self, item: Item) -> Item | None:
        """Return what was asked before `item`; None where it was the first."""
        known = [one for one in self.asked if Item(one) in ASKED_FOR]
        known = [one for one in known if one != Item.WHICH or self.place_options]
        place = known.index(item.value) if item.value in known else len(known)
        return Item(known[place - 1]) if place > 0 else None

    def waits_for(self, item: Item, missed: int = 0) -> Writing:
        asked = self.asked if item.value in self.asked or item not in ASKED_FOR else (*self.asked, item.value)
        return replace(self, waiting=item.value, asked=asked, missed=missed)

    def to_draft(self, sender: str, channel: str, consent_version: str) -> PetitionDraft:
        """Return what is lodged. Raises `ValueError` where something is missing."""
        if self.missing:
            raise ValueError(f"missing: {', '.join(self.missing)}")
        kind, _, value = self.contact.partition(":")
        return PetitionDraft(
            key=self.key,
            sender=sender,
            channel=channel,
            kind=PetitionKind(self.kind),
            content=self.content,
            sender_name=self.name,
            contact=Contact(ContactKind(kind), value),
            consent_version=consent_version,
            wish=self.wish,
            procedure_code=self.procedure_code,
            procedure_title=self.procedure_title,
            commune_code=self.commune_code,
            unit_said=self.place,
            case_code=self.case_code,
            paper=self.paper,
            urgent=self.urgent,
            attachments=self.attachments,
        )


def read_writing(value: Any) -> Writing | None:
    """Return what a slot's value holds; None where nothing is being written. Unknown parts count as nothing."""
    if not isinstance(value, Mapping) or not value.get("key"):
        return None
    blank = Writing(key="")
    known = {
        one.name: value[one.name]
        for one in fields(Writing)
        if isinstance(value.get(one.name), type(getattr(blank, one.name)))
    }
    items = {item.value for item in Item}
    asked = tuple(one for one in value.get("asked") or () if one in items)
    options = value.get("place_options")
    known["place_options"] = tuple(map(str, options)) if isinstance(options, list | tuple) else ()
    known |= {"asked": asked, "attachments": tuple(map(str, value.get("attachments") or ()))}
    known["waiting"] = known.get("waiting", "") if known.get("waiting") in items else ""
    if known.get("kind") not in {kind.value for kind in PetitionKind}:
        known |= {"kind": "", "kind_sure": False}
    return Writing(**{**known, "key": str(value["key"])})
