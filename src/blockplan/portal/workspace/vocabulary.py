"""What the workbench calls things: layers, columns and values, land uses, readings, signs, forces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from blockplan.check.verdict import Force
from blockplan.measure.distance.methods import WAYS
from blockplan.plan import landuse
from blockplan.plan.model.layers import LAYERS, VALUES, LayerSpec
from blockplan.propose.services import SERVICES
from blockplan.report.definitions import way
from blockplan.report.qgis.styles import CONTROL_LINES
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Tables of words for the values of a column, or of the kinds of a layer; else there is one of its own name.
TABLES = {
    "service": "service",
    "class": "street",
    "programmes": "programme",
    "control_lines": "qgis.control_line",
} | dict.fromkeys(("far_kind", "height_kind", "coverage_kind", "green_kind"), "choice.limit")


def vocabulary(langs: Iterable[str] = LANGUAGES) -> dict[str, Any]:
    """All words, in every language or some, by what they name."""
    known = landuse()
    services = VALUES["facilities", "service"]
    return {
        "land_uses": {
            code: {
                "names": {lang: one.names[lang] for lang in langs},
                "colour": known.colour(code),
                "safe": known.safe_colour(code),
                "level": one.level,
                "parent": one.parent,
            }
            for code, one in known.classes.items()
        },
        "layers": {name: _layer(spec, langs) for name, spec in LAYERS.items()},
        "control_lines": CONTROL_LINES,
        "forces": {force: _names(f"force.{force}", force, langs) for force in get_args(Force)},
        "confidences": {grade: _names(f"confidence.{grade}", grade, langs) for grade in "ABC"},
        "flags": {said: _names(f"flag.{said}", said, langs) for said in ("true", "false")},
        "readings": {
            one.id: {lang: way(one.definition(None), Words(lang)) for lang in langs} for one in WAYS
        },
        "sited": {id_: {lang: one.name[lang] for lang in langs} for id_, one in SERVICES.items()},
        "marks": {service: _names(f"mark.{service}", "·", langs) for service in sorted(services)},
    }


def _layer(spec: LayerSpec, langs: Iterable[str]) -> dict[str, Any]:
    return {
        "id": spec.id_column,
        "geometry": spec.geometry,
        "names": _names(f"layer.{spec.name}", spec.name, langs),
        "columns": {
            column: {
                "kind": kind,
                "names": _names(f"field.{column}", column, langs),
                "values": {
                    value: _names(f"{_table(spec.name, column)}.{value}", value, langs)
                    for value in sorted(VALUES.get((spec.name, column), ()))
                },
            }
            for column, kind in spec.columns.items()
        },
    }


def _table(layer: str, column: str) -> str:
    named = layer if column == "kind" else column
    return TABLES.get(named, f"choice.{named}")


def _names(key: str, otherwise: str, langs: Iterable[str]) -> dict[str, str]:
    return {lang: Words(lang).or_else(key, otherwise.replace("_", " ")) for lang in langs}
