"""
Whether the numbers of a plan can be: signs, shares, ratios, areas.

And whether those are there that a verdict cannot do without.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import MOST_DECIMALS, number
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.layers import CULTURE_SERVICES, NURSING_SERVICES
from blockplan.plan.model.recall import by_row
from blockplan.plan.validity.checked_layers import SHAPES, Drawn, Tolerances, kept_faults, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.plan.model.derived import Read
    from blockplan.plan.model.plan import Plan
    from blockplan.plan.validity.checked_layers import Mask

#: Columns whose numbers may be below zero.
SIGNED = frozenset({"level", "floor_area_transfer_m2"})
SHARES = ("_ratio", "_share", "_ratio_min", "_ratio_max")
INDUSTRY = tuple(f"industry_{name}_share" for name in ("health", "manufacturing", "digital", "services"))
#: Four shares written with two decimals add up to 1 within this.
SHARES_ROUNDING = 0.02
#: Services whose places are worth knowing (no rule judges them, so their absence is a note).
SCHOOLS = ("kindergarten", "primary_school", "secondary_school", "nine_year_school")
#: Units that an area may have been written in instead of m2 -> m2 of one.
OTHER_UNITS = {"ha": 10_000.0, "km2": 1_000_000.0, "mu": 2000.0 / 3.0}
#: A declared area is in another unit if it then agrees with the drawing to this share.
UNIT_SHARE = 0.02
#: How far the floor area may exceed ratio times site area beyond the rounding of the ratio.
FLOOR_SHARE = 0.005


def check_attributes(
    plan: Plan, layers: Mapping[str, Drawn], tolerances: Tolerances, explained: Mapping[int, Sequence[float]]
) -> list[Fault]:
    """
    Faults of numbers.

    `explained` gives for rows of the parcels the areas by which a gap, an
    overlap or a strip outside, already reported, makes the drawn area differ.
    """
    faults: list[Fault] = []

    def kept(key: str, find: Callable[[], list[Fault]], *reads: Read) -> list[Fault]:
        return plan.cached(f"faults:{key}", find, (*SHAPES, *reads))

    def decided(key: str, find: Callable[[], list[Fault]], *columns: Read) -> list[Fault]:
        return kept_faults(plan, key, find, *columns)

    def households(name: str) -> list[Fault]:
        find = partial(_households, layers[name], tolerances)
        return decided(f"households:{name}", find, *_of(name, ("residents", "dwellings")))

    for name, drawn in layers.items():
        numbers = (one for one, kind in drawn.spec.columns.items() if kind == "number")
        faults += decided(
            f"numbers:{name}", partial(_out_of_range, drawn), (name, "ids"), *_of(name, numbers)
        )
    if "parcels" in layers:
        parcels = layers["parcels"]
        faults += kept("declared", partial(_declared, parcels, tolerances, explained))
        faults += kept("ratios", partial(_ratios, parcels, tolerances, explained), *_of("parcels", _RATIOS))
        faults += households("parcels")
        find = partial(_residents_missing, plan, parcels)
        faults += decided("residents", find, *_of("parcels", ("residents", "land_use", "land_use_list")))
    if "buildings" in layers:
        faults += households("buildings")
    if "facilities" in layers:
        find = partial(_services, plan, layers["facilities"])
        asked = ("ids", "service", "beds", "floor_area_m2", "places")
        faults += decided("services", find, *_of("facilities", asked))
    return faults


#: Columns that the ratio of floor area is held against.
_RATIOS = ("far", "far_kind", "floor_area_m2", "declared_area_m2")


def _of(layer: str, columns: Iterable[str]) -> Iterator[Read]:
    return ((layer, column) for column in columns)


def _out_of_range(drawn: Drawn) -> list[Fault]:
    return _negative(drawn) + _shares(drawn)


def _number(value: float) -> str:
    return number(value, MOST_DECIMALS if abs(value) < 1000 else 0)


def _negative(drawn: Drawn) -> list[Fault]:
    faults: list[Fault] = []
    for column, kind in drawn.spec.columns.items():
        if kind != "number" or column in SIGNED:
            continue
        values = drawn.numbers(column)
        rows = np.flatnonzero(values < 0)
        faults += spread(
            "pq-value",
            drawn,
            rows,
            case="negative",
            aspect=column,
            of=int((~np.isnan(values)).sum()),
            values=lambda row, values=values, column=column: {  # type: ignore[misc]
                "column": column,
                "value": _number(values[row]),
                "measured": float(values[row]),
            },
        )
    return faults


def _shares(drawn: Drawn) -> list[Fault]:
    faults: list[Fault] = []
    for column in drawn.spec.columns:
        if not column.endswith(SHARES):
            continue
        values = drawn.numbers(column)
        percent = (values > 1 + 1e-9) & (values <= 100)
        for case, mask in (("percent", percent), ("ratio", values > 100)):
            faults += spread(
                "pq-value",
                drawn,
                np.flatnonzero(mask),
                case=case,
                aspect=column,
                of=int((values > 0).sum()),
                values=lambda row, values=values, column=column: {  # type: ignore[misc]
                    "column": column,
                    "value": _number(values[row]),
                    "share": _number(values[row] / 100),
                    "measured": float(values[row]),
                    "unit": "1",
                },
            )
    if drawn.name == "parcels":
        faults += _industry(drawn)
    return faults


def _industry(parcels: Drawn) -> list[Fault]:
    shares = np.column_stack([parcels.numbers(column) for column in INDUSTRY])
    # A share that is itself out of range is reported on its own.
    sound = ~(((shares < 0) | (shares > 1 + 1e-9)).any(axis=1))
    total = np.nansum(shares, axis=1)
    rows = np.flatnonzero(sound & (total > 1 + SHARES_ROUNDING))
    return spread(
        "pq-value",
        parcels,
        rows,
        case="sum",
        aspect=INDUSTRY[0],
        values=lambda row: {"sum": _number(total[row]), "measured": float(total[row]), "unit": "1"},
    )


def _declared(
    parcels: Drawn, tolerances: Tolerances, explained: Mapping[int, Sequence[float]]
) -> list[Fault]:
    declared = parcels.numbers("declared_area_m2")
    drawn = np.where(parcels.usable, by_row("area", shapely.area, parcels.geometry), np.nan)
    known = (declared > 0) & (drawn > 0)
    off = known & (np.abs(declared - drawn) > tolerances.declared_tolerance_share * drawn)
    for row in np.flatnonzero(off):
        close = tolerances.declared_tolerance_share * drawn[row]
        off[row] = not any(
            abs(abs(declared[row] - drawn[row]) - area) <= close for area in explained.get(int(row), ())
        )
    faults: list[Fault] = []

    def words(row: int) -> dict[str, Any]:
        return {
            "declared": declared[row],
            "drawn": drawn[row],
            "percent": 100 * (declared[row] / drawn[row] - 1),
            "measured": float(declared[row] - drawn[row]),
            "unit": "m2",
        }

    for unit, factor in OTHER_UNITS.items():
        with np.errstate(invalid="ignore"):
            other = off & (np.abs(declared * factor - drawn) <= UNIT_SHARE * drawn)
        faults += spread(
            "pq-declared",
            parcels,
            np.flatnonzero(other),
            case=unit,
            # The drawing is right; only the column is in doubt.
            aspect="declared_area_m2",
            of=int(known.sum()),
            values=words,
        )
        off &= ~other
    return faults + spread("pq-declared", parcels, np.flatnonzero(off), of=int(known.sum()), values=words)


def _ratios(parcels: Drawn, tolerances: Tolerances, explained: Mapping[int, Sequence[float]]) -> list[Fault]:
    far, floor = parcels.numbers("far"), parcels.numbers("floor_area_m2")
    percent = far > tolerances.far_highest
    faults = spread(
        "pq-far",
        parcels,
        np.flatnonzero(percent),
        case="percent",
        aspect="far",
        of=int((far > 0).sum()),
        values=lambda row: {
            "far": _number(far[row]),
            "share": _number(far[row] / 100),
            "measured": float(far[row]),
            "unit": "m2/m2",
        },
    )
    kind = parcels.words("far_kind")
    half = rounding(far)
    low, high = _sites(parcels, explained)
    largest = high * (far + half) * (1 + FLOOR_SHARE)
    smallest = low * (far - half) * (1 - FLOOR_SHARE)
    # A ratio without a kind is an upper limit, as is usual.
    upper = (kind == "upper") | (kind == None)  # noqa: E711 (elementwise)
    lower = kind == "lower"
    with np.errstate(invalid="ignore"):
        off = (
            ~percent
            & (far >= 0)
            & (floor >= 0)
            & ((upper & (floor > largest)) | (lower & (floor < smallest)))
        )
    return faults + (_floor_faults(parcels, off) if off.any() else [])


def _sites(
    parcels: Drawn, explained: Mapping[int, Sequence[float]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Smallest and largest area that a parcel may be meant to have.

    Where drawn and declared area differ, or a gap or an overlap changes the
    drawn area, that is a fault of its own; the ratio is held against the area that fits.
    """
    drawn = np.where(parcels.usable, by_row("area", shapely.area, parcels.geometry), np.nan)
    declared = parcels.numbers("declared_area_m2")
    change = np.zeros(len(drawn))
    for row, areas in explained.items():
        change[row] = max(areas, default=0.0)
    return np.fmin(drawn - change, declared), np.fmax(drawn + change, declared)


def _floor_faults(parcels: Drawn, off: Mask) -> list[Fault]:
    far, floor = parcels.numbers("far"), parcels.numbers("floor_area_m2")
    drawn = np.where(parcels.usable, by_row("area", shapely.area, parcels.geometry), np.nan)
    site = np.fmax(drawn, parcels.numbers("declared_area_m2"))
    kind = parcels.words("far_kind")
    found: list[Fault] = []
    for case in ("above", "below"):
        mask = off & ((kind == "lower") == (case == "below"))
        found += spread(
            "pq-far",
            parcels,
            np.flatnonzero(mask),
            case=case,
            aspect="floor_area_m2",
            values=lambda row: {
                "far": _number(far[row]),
                "floor": floor[row],
                "allowed": far[row] * site[row],
                "measured": float(floor[row] - far[row] * site[row]),
                "unit": "m2",
            },
        )
    return found


def rounding(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half of the last digit written: 1.8 stands for 1.75 to 1.85, 1.85 for 1.845 to 1.855."""
    half = np.zeros(len(values))
    for digits in (2, 1):
        with np.errstate(invalid="ignore"):
            half[np.abs(values - np.round(values, digits)) < 1e-9] = 0.5 * 10.0**-digits
    return half


def _households(drawn: Drawn, tolerances: Tolerances) -> list[Fault]:
    residents, dwellings = drawn.numbers("residents"), drawn.numbers("dwellings")
    with np.errstate(invalid="ignore"):
        homeless = (residents > 0) & (dwellings == 0)
        crowded = (dwellings > 0) & (residents > dwellings * tolerances.residents_per_dwelling_highest)
    faults: list[Fault] = []
    for case, mask in (("none", homeless), ("crowded", crowded)):
        faults += spread(
            "pq-household",
            drawn,
            np.flatnonzero(mask),
            case=case,
            aspect="residents",
            values=lambda row: {
                "residents": _number(residents[row]),
                "dwellings": _number(dwellings[row]),
                "highest": _number(tolerances.residents_per_dwelling_highest),
            },
        )
    return faults


def _residents_missing(plan: Plan, parcels: Drawn) -> list[Fault]:
    """Parcels for homes without a number of residents, in a plan that counts its residents by parcel."""
    if plan.manifest.residents.source != "parcels":
        return []
    codes, lists = parcels.words("land_use"), parcels.words("land_use_list")
    homes = np.array([_is_home(code, name) for code, name in zip(codes, lists, strict=True)], dtype=bool)
    rows = np.flatnonzero(homes & np.isnan(parcels.numbers("residents")))
    return spread(
        "pq-missing",
        parcels,
        rows,
        case="residents",
        aspect="residents",
        of=int(homes.sum()),
    )


@lru_cache(maxsize=4096)
def _is_home(code: str | None, list_name: str | None) -> bool:
    name = list_name or DEFAULT_LIST
    if code is None or name not in LISTS:
        return False
    found = landuse(name)
    whole = landuse(DEFAULT_LIST)
    # 0702 and 0704 are the community services among the homes; nobody lives there.
    meant, homes = found.nationals(code), ("0701", "0703")
    return any(whole.within(national, home) for national in meant for home in homes)


def _services(plan: Plan, facilities: Drawn) -> list[Fault]:
    """Beds, floor area and places of the services that are counted by them."""
    services = facilities.words("service")
    wanted = (
        ("beds", _listed(plan, "nursing_services", NURSING_SERVICES)),
        ("floor_area_m2", _listed(plan, "culture_services", CULTURE_SERVICES)),
    )
    faults: list[Fault] = []
    for column, names in wanted:
        asked = np.isin(services, list(names))
        values = facilities.numbers(column)
        case = "beds" if column == "beds" else "floor"
        faults += spread(
            "pq-missing",
            facilities,
            np.flatnonzero(asked & np.isnan(values)),
            case=case,
            aspect=column,
            of=int(asked.sum()),
            values=lambda row: {"service": services[row]},
        )
    schools = np.flatnonzero(np.isin(services, SCHOOLS) & np.isnan(facilities.numbers("places")))
    if len(schools):
        first = int(schools[0])
        faults.append(
            fault(
                "pq-missing",
                "facilities",
                facilities.ids[first] if len(schools) == 1 else None,
                case="places",
                aspect="places",
                values={"n": len(schools), "first": facilities.ids[first]},
                features=facilities.features(schools),
                **facilities.place(first),
            )
        )
    return faults


def _listed(plan: Plan, parameter: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """A parameter that lists names; anything else is left to the room that reads it to refuse."""
    value = plan.manifest.parameters.get(parameter, default)
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else default
