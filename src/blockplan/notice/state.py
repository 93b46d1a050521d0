"""What may follow what in the life of a plan on notice: one table, asked by pages, API and commands."""

from __future__ import annotations

from enum import StrEnum

from blockplan.errors import NoticeStateError
from blockplan.notice.refusals import TEXTS, refused, state_word
from blockplan.texts import listed


class State(StrEnum):
    """State of a plan; the value is what stands in ``plan.toml`` and in JSON."""

    DRAFT = "draft"
    ON_NOTICE = "on_notice"
    CLOSED = "closed"
    ANSWERED = "answered"
    APPROVED = "approved"
    PUBLISHED = "published"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    RESTARTED = "restarted"


#: State -> the states that may follow it. An answer after the approval leads back, to be approved again.
NEXT: dict[State, set[State]] = {
    State.DRAFT: {State.ON_NOTICE, State.WITHDRAWN},
    State.ON_NOTICE: {State.CLOSED, State.RESTARTED, State.WITHDRAWN},
    State.CLOSED: {State.ANSWERED, State.RESTARTED, State.WITHDRAWN},
    State.ANSWERED: {State.APPROVED, State.CLOSED, State.RESTARTED, State.WITHDRAWN},
    State.APPROVED: {State.PUBLISHED, State.ANSWERED, State.CLOSED, State.RESTARTED, State.WITHDRAWN},
    State.PUBLISHED: {State.IN_FORCE, State.WITHDRAWN},
    State.IN_FORCE: {State.SUPERSEDED},
    State.SUPERSEDED: set(),
    State.RESTARTED: {State.ON_NOTICE},
    State.WITHDRAWN: set(),
}

#: States in which opinions are taken in; after the end of the period they are kept and marked late.
TAKES_OPINIONS = frozenset({State.ON_NOTICE, State.CLOSED, State.ANSWERED, State.APPROVED})


def step(now: State, then: State) -> State:
    """
    The state `then`, if it may follow `now`.

    Raises
    ------
    NoticeStateError
        If it may not; the message names the states that may.
    """
    if then in NEXT[now]:
        return then
    words = listed(state_word(state) for state in sorted(NEXT[now]))
    following = words if NEXT[now] else TEXTS.text("nothing")
    raise refused(NoticeStateError, "step", now=state_word(now), then=state_word(then), following=following)
