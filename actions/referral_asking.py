"""The questions of a request for help, one a turn, and its summary."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import EventType

from actions.place_slots import commune_slots
from actions.referral_talk import Button, ReferralTalk, answer, button, choice, wait_for
from bot.nlu.contact_words import masked_phone
from bot.nlu.referral_fields import AGAIN, ORDER, SKIP, Field, field_before, next_field
from bot.nlu.referral_turn import too_many
from bot.nlu.replies import NO, YES, Choice
from bot.ops.outcomes import Outcome
from bot.referrals.models import Referral, TimeWish, Way
from bot.referrals.words import referral_wording
from knowledge.how_to import HelpKind, load_guides
from knowledge.places import load_places, unit

_ASKED_KINDS = tuple(kind for kind in HelpKind if kind is not HelpKind.OTHER)


def ask_consent(talk: ReferralTalk, missed: int = 0) -> list[EventType]:
    """Say what is kept, who sees it, until when, and how to take it back; and ask."""
    buttons = [answer("agree", Field.CONSENT, YES), answer("refuse", Field.CONSENT, NO)]
    talk.say("ask_consent", Outcome.CLARIFIED_REFERRAL, buttons)
    return wait_for(Field.CONSENT, (choice(YES, "agree", "agree"), choice(NO, "refuse", "refuse")), missed)


def ask_next(talk: ReferralTalk, draft: Referral, missed: int = 0, again: bool = False) -> list[EventType]:
    """Ask what is still open, or show it all and ask whether to send."""
    field = next_field(draft)
    slots = commune_slots(unit(draft.commune_code)) if draft.commune_code else []
    if field is Field.CONFIRM:
        return [*slots, *summary(talk, draft, missed)]
    return [*slots, *_ask(talk, draft, field, missed, again)]


def _ask(talk: ReferralTalk, draft: Referral, field: Field, missed: int, again: bool) -> list[EventType]:
    buttons, choices = _options(field)
    if field_before(draft, field) is not None:
        before = field_before(draft, field)
        buttons = [*buttons, answer("back", before or field, AGAIN)]
    contact = field is Field.CONTACT
    outcome = Outcome.CLARIFIED_REFERRAL_PHONE if contact else Outcome.CLARIFIED_REFERRAL
    moment = f"ask_{field.value}_again" if again else f"ask_{field.value}"
    if again and contact and not talk.turn.contact.tried:
        moment = "ask_contact_why"  # no number was tried: who hesitates is told what it is for
    talk.say(moment, outcome, buttons, expects=contact)
    return wait_for(field, choices, missed)


def _options(field: Field) -> tuple[list[Button], list[Choice]]:
    if field is Field.NEIGHBOURHOOD:
        return [answer("skip", field, SKIP)], [choice(SKIP, "skip")]
    if field is Field.CONTACT:
        return [answer("chat", field, Way.CHAT.value)], [choice(Way.CHAT.value, "chat")]
    if field is Field.WISH:
        names = [one.value for one in TimeWish]
        return [answer(f"wish_{one}", field, one) for one in names], [choice(one, f"wish_{one}") for one in names]
    if field is Field.ABOUT:
        names = [one.value for one in _ASKED_KINDS]
        return [answer(f"kind_{one}", field, one) for one in names], [choice(one, f"kind_{one}") for one in names]
    return [], []


def which_ward(talk: ReferralTalk, candidates: Sequence[str], former: str, said: str) -> list[EventType]:
    """A former ward that several took over, or a name that several have: the citizen chooses, nothing is guessed."""
    known = load_places().by_code
    units = [known[code] for code in candidates if code in known]
    names = ", ".join(one.name for one in units)
    if too_many(tuple(candidates)):
        talk.say("ward_too_wide", Outcome.CLARIFIED_REFERRAL, former=former)
        return wait_for(Field.WARD, said=said)
    buttons = [
        {**answer("back", Field.WARD, one.code), "title": one.name} for one in units
    ]  # the title is the unit's own name
    talk.say("which_ward", Outcome.CLARIFIED_REFERRAL, buttons, former=former, names=names)
    return wait_for(Field.WARD, [Choice(one.code, (one.name, one.bare_name)) for one in units], said=said)


def outside(talk: ReferralTalk, former: str) -> list[EventType]:
    talk.say("ward_outside", Outcome.CLARIFIED_REFERRAL, place=former)
    return wait_for(Field.WARD)


def summary(talk: ReferralTalk, draft: Referral, missed: int = 0) -> list[EventType]:
    """Show all, the telephone number by its end, and ask whether to send."""
    buttons = [
        answer("send", Field.CONFIRM, YES, draft.id),
        answer("change", Field.CONFIRM, "change"),
        answer("pause", Field.CONFIRM, "pause"),
        answer("discard", Field.CONFIRM, "discard"),
    ]
    queue = talk.referrals.teams.queue(draft.commune_code, talk.referrals.teams.first_level(draft.commune_code))
    lines = "\n".join(f"• {line}" for line in summary_lines(draft))
    # A number may be corrected here by saying another one, so it is let through.
    talk.say("summary", Outcome.CLARIFIED_REFERRAL, buttons, expects=True, lines=lines, team=queue.name)
    return wait_for(Field.CONFIRM, (choice(YES, "send", "send"), Choice(NO, ())), missed)


def changes(talk: ReferralTalk, draft: Referral) -> list[EventType]:
    """What can be corrected, a button each."""
    filled = [field for field in ORDER if next_field(draft) is Field.CONFIRM or ORDER.index(field) < _reached(draft)]
    buttons = [answer(f"again_{field.value}", field, AGAIN) for field in filled]
    talk.say("changes", Outcome.CLARIFIED_REFERRAL, [*buttons, button("resume", "request_referral")])
    say = referral_wording()
    choices = [Choice(f"{AGAIN}:{field.value}", (say(f"buttons.again_{field.value}"),)) for field in filled]
    return wait_for(Field.CONFIRM, choices)


def _reached(draft: Referral) -> int:
    field = next_field(draft)
    return ORDER.index(field) if field in ORDER else len(ORDER)


def summary_lines(one: Referral) -> list[str]:
    """What a request holds, a line each, as the citizen reads it."""
    say, place = referral_wording(), unit(one.commune_code)
    lines = [say("summary.ward", value=place.name if place else one.commune_code)]
    if one.neighbourhood:
        lines.append(say("summary.neighbourhood", value=one.neighbourhood))
    if one.way is Way.PHONE and one.phone:
        lines.append(say("summary.contact_phone", value=masked_phone(one.phone)))
    elif one.way is Way.CHAT:
        lines.append(say("summary.contact_chat"))
    if one.called:
        lines.append(say("summary.called", value=one.called))
    if one.wish:
        lines.append(say("summary.wish", value=say(f"wishes.{one.wish.value}")))
    return [*lines, say("summary.about", value=about_text(one))]


def about_text(one: Referral) -> str:
    """What help is wanted with, in a few words."""
    say, guide = referral_wording(), load_guides().get(one.guide)
    if one.about:
        return one.about
    parts = [guide.title if guide else say(f"kinds.{one.kind.value if one.kind else 'other'}")]
    if guide and one.step:
        parts.append(say("summary.step", n=guide.place_of(one.step) + 1, of=len(guide.steps)))
    if one.procedure_code:
        parts.append(say("summary.procedure", code=one.procedure_code))
    return ", ".join(parts)
