"""Being told of changes: consent first, and easy to stop."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.case_talk import CaseTalk, another_button, button, named, wait_for, wait_for_nothing
from bot.cases.follows import LAST_STATES
from bot.cases.models import CaseStatus
from bot.cases.telling import case_wording
from bot.errors import CaseSystemDownError
from bot.nlu.case_turn import WaitFor, Waiting
from bot.nlu.replies import NO, YES, Choice
from bot.ops.outcomes import Outcome

_MOST_BUTTONS = 5


def can_be_followed(status: CaseStatus) -> bool:
    """Say whether anything may still change."""
    return status.state not in LAST_STATES


async def ask_consent(talk: CaseTalk, code: str, missed: int = 0) -> list[EventType]:
    """Say what is kept, until when and how to stop it, and ask."""
    if code in {follow.case_code for follow in await talk.services.follows.of(talk.person)}:
        talk.say("followed_already", Outcome.ANSWERED_CASE_FOLLOW, [_stop_button(code)], codes=code)
        return wait_for_nothing()
    buttons = [button("agree", "agree_to_follow", case_code=code), button("refuse", "refuse_to_follow")]
    talk.say("follow_consent", Outcome.CLARIFIED_CASE_FOLLOW, buttons, codes=code)
    say = case_wording()
    choices = (Choice(YES, (say("buttons.agree"),)), Choice(NO, (say("buttons.refuse"),)))
    return wait_for(Waiting(WaitFor.CONSENT, (code,), missed=missed), choices)


async def follow(talk: CaseTalk, code: str) -> list[EventType]:
    """Follow a dossier that was proven in this conversation, now that the citizen has agreed."""
    for one in talk.codes([code]):
        try:
            record, _ = await talk.services.cases.read(one)
        except CaseSystemDownError:  # logged where it was met
            talk.say("down", Outcome.ERROR_CASE_SYSTEM, codes=code)
            return wait_for_nothing()
        if record is None:
            talk.say("gone", Outcome.UNANSWERED_CASE_NOT_PROVEN, codes=code)
        elif not can_be_followed(record.status):
            talk.say("follow_finished", Outcome.ANSWERED_CASE_FOLLOW, [another_button()], codes=code)
        else:
            new = await talk.services.follows.begin(talk.person, record.status)
            buttons = [another_button(), _stop_button(code)]
            moment = "followed" if new else "followed_already"
            talk.say(moment, Outcome.ANSWERED_CASE_FOLLOW, buttons, codes=code)
    return wait_for_nothing()


def refuse(talk: CaseTalk) -> list[EventType]:
    talk.say("not_followed", Outcome.ANSWERED_CASE_FOLLOW, [another_button()])
    return wait_for_nothing()


async def list_followed(talk: CaseTalk, which: bool = False) -> list[EventType]:
    """List what is followed, with a button each to stop. which: asked in order to stop one."""
    codes = [one.case_code for one in await talk.services.follows.of(talk.person)]
    if not codes:
        talk.say("follow_none", Outcome.ANSWERED_CASE_FOLLOW, [another_button()])
        return wait_for_nothing()
    buttons = [_stop_button(code) for code in codes[:_MOST_BUTTONS]]
    buttons += [button("stop_all", "stop_following")] if len(codes) > 1 else []
    lines = "\n".join(f"{place}. {code}" for place, code in enumerate(codes, start=1))
    moment = "stop_which" if which else "follow_list"
    talk.say(moment, Outcome.ANSWERED_CASE_FOLLOW, buttons, codes=lines, count=len(codes))
    return wait_for_nothing()


async def stop(talk: CaseTalk, codes: tuple[str, ...]) -> list[EventType]:
    """Stop following one dossier; of several without a code, ask which."""
    followed = [one.case_code for one in await talk.services.follows.of(talk.person)]
    if not codes and len(followed) > 1:
        return await list_followed(talk, which=True)
    for code in codes or followed:
        if await talk.services.follows.stop(talk.person, code):
            talk.say("stopped", Outcome.ANSWERED_CASE_FOLLOW, [another_button()], codes=named([code]))
            return wait_for_nothing()
    return await list_followed(talk)


async def stop_all(talk: CaseTalk) -> list[EventType]:
    count = await talk.services.follows.stop(talk.person)
    talk.say("stopped_all" if count else "follow_none", Outcome.ANSWERED_CASE_FOLLOW, [another_button()], count=count)
    return wait_for_nothing()


def _stop_button(code: str) -> dict[str, str]:
    return button("stop_of", "stop_following", code, case_code=code)
