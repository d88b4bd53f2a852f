"""Which of several places of today a name means: what is remembered of it, the question and its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.petition_talk import Button, button, wording
from bot.nlu import petition_reading as reading
from bot.nlu.petition_draft import Item, Writing
from bot.nlu.petition_place import MOST_SHOWN, Doubt, chosen, doubt_in, option_id, unit_of
from bot.nlu.petition_step import PetitionStep


def placed(writing: Writing, place: str, code: str, doubt: Doubt | None = None) -> Writing:
    """Return `writing` with the place told; with a doubt, which of its options is meant has still to be asked."""
    said, former, options = (doubt.said, doubt.former, doubt.options) if doubt else ("", "", ())
    return replace(
        writing,
        place=place,
        commune_code=code,
        no_place=False,
        place_said=said,
        place_former=former,
        place_options=options,
        place_settled=False,
    )


def told_where(writing: Writing, step: PetitionStep, text: str) -> Writing:
    """Return `writing` with the place that a step tells. text: as typed, where it was."""
    if step.item is Item.WHICH:
        return _settled(writing, step.value)
    return placed(writing, step.value, step.code, None if step.code else doubt_in(text, answers=True))


def _settled(writing: Writing, picked: str) -> Writing:
    """Return `writing` with the option that was picked; unchanged where there is no such option (a forged button)."""
    place = chosen(picked, writing.place_options)
    if place is None:
        return writing
    return replace(writing, place=place.name, commune_code=place.code, place_settled=True)


def which_facts(writing: Writing) -> dict[str, str]:
    """Return what the question names."""
    more = wording()("lines.which_more") if len(writing.place_options) > MOST_SHOWN else ""
    names = ", ".join(unit.name for one in writing.place_options if (unit := unit_of(one)) is not None)
    return {"said": writing.place_said, "former": writing.place_former, "names": names, "more": more}


def which_buttons(writing: Writing) -> list[Button]:
    """Return the places, at most `MOST_SHOWN`, and the way out of not knowing."""
    options = writing.place_options
    places = [_button(one, options, writing.key) for one in options[:MOST_SHOWN]]
    return [*places, button("unsure_place", reading.NO_PLACE, writing.key)]


def _button(option: str, among: Sequence[str], key: str) -> Button:
    """Where former places stand beside it, a unit of today is marked as one."""
    unit = unit_of(option)
    mixed = any(unit_of(one) is None for one in among)
    title = "place_former" if unit is None else "place_now" if mixed else "place_unit"
    return button(title, f"place:{option_id(option)}", key, name=unit.name if unit else option)
