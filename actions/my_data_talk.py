"""What every part of the talk about one's data needs: sentences, buttons, the desk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from bot.nlu.petition_status_turn import ASK, CODE, STEP
from bot.ops.outcomes import Outcome
from bot.ops.screening.screening import EXPECTS
from bot.privacy.build import build_privacy
from bot.privacy.corrections import Corrections
from bot.privacy.desk import PrivacyDesk
from bot.privacy.notice import PATH as NOTICE_PATH
from bot.privacy.words import privacy_wording
from bot.services import Services

NAME = "action_my_data"
WAITING = "privacy__waiting"
PRESS = "answer_my_data"

Button = dict[str, str]


class DataTalk:
    """One turn: where to say things, and the desk."""

    def __init__(self, services: Services, dispatcher: CollectingDispatcher, sender: str) -> None:
        parts = build_privacy(services)
        self.desk: PrivacyDesk = parts.desk
        self.corrections: Corrections = parts.corrections
        self.sender = sender
        self._settings = services.settings
        self._dispatcher = dispatcher

    def say(
        self,
        moment: str,
        outcome: Outcome,
        buttons: Sequence[str | Button] = (),
        expects: Sequence[str] = (),
        **facts: object,
    ) -> None:
        """Say `utter_privacy__<moment>` with buttons, known ones by their names.

        expects: kinds of personal data that are asked for and let through.
        """
        custom: dict[str, Any] = {"answer": {"outcome": outcome.value, "procedure_code": None, "fields": []}}
        custom |= {EXPECTS: list(expects)} if expects else {}
        shown = [button(one) if isinstance(one, str) else one for one in buttons]
        self._dispatcher.utter_message(response=f"utter_privacy__{moment}", buttons=shown, custom=custom, **facts)

    def address(self, secret: str) -> str:
        """Return where everything can be seen; empty where no address is known that a citizen could open."""
        return f"{base}{NOTICE_PATH}/{secret}" if (base := self._base()) else ""

    def add_to_petition(self, code: str) -> Button:
        """Return the button that begins adding words to a petition."""
        carried = json.dumps({CODE: code, STEP: "message"})
        return {"title": privacy_wording()("buttons.correct_add"), "payload": f"/{ASK}{carried}"}

    def more(self) -> str:
        """Return the line that tells where the notice is; empty as above."""
        return privacy_wording()("notice.line", address=f"{base}{NOTICE_PATH}") if (base := self._base()) else ""

    def _base(self) -> str:
        settings = self._settings
        on_web = self.sender.startswith("web-")
        return settings.public_url or (f"http://{settings.web_host}:{settings.web_port}" if on_web else "")


def button(key: str, choice: str = "", **facts: object) -> Button:
    """Return the button `buttons.<key>`; choice: what it says, where that is not its name."""
    payload = f"/{PRESS}{json.dumps({'data_choice': choice or key}, ensure_ascii=False)}"
    return {"title": privacy_wording()(f"buttons.{key}", **facts), "payload": payload}
