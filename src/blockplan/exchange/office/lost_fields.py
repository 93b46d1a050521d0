"""What of an office's files was not taken over, field by field."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.exchange.office.features import beside
from blockplan.exchange.office.mapping import DOUBLE, IGNORED
from blockplan.exchange.office.messages import Message, worded
from blockplan.exchange.office.profile import TABLE_FIELDS
from blockplan.exchange.office.values import is_blank
from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.source import Findings

#: Stands for the features or rows of a layer that was left out, as in the losses of a package.
WHOLE_ROW = "*"
#: Role -> the layer of the plan that keeps its fields, where that is called otherwise.
KEPT_IN = TABLE_FIELDS | {"road_edges": "control_lines", "road_areas": "parcels", "water_areas": "water"}


@dataclass(frozen=True, slots=True)
class LostField(JsonRecord):
    """So many values of a field that the plan does not hold, and why; `field` is ``*`` for whole features."""

    file: str
    layer: str
    field: str
    n: int
    why: Message | str


def lost_fields(
    layers: list[Chosen], made: Mapping[str, pd.DataFrame], profile: Profile, findings: Findings
) -> Iterator[LostField]:
    """
    The values that were not taken over.

    Those of layers that were left out, those of fields that nothing was read from and that the layer of the
    plan does not keep, and those that could not be read.
    """
    unread = Counter(
        (one.file, one.layer, one.column)
        for one in findings
        if isinstance(one.message, Message) and one.message.code == "value_unknown_because"
    )
    # Several files may fill one column; what it holds is counted once.
    held = {
        (name, str(column)): int(frame[column].notna().sum())
        for name, frame in made.items()
        for column in frame.columns
    }
    for layer, choice in layers:
        given = {
            name: sum(not is_blank(value) for value in layer.frame[name])
            for name in layer.fields
            if not name.startswith("_")
        }
        place = (layer.file, layer.name)
        if choice.role in {IGNORED, DOUBLE}:
            if len(layer.frame):
                yield LostField(*place, WHOLE_ROW, len(layer.frame), choice.why)
            yield from (LostField(*place, name, n, choice.why) for name, n in given.items() if n)
            continue
        columns, into = profile.of_role(choice.role), KEPT_IN.get(choice.role, choice.role)
        chosen = {one.field: one for one in choice.field}
        for name, n in given.items():
            one = chosen.get(name)
            if one is not None and one.column in columns:
                if many := unread[*place, name]:
                    yield LostField(*place, name, many, worded("lost_not_read", column=one.column))
                continue
            own = beside(f"={(one and one.column) or name}")
            kept = 0 if one is None else min(n, held.get((into, own), 0))
            if one is not None and own:
                held[into, own] = held.get((into, own), 0) - kept
            if n > kept:
                yield LostField(*place, name, n - kept, _why(own, into, kept))


def _why(own: str, into: str, kept: int) -> Message:
    if not own:
        return worded("lost_of_programs")
    return worded("lost_with_rows", kept=kept) if kept else worded("lost_not_kept", layer=into)
