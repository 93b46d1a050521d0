"""
Several editors of one scenario: where an edit clashes with what others did since its editor last looked.

Nobody locks anything. An edit says which step its editor had seen last; where what it changes was changed
otherwise since, it is refused with each field as it was, as theirs has it, and as it would have it.

Where two states of a plan, or two sides' changes of one, differ; row by row, column by column.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blockplan.jsontext import JsonRecord
from blockplan.live.refusals import TEXTS, EditError
from blockplan.live.rows import GEOMETRY, FeatureChange, joined, row_of, said_value, same
from blockplan.plan.model.dependent_values import WITH_OUTLINE
from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.plan import Difference
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.live.rows import Row
    from blockplan.live.steps import SessionStep
    from blockplan.plan import Plan


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
        raise TEXTS.refused(EditConflictError, "log_anew")


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
    known = list(dict.fromkeys(step.who for step in newer))
    who = listed(one or TEXTS.text("somebody") for one in known)
    raise TEXTS.refused(EditConflictError, "changed_meanwhile", who=who)


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
        error = TEXTS.refused(EditConflictError, "conflict", names=names)
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
    asked = _asked([one.column for one in found])
    return [one for one in found if one.column in asked]


def _asked(columns: Sequence[str]) -> list[str]:
    """Columns that both sides changed, without those that are settled with the outline."""
    return [one for one in columns if GEOMETRY not in columns or one not in WITH_OUTLINE]


def _whole(row: Row | None) -> str | None:
    return None if row is None else "there"


def changes_between(before: Plan, after: Plan) -> list[FeatureChange]:
    """The rows by which one plan differs from another, as changes from the first to the second."""
    found = []
    for layer in dict.fromkeys((*before.layers, *after.layers)):
        old, new = before.layers.get(layer), after.layers.get(layer)
        if old is new:
            continue
        rows = [] if new is None else _differing(new, old)
        gone = [] if old is None else [id_ for id_ in old.index if new is None or id_ not in new.index]
        for id_ in (*rows, *gone):
            was = None if old is None or id_ not in old.index else row_of(before, layer, id_)
            found.append(FeatureChange(layer, id_, was, None if id_ in gone else row_of(after, layer, id_)))
    return found


def difference_between(base: Plan, plan: Plan) -> Difference:
    """The rows by which a plan differs from the one that it is a scenario of."""
    changed, removed = {}, {}
    for layer, frame in plan.layers.items():
        drawn = base.layers.get(layer)
        if frame is drawn:
            continue
        rows = _differing(frame, drawn)
        gone = [] if drawn is None else [str(one) for one in drawn.index.difference(frame.index, sort=False)]
        if (rows or gone) and layer in LAYERS and LAYERS[layer].id_column is None:
            rows = list(frame.index)  # they have no names of their own: all of them or none
            gone = [] if drawn is None else [str(one) for one in drawn.index[len(frame) :]]
        if rows:
            changed[layer] = frame.loc[rows]
        if gone:
            removed[layer] = tuple(gone)
    return Difference(changed, removed)


def _differing(frame: Any, drawn: Any) -> list[str]:
    if drawn is None:
        return list(frame.index)
    shared = [id_ for id_ in frame.index if id_ in drawn.index]
    old, new = drawn.loc[shared], frame.loc[shared]
    unlike = {id_ for id_ in frame.index if id_ not in drawn.index}
    for column in frame.columns:
        if column not in old:
            unlike |= {id_ for id_, value in zip(shared, new[column], strict=True) if not same(value, None)}
            continue
        pairs = zip(shared, old[column], new[column], strict=True)
        unlike |= {id_ for id_, one, other in pairs if one is not other and not same(one, other)}
    return [id_ for id_ in frame.index if id_ in unlike]


def in_order(frame: Any, drawn: Any) -> Any:
    """Rows in the order in which a saved scenario has them: those of the plan as drawn, then the new ones."""
    if drawn is None:
        return frame
    if frame.index.is_unique and frame.index.equals(drawn.index):
        return frame
    place = {id_: at for at, id_ in enumerate(drawn.index)}
    known = [place[id_] for id_ in frame.index if id_ in place]
    if known == sorted(known) and all(id_ in place for id_ in frame.index[: len(known)]):
        return frame
    first = sorted((id_ for id_ in frame.index if id_ in place), key=place.__getitem__)
    return frame.loc[[*first, *(id_ for id_ in frame.index if id_ not in place)]]


def net(changes: Iterable[FeatureChange]) -> dict[tuple[str, str], FeatureChange]:
    """What many changes come to for each feature; one that ends where it began is none."""
    found: dict[tuple[str, str], FeatureChange] = {}
    for change in changes:
        key = (change.layer, change.id)
        found[key] = replace(found[key], after=change.after) if key in found else change
    return {key: one for key, one in found.items() if one.touched() and one.before != one.after}


def merged(
    ours: dict[tuple[str, str], FeatureChange], theirs: dict[tuple[str, str], FeatureChange]
) -> tuple[list[FeatureChange], list[str]]:
    """Their changes on top of ours, and where the two clash."""
    merged, conflicts = [], []
    for key, their in theirs.items():
        our = ours.get(key)
        if our is None:
            merged.append(their)
            continue
        row, clashes = joined(their.before, our.after, their.after)
        for column in _asked(clashes):
            if column == EVERYTHING:
                conflicts.append(f"{key[0]} {key[1]}: one side took it away and the other changed it")
            elif column == GEOMETRY:
                conflicts.append(f"{key[0]} {key[1]}: both drew its outline anew")
            else:
                here, there = (side.get(column) for side in (our.after or {}, their.after or {}))
                conflicts.append(f"{key[0]} {key[1]}, {column}: {here} here, {there} there")
        change = FeatureChange(*key, our.after, row)
        if (our.after or row) and change.touched():
            merged.append(change)
    return merged, conflicts


def unlike(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two documents differ, as paths into them."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys((*one, *other))
        return [line for key in keys for line in unlike(one.get(key), other.get(key), f"{where}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            line
            for at, pair in enumerate(zip(one, other, strict=True))
            for line in unlike(*pair, f"{where}[{at}]")
        ]
    return [] if one == other else [f"{where.lstrip('.')}: {one!r} when saved, {other!r} here"]
