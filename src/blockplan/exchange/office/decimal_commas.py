"""Numbers that an office writes with a decimal comma (`0,4`), in layers whose fields are texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.source import Findings, SourceLayer

_UNIT = r"\s*(?:%|m2t/m2s|m²t/m²s|m2|m²|㎡|m|ha)?"
#: Nothing but a decimal comma stands behind a nought alone, or before two digits in every value of a field.
_SURE = re.compile(rf"[≤≥<>]?\s*0,\d{{1,2}}{_UNIT}")
_TWO = re.compile(rf"[≤≥<>]?\s*\d+,\d\d{_UNIT}")
_COMMA = re.compile(rf"([≤≥<>]?\s*(?:\d{{1,3}}(?:\.\d{{3}})+|\d+)),(\d{{1,2}}{_UNIT})")
_POINT = re.compile(rf"[≤≥<>]?\s*\d+\.\d+{_UNIT}")


def with_points(layers: Sequence[SourceLayer], findings: Findings) -> None:
    """
    Put points for the decimal commas of files that have such; each layer changed is told.

    One number with a nought before its comma must stand somewhere, or a field whose numbers all have two
    digits behind it; and in the layer none with a point.
    """
    texts = [_texts(layer) for layer in layers]
    given = [many for fields in texts for many in fields.values()]
    if not any(any(map(_SURE.fullmatch, many)) or all(map(_TWO.fullmatch, many)) for many in given):
        return
    for layer, fields in zip(layers, texts, strict=True):
        said = {text for many in fields.values() for text in many}
        if any(map(_POINT.fullmatch, said)) or not any(map(_COMMA.fullmatch, said)):
            continue
        layer.frame = layer.frame.copy(deep=False)
        for name, many in fields.items():
            if any(map(_COMMA.fullmatch, many)):
                layer.frame[name] = [
                    f"{found[1].replace('.', '')}.{found[2]}"
                    if isinstance(one, str) and (found := _COMMA.fullmatch(one))
                    else one
                    for one in layer.frame[name]
                ]
        message = "Commas in its numbers are read as decimal points."
        findings.add("office-value", "note", message, **layer.place)


def _texts(layer: SourceLayer) -> dict[str, set[str]]:
    """The short texts that each field holds."""
    found = {}
    for name in layer.fields:
        there = {one for one in layer.frame[name].tolist() if isinstance(one, str) and len(one) < 20}
        if there:
            found[name] = there
    return found
