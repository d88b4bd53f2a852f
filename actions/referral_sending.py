"""Sending a request, looking at it, taking it back, and saying afterwards whether help came."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType

from actions.referral_asking import about_text, ask_consent
from actions.referral_talk import ReferralTalk, answer, button, choice, wait_for, wait_for_nothing
from actions.tips import tip_now, told, with_tip
from bot.nlu.referral_fields import Field
from bot.nlu.referral_turn import ReferralStep, ReferralStepKind, came_choices
from bot.nlu.replies import NO, YES, Choice
from bot.ops.outcomes import Outcome
from bot.referrals.models import Referral, ReferralState
from bot.referrals.references import written_reference
from bot.referrals.words import referral_wording
from knowledge.how_to import Moment

_KIND = ReferralStepKind


async def carry_out(talk: ReferralTalk, step: ReferralStep) -> list[EventType]:
    """Carry out a step that is not on a draft."""
    kind = step.kind
    if kind is _KIND.SEND:
        return await send(talk, step.for_id)
    if kind is _KIND.DISCARD:
        await talk.referrals.requests.discard(talk.sender)
        talk.say("discarded", Outcome.ANSWERED_REFERRAL, [button("guides", "ask_how_to")])
        return wait_for_nothing()
    if kind is _KIND.ASK_CANCEL:
        return _ask_cancel(talk)
    if kind is _KIND.CANCEL:
        return await _cancel(talk)
    if kind is _KIND.KEEP:
        talk.say("kept", Outcome.ANSWERED_REFERRAL, [button("mine", "ask_referral")])
        return wait_for_nothing()
    if kind is _KIND.CAME:
        return await _came(talk, step)
    if kind is _KIND.ASK_CAME:
        return ask_came(talk, step.for_id)
    if kind is _KIND.PHONE_AGAIN:
        return await _phone_again(talk, step)
    if kind is _KIND.MINE:
        return show_mine(talk)
    return _missed(talk, step)


def _missed(talk: ReferralTalk, step: ReferralStep) -> list[EventType]:
    """A reply to consent, taking back or the number that was not understood: asked once more, then let go."""
    missed = talk.turn.missed + 1
    if step.field is Field.CONSENT and missed < 2:
        return ask_consent(talk, missed)
    if step.field is Field.CANCEL and missed < 2:
        return _ask_cancel(talk, missed)
    if step.field is Field.CAME and missed < 2 and talk.turn.latest is not None:
        return ask_came(talk, talk.turn.latest.id, missed)
    if step.field is Field.PHONE_AGAIN and missed < 2:
        return _ask_phone_again(talk, "phone_wrong", missed)
    if step.field is Field.CONSENT:
        talk.say("refused", Outcome.ANSWERED_REFERRAL, [button("guides", "ask_how_to")])
        return wait_for_nothing()
    return gone(talk)


def gone(talk: ReferralTalk) -> list[EventType]:
    """What was being written is no more: deleted, or older than a day."""
    if talk.turn.latest is not None and talk.turn.latest.is_open:
        return show_mine(talk)
    talk.say("gone", Outcome.CLARIFIED_REFERRAL, [button("request", "request_referral")])
    return wait_for_nothing()


async def send(talk: ReferralTalk, referral_id: str) -> list[EventType]:
    """Send it once; pressed again, the same reference is said again."""
    sent, new = await talk.referrals.requests.send(talk.sender, referral_id)
    if sent is None or sent.state is ReferralState.DRAFT:
        return gone(talk)
    if not new and not sent.is_open:
        return show_mine(talk)
    queue = talk.referrals.teams.queue(sent.commune_code, sent.level)
    buttons = [button("mine", "ask_referral"), button("cancel", "cancel_referral"), button("guides", "ask_how_to")]
    moment = ("sent" if queue.team else "sent_to_city") if new else "sent_already"
    talk.say(moment, Outcome.ANSWERED_REFERRAL_SENT, buttons, reference=sent.reference, team=queue.name)
    return wait_for_nothing()


def show_mine(talk: ReferralTalk) -> list[EventType]:
    """How the newest request stands."""
    latest, say = talk.turn.latest, referral_wording()
    typed = written_reference(talk.turn.text)
    if typed and (latest is None or latest.reference != typed):
        talk.say("not_mine", Outcome.ANSWERED_REFERRAL, [button("request", "request_referral")], typed=typed)
        return wait_for_nothing()
    if latest is None:
        resumable = talk.turn.draft is not None
        buttons = [button("resume" if resumable else "request", "request_referral")]
        talk.say("none_sent_draft" if resumable else "none_sent", Outcome.ANSWERED_REFERRAL, buttons)
        return wait_for_nothing()
    buttons = [button("cancel", "cancel_referral")] if latest.is_open else [button("request", "request_referral")]
    facts: dict[str, Any] = {
        "reference": latest.reference,
        "state": say(f"states.{latest.state.value}"),
        "team": talk.referrals.teams.queue(latest.commune_code, latest.level).name,
        "about": about_text(latest),
    }
    talk.say("mine" if latest.is_open else "mine_over", Outcome.ANSWERED_REFERRAL, buttons, **facts)
    return wait_for_nothing()


def _ask_cancel(talk: ReferralTalk, missed: int = 0) -> list[EventType]:
    latest = talk.turn.latest
    if latest is None or not latest.is_open:
        return show_mine(talk)
    buttons = [answer("cancel_yes", Field.CANCEL, YES), answer("cancel_no", Field.CANCEL, NO)]
    talk.say("ask_cancel", Outcome.CLARIFIED_REFERRAL, buttons, reference=latest.reference)
    choices = (choice(YES, "cancel_yes"), choice(NO, "cancel_no"))
    return wait_for(Field.CANCEL, choices, missed)


async def _cancel(talk: ReferralTalk) -> list[EventType]:
    cancelled = await talk.referrals.requests.cancel(talk.sender)
    if cancelled is None:
        return show_mine(talk)
    talk.say("cancelled", Outcome.ANSWERED_REFERRAL, [button("guides", "ask_how_to")], reference=cancelled.reference)
    return wait_for_nothing()


def ask_came(talk: ReferralTalk, referral_id: str, missed: int = 0) -> list[EventType]:
    """Ask here what the message of the job has asked: who types instead of pressing is understood too."""
    latest = talk.turn.latest
    reference = latest.reference if latest else ""
    buttons = [
        button("came_yes", "tell_referral_came", came=YES, referral_id=referral_id),
        button("came_no", "tell_referral_came", came=NO, referral_id=referral_id),
    ]
    talk.say("ask_came", Outcome.CLARIFIED_REFERRAL, buttons, reference=reference)
    return wait_for(Field.CAME, came_choices(), missed)


async def _came(talk: ReferralTalk, step: ReferralStep) -> list[EventType]:
    """Yes ends it. No opens it again one level higher, and a telephone number may be left anew."""
    answered = await talk.referrals.requests.answer_came(talk.sender, step.for_id, step.yes)
    if answered is None:
        talk.say("came_over", Outcome.ANSWERED_REFERRAL, [button("mine", "ask_referral")])
        return wait_for_nothing()
    if step.yes:
        tip = await tip_now(talk.services, talk.tracker, Moment.HELP_CAME)
        talk.say("came_yes", Outcome.ANSWERED_REFERRAL, tip=with_tip("", tip))
        return [*wait_for_nothing(), *told(tip)]
    return _ask_phone_again(talk, "came_no", 0, answered)


def _ask_phone_again(talk: ReferralTalk, moment: str, missed: int, reopened: Referral | None = None) -> list[EventType]:
    one = reopened or talk.turn.latest
    team = talk.referrals.teams.queue(one.commune_code, one.level).name if one else ""
    buttons = [answer("no_phone", Field.PHONE_AGAIN, NO)]
    reference = one.reference if one else ""
    outcome = Outcome.CLARIFIED_REFERRAL_PHONE
    talk.say(moment, outcome, buttons, expects=True, reference=reference, team=team)
    return wait_for(Field.PHONE_AGAIN, (Choice(NO, (referral_wording()("buttons.no_phone"),)),), missed)


async def _phone_again(talk: ReferralTalk, step: ReferralStep) -> list[EventType]:
    one = await talk.referrals.requests.reach_by_phone(talk.sender, str((step.values or {}).get("phone") or ""))
    if one is None:
        return show_mine(talk)
    talk.say("phone_kept", Outcome.ANSWERED_REFERRAL_SENT, [button("mine", "ask_referral")], reference=one.reference)
    return wait_for_nothing()
