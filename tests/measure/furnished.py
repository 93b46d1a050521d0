"""Random plans with what only some measures read: bounds and figures of parcels, blocks and areas."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from tests.support.random_plans import layers_of

from blockplan.plan import Plan
from blockplan.plan.model.manifest import NoticePeriod

#: Measure -> choices beside those of `random_plans.ASKED`.
MORE: dict[str, dict[str, Any]] = {
    "parks_large": {"large_park_min_ha": 1.5},
    "parks_community": {"community_park_min_ha": 0.4, "large_park_min_ha": 1.5},
    "joint_floor_area": {"joint_kinds": ["laboratory", "incubator"]},
    "programmes_within_800m": {"ecosystem_kinds": ["incubator", "laboratory"], "programme_limit_m": 250},
    "facility_land": {"services": ["culture", "clinic"], "facility_per": "beds"},
    "firm_floor_area": {"firm_categories": ["japanese"]},
    "circle_services": {"circle_services": ["market", "clinic|library"], "walk_min": 8, "walk_speed_kmh": 3},
    "building_light": {"light_farthest_m": 60},
    "trees_in_view": {"tree_view_m": 90, "trees_wanted": 4},
    "fewest_trees_in_view": {"tree_view_m": 120},
    "sized_green_per_resident": {"smallest_green_ha": 0.3, "largest_green_ha": 1.5, "also_layers": ["water"]},
    "circle_green_per_resident": {"tier": "5"},
    "modes_per_station": {"interchange_m": 300},
}


def furnished(plan: Plan, seed: int) -> Plan:
    """The plan with figures, bounds, names and a notice, some of them left empty by chance."""
    random = np.random.default_rng(seed)
    made = layers_of(plan)

    def some(size: int, low: float, high: float, empty: float = 0.2) -> list[float | None]:
        found = random.uniform(low, high, size)
        return [None if random.random() < empty else float(one) for one in found]

    def column(layer: str, name: str, low: float, high: float) -> None:
        made[layer] = made[layer].assign(**{name: some(len(made[layer]), low, high)})

    for name, low, high in (("far", 0.5, 3), ("green_ratio", 0.1, 0.5)):
        column("parcels", name, low, high)
    built = made["parcels"]["parcel_id"].isin(made["buildings"]["parcel_id"])
    for side in ("north", "east", "south", "west"):
        column("parcels", f"setback_{side}_m", 2, 30)
        made["parcels"].loc[~built, f"setback_{side}_m"] = None
    column("buildings", "floor_area_m2", 500, 4_000)
    column("blocks", "floor_area_m2_max", 10_000, 90_000)
    column("blocks", "floor_area_transfer_m2", -900, 900)
    splits = random.choice(["7:3", "6:4", "5:3:2"], len(made["parcels"])).astype(object)
    splits[random.random(len(splits)) < 0.7] = None
    made["parcels"] = made["parcels"].assign(compatible_split=splits)
    shares = [one for one in made["parcels"].columns if one.startswith("industry_")]
    part = made["parcels"][shares].mul(random.choice([1.0, 0.8], len(made["parcels"])), axis=0)
    made["parcels"] = made["parcels"].assign(**{one: part[one] for one in shares})
    names = [str(one) if random.random() < 0.5 else None for one in range(len(made["structure"]))]
    made["structure"] = made["structure"].assign(name_en=names)
    notice = NoticePeriod(start=date(2021, 9, 25), end=date(2021, 10, int(random.integers(1, 31))))
    return Plan(plan.manifest.model_copy(update={"notice": notice}), made)
