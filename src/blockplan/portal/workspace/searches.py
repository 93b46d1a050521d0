"""The searches of the workbench: how each kind is made on a plan that stands still, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.propose.changes import inseparable
from blockplan.propose.landuse.allocation import UNIT, landuse_problem, propose_landuse
from blockplan.propose.landuse.terms import terms_of
from blockplan.propose.layout.of_plan import plan_layout
from blockplan.propose.layout.output.answer import SCORE
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.problem.programme import Options
from blockplan.propose.layout.problem.uses import GREEN, HOUSING, use_of
from blockplan.propose.locks import read_locks
from blockplan.propose.parts.trial_plan import propose_site_on_parts
from blockplan.propose.repair.smallest_change import LEAST_CHANGES, repair
from blockplan.propose.repair.state import UNITS, RepairParams
from blockplan.propose.siting.candidates import Land
from blockplan.propose.siting.site import propose_site, unit_of
from blockplan.propose.siting.site_params import SiteParams
from blockplan.report.proposal.page import ProposalWords
from blockplan.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.check.verdict import CheckResult
    from blockplan.live.snapshot import Snapshot
    from blockplan.portal.workspace.search_request import Kind, SearchRequest
    from blockplan.propose import Proposal, SearchAnswer, Stop


def _repair(at: Snapshot, wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    params = RepairParams(parts=wanted.parts)
    return repair(at.plan, read_locks(at.plan, ()), at.named_packs, at.on, params=params, stop=stop)


def _site(at: Snapshot, wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    locks = read_locks(at.plan, ())
    parcels = (str(one) for one in at.plan.layer("parcels").index)
    locked = frozenset(one for one in parcels if locks.hold("parcels", one))
    land = Land(locked=locked, in_place=wanted.in_place, smallest_m2=wanted.site_m2)
    params = _sited(wanted, land)
    search = propose_site_on_parts if wanted.parts else propose_site
    return search(at.plan, params, stop=stop), at.result


def _sited(wanted: SearchRequest, land: Land) -> SiteParams:
    return SiteParams(
        service=wanted.service, new=wanted.new, within_m=wanted.within_m, weigh_by=wanted.weigh_by, land=land
    )


def _landuse(at: Snapshot, _wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    problem = landuse_problem(at.plan, at.result, terms_of(), read_locks(at.plan, ()))
    return propose_landuse(problem, stop), at.result


def _layout(at: Snapshot, wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    from blockplan.propose.layout.search.drawing import layout  # noqa: PLC0415 (its kernels load numba)

    options = _options(wanted, is_map=not len(at.plan.layer("parcels")))
    asked = plan_layout(at.plan, at.result, options, at.named_packs, read_locks(at.plan, ()))
    found = layout(asked.problem.case, stop=stop, params=LayoutParams.of_plan(along_streets=False))
    return asked.answer(found, {"along_streets": False}), at.result


def _options(wanted: SearchRequest, *, is_map: bool) -> Options:
    """What was said of land and uses, as the search reads it."""
    need: dict[str, int | None] = {}
    size: dict[str, tuple[float, float | None]] = {}
    near: dict[str, float] = {}
    for name, said in wanted.uses.items():
        if name != GREEN:
            use_of(name)  # refuses what cannot be laid out
        if within := said.get("within_m"):
            near[name] = within
        if least := said.get("least_m2"):
            size[name] = (least, said.get("most_m2"))
        if name not in {GREEN, HOUSING} and (count := said.get("count")):
            need[name] = int(count)
    return Options(
        need=need, size=size, near=near, homes_ha=wanted.homes_ha, vacant=tuple(wanted.vacant),
        weigh_by=wanted.count_by, blocks=is_map,
    )  # fmt: skip


#: How each kind of search is made: the answer, and the verdicts on the plan as it is.
SEARCHES: dict[Kind, Callable[[Snapshot, SearchRequest, Stop], tuple[SearchAnswer, CheckResult]]] = {
    "repair": _repair,
    "site": _site,
    "landuse": _landuse,
    "layout": _layout,
}


def unit_told(wanted: SearchRequest, said: str) -> str:
    """
    The unit of the objective and bound that a search tells of on its way.

    Empty while a repair looks for something else than the least changes: how little must stay short, added
    up over several demands, or what suits best.
    """
    if wanted.kind == "site":
        return unit_of(_sited(wanted, Land()))
    if wanted.kind == "repair":
        return UNITS[RepairParams().objective] if said == LEAST_CHANGES else ""
    return UNIT if wanted.kind == "landuse" else SCORE


def shown(proposal: Proposal, lang: str) -> dict[str, Any]:
    """What a proposal says, in words and as changes by feature."""
    view = ProposalWords.of(proposal, Words(lang))
    values: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for change in proposal.answer.changes:
        column = {"column": change.column, "old": change.old, "new": change.new}
        values.setdefault((change.layer, change.id), []).append(column)
    along = {key: group for group in inseparable(proposal.answer.changes) for key in group}
    return {
        "headline": view.headline,
        "standing": view.standing,
        "unmet": view.unmet,
        "flips": [[sign, *said] for sign, _, *said in view.turned],
        "features": [
            {
                "layer": one.change.layer,
                "id": one.id,
                "kind": one.layer,
                "where": one.where,
                "said": one.said,
                "values": values.get((one.change.layer, one.id), []),
                "along": sorted(":".join(key) for key in along.get((one.change.layer, one.id), ())),
            }
            for one in view.features
        ],
    }
