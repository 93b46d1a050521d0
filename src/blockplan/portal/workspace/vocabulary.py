"""What the workbench calls things: layers, columns and values, land uses, readings, signs, forces."""

from __future__ import annotations

from typing import Any, get_args

from blockplan.check.verdict import Force
from blockplan.measure.distance.methods import WAYS
from blockplan.plan import landuse
from blockplan.plan.model.layers import LAYERS, VALUES, LayerSpec
from blockplan.propose.services import SERVICES
from blockplan.report.definitions import way
from blockplan.report.qgis.styles import CONTROL_LINES
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

#: Tables of words for the values of a column, or of the kinds of a layer; else there is one of its own name.
TABLES = {
    "service": "service",
    "class": "street",
    "programmes": "programme",
    "control_lines": "qgis.control_line",
} | dict.fromkeys(("far_kind", "height_kind", "coverage_kind", "green_kind"), "choice.limit")


def vocabulary() -> dict[str, Any]:
    """All words, in every language, by what they name."""
    known = landuse()
    services = VALUES["facilities", "service"]
    return {
        "land_uses": {
            code: {
                "names": one.names,
                "colour": known.colour(code),
                "safe": known.safe_colour(code),
                "level": one.level,
                "parent": one.parent,
            }
            for code, one in known.classes.items()
        },
        "layers": {name: _layer(spec) for name, spec in LAYERS.items()},
        "control_lines": CONTROL_LINES,
        "forces": {force: _names(f"force.{force}", force) for force in get_args(Force)},
        "confidences": {grade: _names(f"confidence.{grade}", grade) for grade in "ABC"},
        "flags": {said: _names(f"flag.{said}", said) for said in ("true", "false")},
        "readings": {
            one.id: {lang: way(one.definition(None), Words(lang)) for lang in LANGUAGES} for one in WAYS
        },
        "sited": {id_: one.name for id_, one in SERVICES.items()},
        "marks": {service: _names(f"mark.{service}", "·") for service in sorted(services)},
    }


def _layer(spec: LayerSpec) -> dict[str, Any]:
    return {
        "id": spec.id_column,
        "geometry": spec.geometry,
        "names": _names(f"layer.{spec.name}", spec.name),
        "columns": {
            column: {
                "kind": kind,
                "names": _names(f"field.{column}", column),
                "values": {
                    value: _names(f"{_table(spec.name, column)}.{value}", value)
                    for value in sorted(VALUES.get((spec.name, column), ()))
                },
            }
            for column, kind in spec.columns.items()
        },
    }


def _table(layer: str, column: str) -> str:
    named = layer if column == "kind" else column
    return TABLES.get(named, f"choice.{named}")


def _names(key: str, otherwise: str) -> dict[str, str]:
    return {lang: Words(lang).or_else(key, otherwise.replace("_", " ")) for lang in LANGUAGES}
