"""
Text, table and drawing side by side: every figure that stands in more than one of them.

Text is what the statements say, table what columns add up to, drawing what geometry measures.
Every comparison is listed, those inside rounding too, so that a reader sees what was compared; single
parcels and facilities are named only where they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.check.verdict import Discrepancy
from blockplan.check.words import say
from blockplan.figures import MOST_DECIMALS, number
from blockplan.measure import MEASURES
from blockplan.measure.inputs.columns import areas_m2, ids, rows_of_parcels, shapes, total, values
from blockplan.measure.inputs.floors import area_of_parcels
from blockplan.plan.model.faults import NAMES
from blockplan.plan.model.figures import figures
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.validity.attributes import FLOOR_SHARE, rounding
from blockplan.plan.validity.checked_layers import Tolerances
from blockplan.plan.validity.statements import condition
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.check.statements import Gauging, Statement
    from blockplan.check.verdict import Text, Verdict
    from blockplan.plan import Plan
    from blockplan.plan.model.figures import TextFigure

#: Unit of a rule -> m2 or m of one, as figures of a text are read.
FACTORS = {"m2": 1.0, "ha": 1e4, "km2": 1e6, "m": 1.0, "km": 1e3}
#: Units of measures that count features of the drawing.
DRAWN_UNITS = frozenset({"area", "core", "park"})
NO_NOTE: Text = dict.fromkeys(LANGUAGES, "")


def differences_of(
    statement: Statement, plan: Plan, by_rule: Mapping[str, Sequence[Verdict]], gauging: Gauging
) -> Iterator[Discrepancy]:
    """
    The comparisons of a statement: sizes, amounts and counts.

    `Discrepancy.agrees` is None where one side is not known. See `statements.state_of` for what is given.
    """
    said = _figures(statement)
    yield from _sizes(plan, statement, said)
    yield from _asked(statement, said, by_rule)
    yield from _counted(statement, said, gauging)


def between_tables(plan: Plan) -> tuple[Discrepancy, ...]:
    """The comparisons of table and drawing, and of tables."""
    return (
        *plan.cached("declared and drawn", lambda: tuple(_declared(plan))),
        *plan.cached("floor and ratio", lambda: tuple(_floors(plan))),
        *plan.cached("sites and parcels", lambda: tuple(_sites(plan))),
        *plan.cached("people of tables", lambda: tuple(_people(plan))),
    )


def _figures(statement: Statement) -> list[TextFigure]:
    """Figures of a statement, each once however many languages say it."""
    found: list[TextFigure] = []
    for lang in LANGUAGES:
        for figure in figures(statement.text.get(lang)):
            if not any(figure.dimension == other.dimension and figure.same(other) for other in found):
                found.append(figure)
    return found


def _sizes(plan: Plan, statement: Statement, said: Sequence[TextFigure]) -> Iterator[Discrepancy]:
    """Areas and lengths that a statement gives for the objects that it is bound to."""
    meant = [each for name in statement.bound("object") if (each := _drawn(plan, name)) is not None]
    if "areas" in statement.bound("layer"):
        meant += [each for name in dict.fromkeys(ids(plan, "areas")) if (each := _drawn(plan, name))]
    for dimension in ("area", "length"):
        objects = {name: (size, subject) for name, kind, size, subject in meant if kind == dimension}
        stated = [figure for figure in said if figure.dimension == dimension]
        for figure, names in _about(stated, {name: size for name, (size, _) in objects.items()}):
            drawn = total(objects[name][0] for name in names)
            subject = objects[names[0]][1] if len(names) == 1 else say("difference.sum")
            tabled = _declared_in(plan, names) if dimension == "area" else None
            fits = figure.fits(drawn) and (tabled is None or figure.fits(tabled))
            by = figure.factor
            low, high = (
                number(end / by, MOST_DECIMALS)
                for end in (figure.value - figure.half, figure.value + figure.half)
            )
            yield Discrepancy(
                statement.id,
                subject,
                figure.value / by,
                None if tabled is None else tabled / by,
                drawn / by,
                figure.unit,
                figure.half / by,
                fits,
                say("difference.rounded", said=figure.said, low=low, high=high),
            )


def _about(stated: Sequence[TextFigure], sizes: dict[str, float]) -> Iterator[tuple[TextFigure, list[str]]]:
    """
    Figures and the objects that each is about: the nearest one, or all together.

    Where some figures fit and others do not, the others speak of something else; in a list (half
    of the figures or more fit an object each) they do not.
    """
    if not sizes:
        return
    candidates: dict[tuple[str, ...], float] = {(name,): size for name, size in sizes.items()}
    if len(sizes) > 1:
        candidates[tuple(sizes)] = total(sizes.values())
    single = [any(figure.fits(size) for size in sizes.values()) for figure in stated]
    fits = [any(figure.fits(size) for size in candidates.values()) for figure in stated]
    listed = len(sizes) > 1 and 2 * sum(single) >= len(stated)
    shown = [figure for figure, fit in zip(stated, fits, strict=True) if fit or listed or not any(fits)]
    for figure in shown if any(fits) else shown[:1]:
        meant = candidates
        if listed and not any(figure.fits(size) for size in candidates.values()):
            # A list speaks of the objects one by one: the wrong figure is about one that no other fits.
            left = [name for name, size in sizes.items() if not any(one.fits(size) for one in stated)]
            meant = {(name,): sizes[name] for name in left or sizes}
        nearest = min(meant.items(), key=lambda pair: abs(pair[1] - figure.value))
        yield figure, list(nearest[0])


def _asked(
    statement: Statement, said: Sequence[TextFigure], by_rule: Mapping[str, Sequence[Verdict]]
) -> Iterator[Discrepancy]:
    """Amounts that a statement promises and a rule asks for: at least, or at most."""
    for rule in statement.bound("rule"):
        for verdict in by_rule.get(rule, ()):
            wanted, op = verdict.required.value, verdict.required.op
            if isinstance(wanted, tuple) or op in ("=", "between") or verdict.measurement is None:
                continue
            factor = FACTORS.get(verdict.unit, 1.0)
            if not any(abs(figure.value - wanted * factor) <= 1e-9 * abs(figure.value) for figure in said):
                continue
            drawn = _is_drawn(verdict.measurement.id)
            yield Discrepancy(
                statement.id,
                verdict.title,
                wanted,
                None if drawn else verdict.measured,
                verdict.measured if drawn else None,
                verdict.unit,
                None,
                {"pass": True, "fail": False}.get(verdict.outcome),
                say("difference.asked", op=op, wanted=wanted),
            )


def _counted(statement: Statement, said: Sequence[TextFigure], gauging: Gauging) -> Iterator[Discrepancy]:
    """Counts that a statement gives in words and a condition on a measure repeats (three cores)."""
    for asked in map(condition, statement.bound("measure")):
        if asked is None or asked.op != "=" or asked.value is None:
            continue
        gauged = gauging(asked.name)
        if gauged is None or not any(not one.dimension and one.value == asked.value for one in said):
            continue
        measurement, _ = gauged
        parts = [part.value for part in measurement.by if part.scope == asked.scope]
        value = (parts[0] if parts else None) if asked.scope else measurement.value
        drawn = _is_drawn(asked.name)
        yield Discrepancy(
            statement.id,
            dict(MEASURES[asked.name].title) if asked.name in MEASURES else _same(asked.name),
            asked.value,
            None if drawn else value,
            value if drawn else None,
            measurement.unit,
            0.0,
            None if value is None else asked.holds(value),
            NO_NOTE,
        )


def _declared(plan: Plan) -> Iterator[Discrepancy]:
    """Declared against drawn area of the parcels: of each area, and of every parcel that is off."""
    declared, drawn = values(plan, "parcels", "declared_area_m2"), areas_m2(plan, "parcels")
    known, share = ~(np.isnan(declared) | np.isnan(drawn)), _share(plan)
    off = np.abs(declared - drawn)
    for subject, inside in _by_area(plan):
        rows = np.flatnonzero(inside & known)
        if len(rows):
            table, drawing = total(declared[rows]), total(drawn[rows])
            note = say("difference.parcels", n=len(rows), largest=float(round(off[rows].max(), 2)))
            yield _table("declared", subject, table, drawing, share * drawing, note)
    for row in np.flatnonzero(known & (off > share * drawn)):
        parcel = _same(str(ids(plan, "parcels")[row]))
        yield _table("declared", parcel, declared[row], drawn[row], share * drawn[row], NO_NOTE)


def _floors(plan: Plan) -> Iterator[Discrepancy]:
    """Floor area of the table against ratio times drawn land: of each area, and of parcels that are off."""
    far, floor = values(plan, "parcels", "far"), values(plan, "parcels", "floor_area_m2")
    land = areas_m2(plan, "parcels")
    upper, lower, open_ = plan.cached("limits of ratios", lambda: _limits_of_ratios(plan))
    known = ~(np.isnan(far) | np.isnan(floor) | np.isnan(land))
    allowed = far * land
    slack = land * rounding(far) + FLOOR_SHARE * allowed
    # Below an upper limit and above a lower one, floor area and ratio do not contradict each other.
    off = known & (((floor - allowed > slack) & ~lower) | ((allowed - floor > slack) & ~upper))
    off &= ~open_
    for subject, inside in _by_area(plan):
        rows = np.flatnonzero(inside & known)
        if len(rows):
            table, drawing = total(floor[rows]), total(allowed[rows])
            note = say("difference.ratio", n=len(rows))
            yield _table(
                "floor", subject, table, drawing, total(slack[rows]), note, upper=bool(upper[rows].all())
            )
    for row in np.flatnonzero(off):
        parcel = _same(str(ids(plan, "parcels")[row]))
        yield _table("floor", parcel, floor[row], allowed[row], slack[row], NO_NOTE)


def _limits_of_ratios(plan: Plan) -> tuple[NDArray[np.bool_], ...]:
    """Which ratios of the parcels are upper limits (so too where none says what), lower ones, no number."""
    kind = values(plan, "parcels", "far_kind").tolist()
    asked = (None, "upper"), ("lower",), ("range", "guide")
    return tuple(np.array([one in kinds for one in kind], dtype=bool) for kinds in asked)


def _sites(plan: Plan) -> Iterator[Discrepancy]:
    """Site area of facilities against the drawn area of their parcels: of each service, and those off."""
    site, service = values(plan, "facilities", "site_area_m2"), values(plan, "facilities", "service")
    row_of = rows_of_parcels(plan)
    parcel = np.array(
        [row_of.get(name, -1) for name in values(plan, "facilities", "parcel_id")], dtype=np.intp
    )
    land = areas_m2(plan, "parcels")
    drawn = np.array([land[row] if row >= 0 else np.nan for row in parcel], dtype=float)
    known = ~(np.isnan(site) | np.isnan(drawn))
    share = _share(plan)
    # A facility may stand on part of a parcel; more land than the parcel has it cannot have.
    part = known & (site < drawn * (1 - share))
    for name in sorted({str(one) for one in service[known] if one}):
        rows = np.flatnonzero(known & ~part & (service == name))
        if len(rows):
            table, drawing = total(site[rows]), total(drawn[rows])
            parts = int((part & (service == name)).sum())
            note = say("difference.sites" if parts else "difference.sites_whole", n=len(rows), parts=parts)
            of = NAMES.text(f"service.{name}") if f"service.{name}" in NAMES else _same(name)
            yield _table("site", of, table, drawing, share * drawing, note)
    for row in np.flatnonzero(known & (site > drawn * (1 + share))):
        facility = _same(str(ids(plan, "facilities")[row]))
        yield _table("site", facility, site[row], drawn[row], share * drawn[row], NO_NOTE)


def _people(plan: Plan) -> Iterator[Discrepancy]:
    """Residents that ``plan.toml`` gives against those of parcels; of parcels against buildings."""
    given = plan.manifest.residents.total
    parcels, buildings = (values(plan, layer, "residents") for layer in ("parcels", "buildings"))
    tabled = total(parcels[~np.isnan(parcels)]) if (~np.isnan(parcels)).any() else None
    if given is not None and tabled is not None:
        agrees = abs(given - tabled) <= 0.5
        yield Discrepancy(
            "", say("difference.residents"), float(given), tabled, None, "person", 0.5, agrees, NO_NOTE
        )
    if tabled is not None and (~np.isnan(buildings)).any():
        housed = total(buildings[~np.isnan(buildings)])
        note = say("difference.housed")
        agrees = abs(housed - tabled) <= 0.5
        yield Discrepancy("", say("difference.residents"), None, tabled, housed, "person", 0.5, agrees, note)


def _share(plan: Plan) -> float:
    """How much a declared area may differ from the drawn one, as a share of it."""
    return Tolerances.of(plan.manifest.parameters).declared_tolerance_share


def _table(  # noqa: PLR0913 (one comparison)
    key: str, of: Text, tabled: float, drawn: float, tolerance: float, note: Text, *, upper: bool = False
) -> Discrepancy:
    """A comparison of table and drawing in m2; under an `upper` limit the table may be smaller."""
    agrees = abs(tabled - drawn) <= tolerance or (upper and tabled < drawn)
    subject = say(f"difference.{key}", of=dict(of))
    return Discrepancy(
        "", subject, None, float(tabled), float(drawn), "m2", float(tolerance), bool(agrees), note
    )


def _drawn(plan: Plan, name: str) -> tuple[str, str, float, Text] | None:
    """Id, dimension, size (m2 or m) and name of a drawn object; None for points and cores."""
    for layer, spec in LAYERS.items():
        if spec.id_column is None or spec.geometry in ("none", "point") or not plan.has_layer(layer):
            continue
        rows = np.flatnonzero(ids(plan, layer) == name)
        if not len(rows):
            continue
        drawn = shapes(plan, layer)[rows]
        drawn = drawn[~shapely.is_missing(drawn)]
        if not len(drawn) or (layer == "structure" and values(plan, layer, "role")[rows[0]] == "core"):
            continue
        dimension = {1: "length", 2: "area"}.get(int(shapely.get_dimensions(drawn).max()), "")
        size = shapely.length(drawn).sum() if dimension == "length" else areas_m2(plan, layer, rows).sum()
        if dimension:
            return name, dimension, float(size), _named(plan, layer, int(rows[0]), name)
    return None


def _named(plan: Plan, layer: str, row: int, name: str) -> Text:
    """Name of a feature in each language, where it has one; else its id."""
    columns = LAYERS[layer].columns
    said = {
        lang: values(plan, layer, f"name_{lang}")[row] if f"name_{lang}" in columns else None
        for lang in LANGUAGES
    }
    return {lang: word or name for lang, word in said.items()}


def _declared_in(plan: Plan, areas: Sequence[str]) -> float | None:
    """Declared area of the parcels of some areas, m2; None where one declares none, or none lies there."""
    inside = np.isin(area_of_parcels(plan).astype(str), list(areas))
    declared = values(plan, "parcels", "declared_area_m2")[inside]
    return None if not len(declared) or np.isnan(declared).any() else total(declared)


def _by_area(plan: Plan) -> Iterator[tuple[Text, NDArray[np.bool_]]]:
    """Name of each area and which parcels lie in it; all parcels where the plan has no areas."""
    names = ids(plan, "areas")
    if not len(names):
        yield say("difference.plan"), np.ones(len(ids(plan, "parcels")), dtype=bool)
    for row, name in enumerate(names):
        if name not in names[:row]:
            yield _named(plan, "areas", row, str(name)), area_of_parcels(plan) == name


def _is_drawn(measure: str) -> bool:
    """Whether a measure counts drawn features or reads their geometry, and not columns alone."""
    spec = MEASURES.get(measure)
    if spec is None:
        return False
    return spec.unit in DRAWN_UNITS or any(entry.endswith(".geometry") for entry in spec.inputs)


def _same(word: Any) -> Text:
    return dict.fromkeys(LANGUAGES, str(word))
