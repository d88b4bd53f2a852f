"""Which step leads from which state to which: the one table that desk, service and jobs ask."""

from __future__ import annotations

from bot.petitions.models import OPEN, EventKind, PetitionState

_S = PetitionState
_STAY = {state: state for state in OPEN}

TRANSITIONS: dict[EventKind, dict[PetitionState, PetitionState]] = {
    EventKind.JOINED: _STAY,
    EventKind.REMINDED: {_S.ASKED_FOR_MORE: _S.ASKED_FOR_MORE},
    EventKind.TAKEN_UP: {
        _S.RECEIVED: _S.IN_PROGRESS,
        _S.REOPENED: _S.IN_PROGRESS,
        _S.IN_PROGRESS: _S.IN_PROGRESS,
        _S.ASKED_FOR_MORE: _S.ASKED_FOR_MORE,
    },
    EventKind.ASKED: dict.fromkeys(OPEN, _S.ASKED_FOR_MORE),
    EventKind.MESSAGE: _STAY | {_S.ASKED_FOR_MORE: _S.IN_PROGRESS},
    EventKind.NOTE: _STAY,
    EventKind.LEFT: _STAY,
    EventKind.TRANSFERRED: _STAY,
    EventKind.ANSWERED: dict.fromkeys(OPEN, _S.ANSWERED),
    EventKind.REFUSED: dict.fromkeys(OPEN, _S.REFUSED),
    EventKind.WITHDRAWN: dict.fromkeys(OPEN, _S.WITHDRAWN),
    EventKind.CLOSED: {_S.ANSWERED: _S.CLOSED},
    EventKind.PUBLISHED: {_S.ANSWERED: _S.ANSWERED, _S.CLOSED: _S.CLOSED},
    EventKind.RATED: {_S.ANSWERED: _S.ANSWERED, _S.CLOSED: _S.CLOSED},
    EventKind.REOPENED: dict.fromkeys((_S.ANSWERED, _S.CLOSED, _S.REFUSED), _S.REOPENED),
}
ANY_STATE = frozenset({EventKind.CONTACT_SEEN, EventKind.CORRECTED, EventKind.LINK_CUT, EventKind.ANONYMISED})
"""Steps that leave the state as it is, whichever it is."""


def state_after(kind: EventKind, state: PetitionState) -> PetitionState | None:
    """Return the state that a step leads to; None where it is not possible from `state`."""
    return state if kind in ANY_STATE else TRANSITIONS[kind].get(state)
