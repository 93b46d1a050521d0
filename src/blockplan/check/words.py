"""
Words and numbers of this room as people read them, in Chinese, English and Japanese.

What carries a sentence, in words: layers, objects, programmes, keys of ``plan.toml``, measures.

A reader of the ledger sees names and amounts with their units; the codes stand beside them in
``bound_to``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.figures import gap, number, rate, texts
from blockplan.measure import MEASURES
from blockplan.measure.measurement import figure_unit
from blockplan.plan.model.faults import NAMES
from blockplan.texts import LANGUAGES, Catalog, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.check.verdict import Text
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan
    from blockplan.plan.validity.statements import Condition

CATALOG = Catalog("blockplan.check", "texts.toml")


def say(key: str, **values: Any) -> Text:
    """
    A text of ``texts.toml`` in every language, filled with `values`.

    A value that is itself a text is put in by language, a number as `blockplan.figures` writes it.
    """
    each = _in_each(values)
    return {lang: CATALOG(key, lang, **each[lang]) for lang in LANGUAGES}


def fill(template: Mapping[str, str], **values: Any) -> Text:
    """A text of a rule file with its ``{places}`` filled, in the languages that it has."""
    each = _in_each(values, *template)
    return {lang: text.format(**each[lang]) for lang, text in template.items()}


def unit_word(unit: str) -> Text:
    """The word between a number and the noun that it counts; the unit itself where none is known."""
    key = f"unit.{unit}"
    return CATALOG.text(key) if key in CATALOG else dict.fromkeys(LANGUAGES, f" {unit}")


def _in_each(values: Mapping[str, Any], *languages: str) -> dict[str, dict[str, Any]]:
    """Values as each language writes them."""
    found: dict[str, dict[str, Any]] = {lang: {} for lang in languages or LANGUAGES}
    for name, value in values.items():
        if isinstance(value, dict):
            for lang, said in found.items():  # a unit may be empty in one language
                said[name] = value[lang] if lang in value else pick(value, lang)
            continue
        plain = number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for said in found.values():
            said[name] = plain
    return found


SIGNS = {">=": "≥", "<=": "≤"}
COLUMNS = {"zh": "name_zh", "en": "name_en", "ja": "name_ja"}


def carriers(plan: Plan, bound: Iterable[str]) -> Text:
    """Bindings by the names of what they are bound to, in one line."""
    return joined([_carrier(plan, *binding.partition(":")[::2]) for binding in bound])


def joined(texts: Iterable[Text]) -> Text:
    """Texts one after the other, with the comma of each language."""
    found = list(texts)
    comma = say("why.comma")
    return {lang: comma[lang].join(filter(None, (pick(text, lang) for text in found))) for lang in LANGUAGES}


def measure_title(plan: Plan, asked: Condition) -> Text:
    """Name of a measure, with the part that is asked for."""
    known = MEASURES.get(asked.name)
    title: Text = dict(known.title) if known else dict.fromkeys(LANGUAGES, asked.name)
    if not asked.scope:
        return title
    part = asked.scope.rpartition(":")[2]
    named = _known(f"part.{part}") or object_name(plan, part) or dict.fromkeys(LANGUAGES, asked.scope)
    return say("why.part", measure=title, part=named)


def amount(measurement: Measurement, value: float, than: float | None = None) -> Text:
    """A value with its unit; told apart from `than` where it differs from it."""
    return texts(value, figure_unit(measurement), measurement.per, than=than)


def difference(measurement: Measurement, value: float) -> Text:
    """How far two values lie apart, with the unit; shares in percentage points."""
    unit = figure_unit(measurement)
    return {lang: rate(gap(value, unit, lang), measurement.per, lang) for lang in LANGUAGES}


def wanted(measurement: Measurement, asked: Condition) -> Text:
    """What a condition asks of a measure: ``≥ 2``, ``≤ 0.01 ha``."""
    said = amount(measurement, asked.value or 0.0)
    return {lang: f"{SIGNS.get(asked.op, asked.op)} {text}" for lang, text in said.items()}


def object_name(plan: Plan, id_: str) -> Text | None:
    """The name of a feature of any layer in the languages it has; None where it has no name."""
    for layer in plan.layers:
        found = {} if layer == "statements" else _names(plan, layer).get(id_, {})
        if found:
            return {lang: pick(found, lang) for lang in LANGUAGES}
    return None


def _names(plan: Plan, layer: str) -> dict[str, Text]:
    """Id -> the names of a layer's features, by language; of several that bear one id, the first's."""
    reads = [(layer, what) for what in ("ids", *COLUMNS.values())]
    return plan.cached(f"names of {layer}", lambda: _read_names(plan, layer), reads)


def _read_names(plan: Plan, layer: str) -> dict[str, Text]:
    frame = plan.layers[layer]
    frame = frame[~frame.index.duplicated()]
    found: dict[str, dict[str, str]] = {}
    for lang, column in COLUMNS.items():
        if column not in frame.columns:
            continue
        for id_, name in zip(frame.index, frame[column], strict=True):
            if isinstance(name, str) and name:
                found.setdefault(id_, {})[lang] = name
    return dict(found)


def _carrier(plan: Plan, kind: str, name: str) -> Text:
    kind, name = kind.strip(), name.strip()
    if kind == "layer":
        # The English name of a layer is its name in the file, which is a plural.
        said = {**(_known(f"layer.{name}") or dict.fromkeys(LANGUAGES, name)), "en": name.replace("_", " ")}
        return say("why.layer", name=said)
    if kind == "programme":
        return say("why.programme", name=_known(f"programme.{name}") or dict.fromkeys(LANGUAGES, name))
    if kind == "object":
        return object_name(plan, name) or say("why.object", name=name)
    if kind == "manifest":
        key, _, value = (part.strip() for part in name.partition("="))
        title = _known(f"key.{key}") or dict.fromkeys(LANGUAGES, f"plan.toml {key}")
        if not value:
            return title
        stated = _known(f"{key}.{value}") or dict.fromkeys(LANGUAGES, value)
        return say("why.key", title=title, value=stated)
    return dict.fromkeys(LANGUAGES, f"{kind}:{name}" if kind and name else kind or name)


def _known(key: str) -> Text | None:
    return NAMES.text(key) if key in NAMES else None
