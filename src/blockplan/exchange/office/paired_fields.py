"""Fields that say two figures at once, as zoning tables do (`建蔽率・容積率`: `60/200`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.exchange.office.titles import name_and_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.source import Findings, SourceLayer

_SIGNS = "/・·&+,、|和"
_TWO = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*%?\s*/\s*(\d+(?:[.,]\d+)?)\s*%?\s*")


def take_apart(layers: Sequence[SourceLayer], profile: Profile, findings: Findings) -> None:
    """
    Give each of two figures in one field a field of its own; each field taken apart is told.

    The field's name must be the names of floor area ratio and of coverage, one behind the other, and each of
    its values two numbers.
    """
    columns = profile.of_role("parcels")
    known = {name for column in ("far", "coverage_ratio") for name in columns[column].names}
    for layer in layers:
        for field in layer.fields:
            names = _two_names(field, known)
            if names is None:
                continue
            values = [value for value in layer.frame[field] if isinstance(value, str) and value.strip()]
            if not values or not all(map(_TWO.fullmatch, values)):
                continue
            found = [
                _TWO.fullmatch(value) if isinstance(value, str) else None for value in layer.frame[field]
            ]
            at = list(layer.frame.columns).index(field)
            layer.frame = layer.frame.copy(deep=False)
            for behind, name in enumerate(names):
                figures = [one[behind + 1] if one else None for one in found]
                layer.frame.insert(at + 1 + behind, name, figures)
            read_as = " and ".join(names)
            message = f"The field {field!r} says two figures ({values[0]}); they were read as {read_as}."
            findings.add("office-value", "note", message, column=field, **layer.place)


def _two_names(field: str, known: set[str]) -> tuple[str, str] | None:
    """The two names of which a field's name is made, as they are written; None where it is not."""
    for at in range(1, len(field)):
        one, other = field[:at].strip(_SIGNS + " _"), field[at:].strip(_SIGNS + " _")
        if name_and_unit(one)[0] in known and name_and_unit(other)[0] in known and one != other:
            return one, other
    return None
