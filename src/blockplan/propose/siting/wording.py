"""What a search for sites says in every language when it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure.missing import MANIFEST
from blockplan.plan.model.faults import named, rows_said
from blockplan.texts import LANGUAGES, Catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.measure.missing import Missing

TEXTS = Catalog("blockplan.propose.siting", "texts.toml")
#: What stands in zh and ja for what stands between things in English.
BETWEEN = {", ": "、", "; ": "；"}


def lacking(missing: Sequence[Missing], between: str, most: int) -> dict[str, str]:
    """What is missing, each once, in every language, with the first features; `between` as in English."""
    said = {}
    for lang in LANGUAGES:
        lines = list(dict.fromkeys(line for one in missing for line in _lines(one, lang, most)))
        more = [TEXTS("and_more", lang, n=len(lines) - most)] if len(lines) > most else []
        comma = between if lang == "en" else BETWEEN.get(between, between)
        said[lang] = comma.join([*(lines[:most] or [TEXTS("no_residents", lang)]), *more])
    return said


def _lines(one: Missing, lang: str, most: int) -> Sequence[str]:
    more = one.more + len(one.ids[most:])
    meant = (
        *(rows_said(id_, lang) for id_ in one.ids[:most]),
        *((TEXTS("and_more", lang, n=more),) if more else ()),
    )
    if one.why:
        return one.said(lang, meant)
    if one.layer == MANIFEST:
        return (TEXTS("in_manifest", lang, file=MANIFEST, key=one.column),)
    if not one.column:
        return (TEXTS("no_layer", lang, layer=named("layer", one.layer, lang), name=one.layer),)
    what, who = named("layer", one.layer, lang), TEXTS("comma", lang).join(meant)
    called = named("field", one.column, lang)
    column = TEXTS("column", lang, called=called, name=f"{one.layer}.{one.column}")
    return (TEXTS("of" if who else "of_all", lang, layer=what, ids=who, column=column),)
