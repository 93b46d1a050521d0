"""
Several editors of one scenario: where an edit clashes with what others did since its editor last looked.

Nobody locks anything. An edit says which step its editor had seen last; where what it changes was changed
otherwise since, it is refused with each field as it was, as theirs has it, and as it would have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.jsontext import JsonRecord
from blockplan.live.differences import net
from blockplan.live.refusals import TEXTS, EditError
from blockplan.live.rows import said_value, same
from blockplan.plan.model.plan import EVERYTHING
from blockplan.texts import listed, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.live.rows import FeatureChange, Row
    from blockplan.live.steps import SessionStep


@dataclass(frozen=True, slots=True)
class Clash(JsonRecord):
    """
    One field that two editors changed, each otherwise.

    Attributes
    ----------
    layer, id, column
        Where; ``geometry`` for an outline, ``*`` for a feature that one of them took away or both added.
    before, theirs, yours
        The value that both began with, the one that stands now, and the one that was asked for; None is
        unknown, outlines are GeoJSON.
    who
        Whoever made the last step that changed the feature.
    """

    layer: str
    id: str
    column: str
    before: Any
    theirs: Any
    yours: Any
    who: str


class EditConflictError(EditError):
    """An edit that clashes with what others did meanwhile. The plan is as they left it."""

    def __init__(self, message: str, clashes: Sequence[Clash] = ()) -> None:
        super().__init__(message)
        self.clashes = tuple(clashes)


def require_known(steps: Sequence[SessionStep], since: int | None) -> None:
    """
    Refuse what rests on more steps than there are: its editor saw another log than this one.

    Raises
    ------
    EditConflictError
        If it does.
    """
    if since is not None and since > len(steps):
        raise EditConflictError(
            "The log of edits was begun anew. Look at the plan first; nothing was changed."
        )


def require_seen(steps: Sequence[SessionStep], since: int | None) -> None:
    """
    Refuse what takes back or repeats a step while there are steps that its editor has not seen.

    Raises
    ------
    EditConflictError
        If there are.
    """
    require_known(steps, since)
    if since is None or not (newer := steps[since:]):
        return
    who = ", ".join(dict.fromkeys(step.who or "somebody" for step in newer))
    raise EditConflictError(
        f"The plan was changed meanwhile by {who}. Look at it first; nothing was changed."
    )


def require_no_clash(steps: Sequence[SessionStep], since: int | None, ours: Iterable[FeatureChange]) -> None:
    """
    Refuse changes that clash with those of steps that their editor has not seen.

    Parameters
    ----------
    since
        How many of them the editor had seen; None asks nothing.

    Raises
    ------
    EditConflictError
        If one field was changed by both, each otherwise.
    """
    newer = () if since is None else steps[since:]
    theirs = net(change for step in newer for change in step.changes)
    if not theirs:
        return
    who = {(change.layer, change.id): step.who for step in newer for change in step.changes}
    clashes = [
        clash
        for key, our in net(ours).items()
        if key in theirs
        for clash in _clashes(theirs[key], our, who[key])
    ]
    if clashes:
        names = listed(dict.fromkeys(one.id for one in clashes))
        error = refusal(EditConflictError, TEXTS, "conflict", names=names)
        error.clashes = tuple(clashes)
        raise error


def _clashes(their: FeatureChange, our: FeatureChange, who: str) -> list[Clash]:
    """Where they changed a feature from what both saw, and we would change it from what they made of it."""
    if their.before is None or their.after is None or our.after is None:
        values = [_whole(row) for row in (their.before, their.after, our.after)]
        return [Clash(our.layer, our.id, EVERYTHING, values[0], values[1], values[2], who)]
    hit = {column for _, column in their.touched()} & {column for _, column in our.touched()}
    found = []
    for column in sorted(hit):
        before, theirs, yours = (row.get(column) for row in (their.before, their.after, our.after))
        if not same(theirs, yours):
            values = [said_value(one) for one in (before, theirs, yours)]
            found.append(Clash(our.layer, our.id, column, values[0], values[1], values[2], who))
    return found


def _whole(row: Row | None) -> str | None:
    return None if row is None else "there"
