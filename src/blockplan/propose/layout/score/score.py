"""
The score of a community plan, as the benchmark defines it, and what is reported beside it.

Distances are straight lines between centroids; blocks count equally, whatever their size. The score
sees no residents, no capacity and no way along streets.

References
----------
Zheng et al. (2023), Spatial planning of urban communities via deep reinforcement learning, Nature
Computational Science 3, 748-762; the formulas are derived anew from their description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial.distance import cdist, pdist

from blockplan.exchange.community import GREEN_M, GREEN_MIN_M2
from blockplan.jsontext import JsonRecord
from blockplan.propose.layout.score.traffic import traffic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.exchange.community import Community, Objectives

#: Weight of dispersion beside coverage in the service part (1).
DISPERSION = 0.05
#: So much wider, in m, a buffer is drawn that has to hold every buffer of the score.
ECOLOGY_SLACK_M = 0.5
#: Segments in a quarter of a circle of a buffer.
SEGMENTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(JsonRecord):
    """
    The score of a plan and its parts; all without unit.

    Attributes
    ----------
    total, land_use
        The weighted sum of service, ecology and traffic, and that of service and ecology.
    service, coverage, dispersion
        Service is coverage plus `DISPERSION` times dispersion.
    ecology, traffic
        Share of the homes' area near green; the mean of six terms of the road network.
    coverage_area
        Coverage with every residential block weighted by its area; not in the score.
    coverage_weighted
        Coverage by the weights of the community (its residents); None where it states none.
    by_service
        Service -> share of residential blocks that have it near; services without any block left out.
    residential, residential_share, green_m2
        Number of residential blocks, their share of the community's area, and area of green.
    """

    total: float
    land_use: float
    service: float
    coverage: float
    dispersion: float
    ecology: float
    traffic: float
    coverage_area: float
    coverage_weighted: float | None
    by_service: Mapping[str, float]
    residential: int
    residential_share: float
    green_m2: float


def score(plan: Community, objectives: Objectives) -> Score:
    """
    The score of a finished plan.

    Parameters
    ----------
    plan
        All blocks and lines of the finished plan, those that stayed included.

    Returns
    -------
    Score
        With `total` as the weighted sum; all parts 0 where the plan has no residential block.

    Examples
    --------
    The formulas stand in ``docs/layout.md``.
    """
    homes = plan.blocks("residential")
    area = shapely.area(homes)
    weight = _weights(plan) if objectives.weighted else np.ones(homes.size)
    near, dispersions = {}, []
    for name, types in objectives.services.items():
        blocks = plan.blocks(*types)
        if not blocks.size:
            continue
        near[name] = _near(homes, blocks, objectives.reach_m(name))
        if blocks.size > 1:
            dispersions.append(_dispersion(blocks) / objectives.diagonal_m)
    coverage = float(np.mean([_share(one, weight) for one in near.values()])) if near else 0.0
    dispersion = float(np.mean(dispersions)) if dispersions else 0.0
    by_area = [_share(one, area) for one in near.values()]
    by_weight = None if plan.weights is None else [_share(one, _weights(plan)) for one in near.values()]
    service = coverage + DISPERSION * dispersion
    greens, of_green = plan.blocks(*objectives.greens), (objectives.green_m, objectives.green_min_m2)
    ecology = ecology_share(homes, greens, *of_green, weight=weight if objectives.weighted else None)
    whole = community_area_m2(plan)
    roads = traffic(plan.lines("road"), whole)
    land_use = objectives.service * service + objectives.ecology * ecology
    return Score(
        total=land_use + objectives.traffic * roads,
        land_use=land_use,
        service=service,
        coverage=coverage,
        dispersion=dispersion,
        ecology=ecology,
        traffic=roads,
        coverage_area=float(np.mean(by_area)) if by_area else 0.0,
        coverage_weighted=float(np.mean(by_weight)) if by_weight else None,
        by_service={name: _share(one, weight) for name, one in near.items()} if homes.size else {},
        residential=homes.size,
        residential_share=float(area.sum()) / whole,
        green_m2=float(shapely.area(greens).sum()),
    )


def _weights(plan: Community) -> NDArray[np.float64]:
    chosen = (plan.kinds == "block") & (plan.types == "residential")
    return np.ones(int(chosen.sum())) if plan.weights is None else plan.weights[chosen]


def _share(near: NDArray[np.bool_], weight: NDArray[np.float64]) -> float:
    """Share of the weight of homes that have something near; 0 where there are no homes."""
    whole = float(weight.sum())
    return float(weight[near].sum()) / whole if whole else 0.0


def community_area_m2(plan: Community) -> float:
    """Area of all blocks but those outside the community, in m2."""
    return float(shapely.area(plan.shapes[(plan.kinds == "block") & (plan.types != "outside")]).sum())


def ecology_share(
    homes: NDArray[np.object_],
    greens: NDArray[np.object_],
    reach_m: float = GREEN_M,
    least_m2: float = GREEN_MIN_M2,
    *,
    weight: NDArray[np.float64] | None = None,
) -> float:
    """Share (1) of the homes' area, or of their weight spread over it, near a green of at least some area."""
    whole = float(shapely.area(homes).sum())
    large = greens[shapely.area(greens) >= least_m2]
    if not whole or not large.size:
        return 0.0
    reached = shapely.union_all(shapely.buffer(large, reach_m, quad_segs=SEGMENTS))
    if weight is not None:
        part = shapely.area(shapely.intersection(homes, reached)) / shapely.area(homes)
        return float((part * weight).sum() / weight.sum()) if weight.sum() else 0.0
    return float(shapely.area(shapely.intersection(reached, shapely.union_all(homes)))) / whole


def centres(blocks: NDArray[np.object_]) -> NDArray[np.float64]:
    """Centroids, one row of x and y in m each."""
    return np.asarray(shapely.get_coordinates(shapely.centroid(blocks)), dtype=float).reshape(-1, 2)


def _near(homes: NDArray[np.object_], blocks: NDArray[np.object_], reach_m: float) -> NDArray[np.bool_]:
    if not homes.size:
        return np.zeros(0, np.bool_)
    return np.asarray(cdist(centres(homes), centres(blocks)).min(axis=1) <= reach_m)


def _dispersion(blocks: NDArray[np.object_]) -> float:
    apart = pdist(centres(blocks))
    apart = apart[apart > 0]
    return float(apart.mean()) if apart.size else 0.0
