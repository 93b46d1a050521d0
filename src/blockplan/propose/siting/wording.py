"""What a search for sites says in every language when it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.plan.model.faults import named
from blockplan.texts import LANGUAGES, Catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.measure.missing import Missing

TEXTS = Catalog("blockplan.propose.siting", "texts.toml")


def lacking(missing: Sequence[Missing], between: str, most: int) -> dict[str, str]:
    """What is missing, a line each, in every language; English as JSON writes it."""
    said = {}
    for lang in LANGUAGES:
        lines = list(dict.fromkeys(line for one in missing for line in _lines(one, lang)))
        more = [TEXTS("and_more", lang, n=len(lines) - most)] if len(lines) > most else []
        said[lang] = between.join([*(lines[:most] or [TEXTS("no_residents", lang)]), *more])
    return said


def _lines(one: Missing, lang: str) -> Sequence[str]:
    meant = (*one.ids, *((TEXTS("and_more", lang, n=one.more),) if one.more else ()))
    if lang == "en":
        return one.lines()
    if one.why:
        return one.said(lang, meant)
    what = named("layer", one.layer, lang)
    if not one.column:
        return (TEXTS("no_layer", lang, layer=what),)
    who = "、".join(meant)
    column = f"{named('field', one.column, lang)}（{one.layer}.{one.column}）"
    return (TEXTS("of" if who else "of_all", lang, layer=what, ids=who, column=column),)
