"""
The notice in plain words for residents: what is planned, and whether the plan keeps its promises.

Every figure is one of the plan or of its verdicts; what they do not say, the page says is not known. In
Chinese, English, Japanese and easy Japanese (``ja-easy``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from blockplan.compare.transition import transitions
from blockplan.measure import MEASURES
from blockplan.measure.inputs.columns import areas_m2, ids, shapes, values
from blockplan.measure.inputs.greens import public_greens
from blockplan.plan.model.plan import derived_land
from blockplan.report import tables
from blockplan.report.document import PageLink, Section, Table, section
from blockplan.report.maps.basemap import Ground, second_level
from blockplan.report.maps.legends import is_station
from blockplan.report.public.speech import Speech, use_said
from blockplan.report.public.verdict_words import rule_said, verdict_sentence
from blockplan.units import M2_PER_HA, M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.verdict import CheckResult
    from blockplan.compare.transition import Transition, TransitionUse
    from blockplan.plan import Plan

#: States of a plan in which it is no law yet.
DRAFTS = frozenset({"draft", "on_notice", "closed", "answered", "restarted"})
#: So many of the largest uses are named in a sentence, and so many changes of use stand in the table.
MOST_NAMED, MOST_CHANGES = 5, 12
#: Services whose places are those of pupils.
SCHOOLS = frozenset({"kindergarten", "primary_school", "secondary_school", "nine_year_school"})
#: Uses on which nothing is built, so that a parcel without a height lacks nothing.
UNBUILT = ("01", "02", "03", "04", "05", "06", "12", "13", "14", "16", "17", "23")


def plain_notice(
    plan: Plan, result: CheckResult, lang: str, in_force: Plan | None = None
) -> tuple[Section, ...]:
    """
    The notice of a plan in plain words.

    Parameters
    ----------
    plan, result
        The plan on notice, and what `blockplan.check.check` found for it.
    lang
        ``zh``, ``en``, ``ja`` or ``ja-easy``; UsageError for any other.
    in_force
        The plan that it is to replace, in the same CRS. Without it the change is told against the use of the
        land today.

    Returns
    -------
    tuple of Section
        ``what``, ``size``, ``people``, ``structure``, ``landuse``, ``facilities``, ``greens``, ``transport``,
        ``heights``, ``change``, ``verdicts``, in this order. Sentences in easy Japanese carry readings
        (`blockplan.report.public.furigana`).
    """
    speech = Speech(lang)
    made = {
        "what": _what(plan, speech),
        "size": _size(plan, speech),
        "people": _people(result, speech),
        "structure": _structure(plan, speech),
        "landuse": _land_use(plan, speech),
        "facilities": _facilities(plan, speech),
        "greens": _greens(plan, speech),
        "transport": _transport(plan, speech),
        "heights": _heights(plan, speech),
        "change": _change(plan, in_force, speech),
        "verdicts": _verdicts(result, speech),
    }
    return tuple(
        section(id_, speech(f"plain.section.{id_}"), sentences=sentences, table=table, notes=notes)
        for id_, (sentences, table, notes) in made.items()
    )


_Made = tuple[tuple[str, ...], Table | None, tuple[str, ...]]


def _only(*sentences: str) -> _Made:
    return tuple(sentence for sentence in sentences if sentence), None, ()


def _what(plan: Plan, speech: Speech) -> _Made:
    manifest, words = plan.manifest, speech.words
    said = [
        speech("plain.what.draft")
        if manifest.status in DRAFTS
        else speech("plain.what.status", status=speech.named(f"status.{manifest.status}", manifest.status))
    ]
    title = words.pick(manifest.title)
    said += [speech("plain.what.title", title=title)] if title else []
    said += (
        [speech("plain.what.authority", authority=words.pick(manifest.authority))]
        if manifest.authority
        else []
    )
    said += [speech("plain.what.horizon", year=manifest.horizon)] if manifest.horizon else []
    if manifest.notice:
        start, end = manifest.notice.start, manifest.notice.end
        days = (end - start).days + 1
        said.append(speech("plain.what.notice", start=words.day(start), end=words.day(end), days=days))
    said += [speech("plain.what.synthetic")] if manifest.synthetic else []
    return _only(*said)


def _size(plan: Plan, speech: Speech) -> _Made:
    area = areas_m2(plan, "boundary")
    if not len(area) or np.isnan(area).any():
        return _only(speech("plain.size.unknown"))
    said = [speech("plain.size.land", area=speech.words.area(float(area.sum())))]
    names, sizes = Ground(plan, speech.words).names("areas"), areas_m2(plan, "areas")
    parts = [
        speech("plain.size.part", name=name or id_, area=speech.words.area(float(size)))
        for id_, name, size in zip(names.index, names, sizes, strict=True)
    ]
    if parts:
        said.append(speech.count("plain.size.parts", len(parts), names=speech.join(parts)))
    return tuple(said), None, () if derived_land(plan) is None else (speech("plain.size.derived"),)


def _people(result: CheckResult, speech: Speech) -> _Made:
    words, residents, capacity = speech.words, result.residents, result.capacity
    if residents.central is None:
        return _only(speech("plain.people.unknown"))
    said = [speech("plain.people.residents", residents=words.amount(residents.central, "person"))]
    if residents.low is not None and residents.high is not None and residents.low != residents.high:
        said.append(
            speech(
                "plain.people.range",
                low=words.number(residents.low),
                high=words.number(residents.high),
            )
        )
    if capacity.residents is not None and capacity.binding_rule:
        titles = {verdict.rule: verdict.title for verdict in result.verdicts}
        rule = rule_said(speech, capacity.binding_rule, words.pick(titles.get(capacity.binding_rule, "")))
        people = words.amount(capacity.residents, "person")
        said.append(speech("plain.people.capacity", residents=people, rule=rule))
    return _only(*said)


def _structure(plan: Plan, speech: Speech) -> _Made:
    elements, words = plan.layer("structure"), speech.words
    names = Ground(plan, words).names("structure")
    roles, drawn = elements["role"].to_numpy(), shapes(plan, "structure")
    said = []
    for role in ("axis", "belt"):
        for row in np.flatnonzero(roles == role):
            length = None if drawn[row] is None else float(shapely.length(drawn[row])) / M_PER_KM
            said.append(
                speech(
                    "plain.structure.line",
                    role=speech.named(f"map.{role}", role),
                    name=names.iloc[row] or str(names.index[int(row)]),
                    length=words.amount(length and round(length, 1), "km"),
                )
            )
    cores = [str(name) for name in names[roles == "core"] if name]
    zones = [str(name) for name in Ground(plan, words).names("zones") if name]
    for key, found in (("cores", cores), ("zones", zones)):
        if found:
            said.append(speech.count(f"plain.structure.{key}", len(found), names=speech.join(found)))
    return _only(*said or [speech("plain.structure.none")])


def _land_use(plan: Plan, speech: Speech) -> _Made:
    words, balance = speech.words, Ground(plan, speech.words).balance
    if not balance:
        return _only(speech("plain.landuse.none"))
    largest = sorted(balance, key=lambda share: -share.ha)
    uses = [use_said(speech, one.code, one.list_name) for one in largest]
    shares = [words.share(one.share) for one in largest]
    named = [
        speech("plain.landuse.one", name=name, ha=words.amount(one.ha, "ha"), share=share)
        for one, name, share in zip(largest[:MOST_NAMED], uses, shares, strict=False)
    ]
    rows = zip(uses, words.column([one.ha for one in largest], "ha"), shares, strict=True)
    heads = tuple(speech(f"plain.landuse.{key}") for key in ("head", "ha", "share"))
    return (speech("plain.landuse.most", names=speech.join(named)),), Table(heads, tuple(rows)), ()


def _facilities(plan: Plan, speech: Speech) -> _Made:
    service = values(plan, "facilities", "service")
    if not len(service):
        return _only(speech("plain.facilities.none"))
    status = values(plan, "facilities", "status")
    said_all = not any(one is None for one in status)
    rows = []
    for one in sorted({word for word in service.tolist() if word is not None}):
        chosen = service == one
        stands = int(np.isin(status[chosen], ("existing", "kept")).sum()) if said_all else None
        rows.append(
            (
                speech.named(f"service.{one}", one),
                speech.words.number(int(chosen.sum())),
                speech.read(speech.words.number(stands)),
                _size_of_service(plan, chosen, speech, "places" if one in SCHOOLS else "guests"),
            )
        )
    heads = tuple(speech(f"plain.facilities.{key}") for key in ("head", "number", "stands", "size"))
    return (speech.count("plain.facilities.total", len(service)),), Table(heads, tuple(rows)), ()


def _size_of_service(plan: Plan, chosen: np.ndarray, speech: Speech, places: str) -> str:
    """Beds, places and floor of the facilities of a service, as far as they are stated."""
    parts = []
    for key, column in (("beds", "beds"), (places, "places"), ("floor", "floor_area_m2")):
        stated = values(plan, "facilities", column)[chosen]
        known = stated[~np.isnan(stated)]
        if not len(known):
            continue
        whole = float(known.sum())
        amount = speech.words.amount(whole, "m2") if key == "floor" else ""
        said = speech(f"plain.facilities.{key}", n=speech.words.number(whole), amount=amount)
        lacking = len(stated) - len(known)
        parts.append(speech("plain.facilities.some", said=said, n=lacking) if lacking else said)
    return speech.join(parts) or speech.read(speech.words.unknown)


def _greens(plan: Plan, speech: Speech) -> _Made:
    words = speech.words
    greens = public_greens(plan, MEASURES["green_within_500m"].choose(plan.manifest.parameters, {}))
    said = []
    if len(greens):
        whole, largest = float(greens.area_m2.sum()), float(greens.area_m2.max())
        said.append(
            speech.count("plain.greens.parks", len(greens), area=words.amount(whole / M2_PER_HA, "ha"))
        )
        said.append(speech("plain.greens.largest", area=words.amount(largest / M2_PER_HA, "ha")))
    else:
        said.append(speech("plain.greens.none"))
    water = list(dict.fromkeys(name for name in Ground(plan, words).names("water") if name))
    if water:
        said.append(speech("plain.greens.water", names=speech.join(water)))
    return _only(*said)


def _transport(plan: Plan, speech: Speech) -> _Made:
    words, line = speech.words, shapes(plan, "streets")
    drawn = line[~shapely.is_missing(line)]
    said = []
    if len(drawn):
        length = words.amount(float(shapely.length(drawn).sum()) / M_PER_KM, "km")
        said.append(speech("plain.transport.streets", length=length))
    modes, names = plan.layer("stops")["modes"], Ground(plan, words).names("stops")
    called = np.array([is_station(one) for one in modes], dtype=bool)
    stations = list(dict.fromkeys(name or str(id_) for id_, name in names[called].items()))
    if stations:
        said.append(speech.count("plain.transport.stations", len(stations), names=speech.join(stations)))
    if (~called).any():
        said.append(speech.count("plain.transport.stops", int((~called).sum())))
    return _only(*said or [speech("plain.transport.none")])


def _heights(plan: Plan, speech: Speech) -> _Made:
    stated, height, words = values(plan, "parcels", "height_m"), _height_limits(plan), speech.words
    known = np.flatnonzero(~np.isnan(height))
    if not len(known):
        return _only(speech("plain.heights.none"))
    uses, lists = values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list")
    top = known[np.argmax(height[known])]
    said = speech(
        "plain.heights.highest",
        height=words.amount(float(height[top]), "m"),
        id=str(ids(plan, "parcels")[top]),
        use=use_said(speech, uses[top], lists[top]),
    )
    table = Ground(plan, words).land_uses
    rows = []
    for (list_name, code), part in table.assign(row=range(len(table))).groupby(["list_name", "code"]):
        chosen = part["row"].to_numpy()
        if not np.isnan(height[chosen]).all():
            name = use_said(speech, cast("str", code), cast("str", list_name))
            rows.append((name, words.number(len(chosen)), *_ranges(plan, chosen, speech)))
    heads = tuple(speech(f"plain.heights.{key}") for key in ("head", "parcels", "height", "far", "coverage"))
    built = [use is not None and not use.startswith(UNBUILT) for use in uses]
    unsaid = int((np.isnan(stated) & np.array(built, dtype=bool)).sum())
    notes: tuple[str, ...] = (speech("plain.heights.meaning"),)
    notes += (speech.count("plain.heights.unsaid", unsaid),) if unsaid else ()
    return (said,), Table(heads, tuple(rows)), notes


def _height_limits(plan: Plan) -> np.ndarray:
    """How high one may build on each parcel, m; NaN where the plan does not say, or says the least height."""
    least = values(plan, "parcels", "height_kind") == "lower"
    return np.where(least, np.nan, values(plan, "parcels", "height_m"))


def _ranges(plan: Plan, rows: np.ndarray, speech: Speech) -> Iterator[str]:
    """Least and greatest height, floor area ratio and coverage of some parcels."""
    words = speech.words
    for column, unit in (("height_m", "m"), ("far", "far"), ("coverage_ratio", "1")):
        all_stated = _height_limits(plan) if column == "height_m" else values(plan, "parcels", column)
        stated = all_stated[rows]
        stated = stated[~np.isnan(stated)]
        if not len(stated):
            yield speech.read(words.unknown)
            continue
        low, high = words.amount(float(stated.min()), unit), words.amount(float(stated.max()), unit)
        yield low if low == high else speech("plain.heights.range", low=low, high=high)


def _change(plan: Plan, in_force: Plan | None, speech: Speech) -> _Made:
    words = speech.words
    if in_force is not None:
        found = transitions("draft", in_force, plan)
        moved = [one for one in found if not one.stays]
        said = [speech("plain.change.in_force", ha=words.amount(sum(one.ha for one in moved), "ha"))]
        return (*said,), _changes(moved, speech), ()
    parcels = plan.layer("parcels")
    said = [speech("plain.change.no_plan_in_force")]
    if parcels["existing_land_use"].isna().all():
        return _only(*said, speech("plain.change.all_unknown"))
    today = plan.replace(parcels=parcels.assign(land_use=parcels["existing_land_use"]))
    found = transitions("planned", today, plan)
    unknown = sum(one.ha for one in found if one.was is None or one.was.code is None)
    moved = [one for one in found if not one.stays and one.was is not None and one.was.code is not None]
    same = sum(one.ha for one in found if one.stays and one.was is not None and one.was.code is not None)
    changed = sum(one.ha for one in moved)
    said.append(speech("plain.change.today", ha=words.amount(changed, "ha"), same=words.amount(same, "ha")))
    said += [speech("plain.change.unknown", ha=words.amount(unknown, "ha"))] if unknown > 0 else []
    return tuple(said), _changes(moved, speech), ()


def _changes(moved: list[Transition], speech: Speech) -> Table | None:
    """The largest changes of use, classes of the second level, and all others in one row."""
    sums: dict[tuple[str, str], float] = {}
    for one in moved:
        key = _change_said(one.was, speech), _change_said(one.now, speech)
        sums[key] = sums.get(key, 0.0) + one.ha
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    most = [(was, now, ha) for (was, now), ha in ordered[:MOST_CHANGES] if was != now]
    shown = speech.words.column([ha for _, _, ha in most], "ha")
    rows = [(was, now, said) for (was, now, _), said in zip(most, shown, strict=True)]
    rest = sum(ha for _, ha in ordered[MOST_CHANGES:])
    if rest > 0:
        rows.append((speech("plain.change.more", ha=speech.words.amount(rest, "ha")), "", ""))
    heads = tuple(speech(f"plain.change.{key}") for key in ("from", "to", "ha"))
    return Table(heads, tuple(rows)) if rows else None


def _change_said(use: TransitionUse | None, speech: Speech) -> str:
    if use is None:
        return speech("plain.change.not_drawn")
    return use_said(speech, use.code and second_level(use.list_name, use.code), use.list_name)


def _verdicts(result: CheckResult, speech: Speech) -> _Made:
    if not result.verdicts:
        return _only(speech("plain.verdicts.none"))
    outcomes = [verdict.outcome for verdict in result.verdicts]
    off = outcomes.count("not_applicable")
    lead = speech(
        "plain.verdicts.lead",
        n=len(outcomes) - off,
        kept=outcomes.count("pass"),
        missed=outcomes.count("fail"),
        open=outcomes.count("unknown"),
    )
    order = ("fail", "unknown", "pass")
    told = sorted(
        (verdict for verdict in result.verdicts if verdict.outcome in order),
        key=lambda verdict: order.index(verdict.outcome),
    )
    several = {one.rule for one in told if sum(other.rule == one.rule for other in told) > 1}
    rows = tuple(
        (tables.SYMBOLS[one.outcome], verdict_sentence(one, speech, with_scope=one.rule in several))
        for one in told
    )
    links = tuple(PageLink("rule", one.rule, one.title) for one in told)
    heads = (speech.read(speech.words("column.outcome")), speech.read(speech.words("column.title")))
    notes: tuple[str, ...] = (speech("plain.verdicts.on", day=speech.words.day(result.on)),)
    notes += (speech.count("plain.verdicts.off", off),) if off else ()
    return (lead,), Table(heads, rows, links), notes
