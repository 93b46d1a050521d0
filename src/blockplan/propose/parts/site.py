"""Siting on parts of parcels: of a parcel that is larger than a site has to be, only a part is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from blockplan.errors import UsageError
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.propose.parts.trial_plan import offer
from blockplan.propose.proposal import CUTS_OFFERED
from blockplan.propose.services import PARK, STATION, service_of
from blockplan.propose.siting.candidates import sizes_of
from blockplan.propose.siting.site import propose_site
from blockplan.propose.stopping import Clock, Stop
from blockplan.propose.uses import form_of, new_use

if TYPE_CHECKING:
    from blockplan.plan import Plan
    from blockplan.propose.proposal import SearchAnswer
    from blockplan.propose.services import Service
    from blockplan.propose.siting.site_params import SiteParams


def propose_site_on_parts(
    plan: Plan, params: SiteParams, *, stop: Stop | None = None, seed: int = 0
) -> SearchAnswer:
    """
    Propose where facilities or parks should stand, a part of a parcel where all of it is more than is needed.

    The site is as large as ``land.smallest_m2`` says, else as the middle of the facilities of its kind, and
    large enough to carry the floor area of a new one by the ratio that such land has in the plan. No proof is
    claimed: parts could be cut elsewhere.

    Raises
    ------
    UsageError
        If nothing says how large a site is, or a station is asked for, which takes no land; else as
        `blockplan.propose.siting.site.propose_site`.
    """
    clock = Clock(stop or Stop())
    size = _size(plan, params)
    locked = {str(one) for one in params.land.locked}
    offered = offer(plan, {name: (size,) for name in _large(plan, params, size) if name not in locked}, clock)
    # What is left of a parcel keeps its use.
    land = replace(params.land, locked=locked | set(offered.pieces))
    if land.only:
        parts = [part for name in land.only for part in offered.pieces.get(name, (name,))[1:] or (name,)]
        land = replace(land, only=tuple(parts))
    rest = replace(stop or Stop(), seconds=max(clock.left, 1.0))
    answer = propose_site(offered.plan, replace(params, land=land), stop=rest, seed=seed)
    changes = offered.settled(answer.changes, lambda parcel, code: new_use(plan, parcel, code))
    parameters = {**answer.parameters, "land": params.to_dict()["land"], "parts_m2": size}
    against = (*answer.proof.against, f"{CUTS_OFFERED}: {len(offered.parts())}")
    proof = replace(answer.proof, moves={"parts": len(offered.parts())}, against=tuple(sorted(against)))
    return replace(answer, changes=changes, parameters=parameters, bound=None, proof=proof)


def _size(plan: Plan, params: SiteParams) -> float:
    """How large a site is, m2."""
    if params.service == STATION:
        raise UsageError("A station takes no land, so no part of a parcel is cut for one. Leave out --parts.")
    service = service_of(params.service)
    rows = np.flatnonzero(values(plan, "facilities", "service") == params.service)
    stated = values(plan, "facilities", "site_area_m2")[rows]
    stated = stated[stated > 0]
    if params.land.smallest_m2 is not None:
        size = params.land.smallest_m2
    elif len(stated) and params.service != PARK:
        size = float(np.median(stated))
    else:
        raise _unknown(service)
    floor = sizes_of(plan, service, rows, params.land.size).get("floor_area_m2", 0.0)
    ratios = [form_of(plan, code)["far"] for code in service.codes]
    least = min((ratio for ratio in ratios if ratio), default=None)
    return size if least is None else max(size, floor / least)


def _unknown(service: Service) -> UsageError:
    return UsageError(
        f"How large a part to cut for a {service.name['en']} is not known: the plan has none "
        "whose site_area_m2 is stated. Say how large it is: --site-area M2."
    )


def _large(plan: Plan, params: SiteParams, size: float) -> list[str]:
    """Parcels from which a part may be cut: those that permit a use of the service, and are large enough."""
    area = areas_m2(plan, "parcels")
    committed = [flag is True or flag == 1 for flag in values(plan, "parcels", "committed")]
    codes = service_of(params.service).codes
    found = []
    for name, permitted, use, large, fixed in zip(
        ids(plan, "parcels"),
        values(plan, "parcels", "permitted"),
        values(plan, "parcels", "land_use"),
        area > size,
        committed,
        strict=True,
    ):
        listed = [one.strip() for one in (permitted or "").split(",")]
        asked = not params.land.only or str(name) in params.land.only
        able = any(one.startswith(code) for code in codes for one in listed if one) and not fixed
        if able and large and asked and not (use or "").startswith(tuple(codes)):
            found.append(str(name))
    return found
