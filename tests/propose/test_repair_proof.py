"""
What `propose repair` proves, against every permitted combination on 120 random small plans (a soak: 300).

The oracle knows nothing of the product but what a use brings (`converted`): it adds up land and people,
joins greens that share an edge, and measures straight lines between rectangles by hand.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.support.builders import X, Y, a_manifest, boundary_of
from tests.support.repair_pack import a_pack

from blockplan.check import check, packs
from blockplan.plan import Plan
from blockplan.propose import Stop, apply
from blockplan.propose.conversion import converted
from blockplan.propose.locks import read_locks
from blockplan.propose.repair.moves import Yard
from blockplan.propose.repair.smallest_change import repair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.propose import SearchAnswer

pytestmark = pytest.mark.long

#: A stop that never cuts a search short.
CALM = Stop(seconds=600)
#: A search with a fault is caught among so many plans.
PLANS_OF_A_FAULT = 20
EDUCATION, PARK, HOMES = "080403", "1401", "0701"
#: School land and green that a resident asks for, m2; how near a green has to be, m.
SCHOOL_M2, GREEN_M2, NEAR_M = 4.0, 12.0, 150.0


@dataclass(frozen=True)
class Asked:
    """The limits of a pack: smallest green, sizes of a park (m2), number of parks, share near a green."""

    smallest_m2: float
    low_m2: float
    high_m2: float
    parks: int
    share: float


KINDS = [
    Asked(0.0, 10_000.0, 30_000.0, 0, 1.0),
    Asked(5_000.0, 10_000.0, 30_000.0, 1, 1.0),
    Asked(8_000.0, 8_000.0, 14_000.0, 1, 0.7),
    Asked(12_000.0, 6_000.0, 12_000.0, 2, 1.0),
    Asked(4_000.0, 15_000.0, 1e9, 1, 0.6),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A pack for each of `KINDS`: rules school, green, near, parks."""
    base = tmp_path_factory.mktemp("packs")
    found = []
    for number, asked in enumerate(KINDS):
        folder = base / f"kind{number}"
        sizes = {"community_park_min_ha": asked.low_m2 / 1e4, "large_park_min_ha": asked.high_m2 / 1e4}
        near = {
            "access_limit_m": NEAR_M,
            "judged_by": "line_edge",
            "smallest_green_ha": asked.smallest_m2 / 1e4,
        }
        rules = {
            "school": ("education_land_per_1000", "m2", SCHOOL_M2 * 1000, {}),
            "green": ("green_per_resident", "m2", GREEN_M2, {}),
            "near": ("green_access", "1", asked.share, near),
            "parks": ("parks_community", "park", asked.parks, sizes),
        }
        for id_, (measure, unit, least, choices) in rules.items():
            part = base / f"{number}-{id_}"
            a_pack(part, measure, unit, ("min", least), **choices)
            folder.mkdir(exist_ok=True)
            text = (part / "rule.yaml").read_text().replace("id: made", f"id: made-{id_}")
            (folder / f"{id_}.yaml").write_text(text)
            (folder / "pack.yaml").write_text((part / "pack.yaml").read_text())
        found.append(str(folder))
    return found


def a_random_plan(random: np.random.Generator) -> Plan:
    """Two streets of parcels of many widths, some of them apart; homes, greens, schools, reserve."""
    boxes, uses = [], []
    for row in range(int(random.integers(1, 3))):
        x = X
        for _ in range(int(random.integers(3, 6))):
            width = float(random.integers(3, 14) * 10)
            boxes.append(shapely.box(x, Y + 60 * row, x + width, Y + 60 * (row + 1)))
            uses.append(
                str(random.choice([HOMES, "16", PARK, EDUCATION, "0902"], p=[0.2, 0.3, 0.2, 0.15, 0.15]))
            )
            x += width + (0 if random.random() < 0.8 else float(random.integers(5, 25) * 10))
    uses[0] = HOMES
    choices = ["", PARK, EDUCATION, f"{PARK},{EDUCATION}", f"16,{PARK}", HOMES, f"0902,{EDUCATION}"]
    permitted = [str(random.choice(choices, p=[0.3, 0.2, 0.15, 0.15, 0.1, 0.05, 0.05])) for _ in uses]
    people = [float(random.integers(40, 900)) if use == HOMES else None for use in uses]
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": [f"P{number}" for number in range(len(uses))], "land_use": uses,
            "permitted": [one or None for one in permitted], "residents": people,
        },
        geometry=boxes, crs="EPSG:4548",
    )  # fmt: skip
    return Plan(a_manifest(), {"boundary": boundary_of(parcels), "parcels": parcels})


class Oracle:
    """The four rules on a plan under any combination of uses, by hand."""

    def __init__(self, plan: Plan, asked: Asked) -> None:
        frame = plan.layer("parcels")
        self.asked, self.names = asked, list(frame.index)
        self.box = [tuple(shape.bounds) for shape in frame.geometry]
        self.area = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in self.box]
        self.today = list(frame["land_use"])
        options: list[list[str | None]] = []
        self.people: dict[tuple[int, str | None], float] = {}
        for at, name in enumerate(self.names):
            codes = [one for one in (frame["permitted"].iloc[at] or "").split(",") if one]
            options.append([None, *(code for code in codes if code != self.today[at])])
            for code in options[-1]:
                changes = [] if code is None else converted(plan, name, code)
                now = {one.column: one.new for one in changes}.get("residents", frame["residents"].iloc[at])
                self.people[at, code] = 0.0 if now is None or np.isnan(now) else float(now)
        self.options = options
        count = range(len(self.names))
        self.beside = [[b for b in count if b != a and self._edge(a, b) >= 1] for a in count]
        self.near = [[b for b in count if self._away(a, b) <= NEAR_M] for a in count]

    def _edge(self, a: int, b: int) -> float:
        ax0, ay0, ax1, ay1 = self.box[a]
        bx0, by0, bx1, by1 = self.box[b]
        wide, tall = min(ax1, bx1) - max(ax0, bx0), min(ay1, by1) - max(ay0, by0)
        return wide if abs(tall) < 0.005 else tall if abs(wide) < 0.005 else 0.0

    def _away(self, home: int, green: int) -> float:
        x0, y0, x1, y1 = self.box[home]
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        gx0, gy0, gx1, gy1 = self.box[green]
        return float(np.hypot(max(gx0 - x, 0.0, x - gx1), max(gy0 - y, 0.0, y - gy1)))

    def lack(self, chosen: tuple[str | None, ...]) -> tuple[float, ...] | None:
        """What is missing of school, green, near, parks; None where nobody lives in the plan."""
        uses = [self.today[at] if code is None else code for at, code in enumerate(chosen)]
        people = [self.people[at, code] for at, code in enumerate(chosen)]
        whole = sum(people)
        if not whole:
            return None
        school = sum(area for area, use in zip(self.area, uses, strict=True) if use == EDUCATION)
        green = sum(area for area, use in zip(self.area, uses, strict=True) if use == PARK)
        counted, parks, seen = set(), 0, set()
        for at, use in enumerate(uses):
            if use != PARK or at in seen:
                continue
            group, queue = {at}, [at]
            while queue:
                for other in self.beside[queue.pop()]:
                    if uses[other] == PARK and other not in group:
                        group.add(other)
                        queue.append(other)
            seen |= group
            size = sum(self.area[one] for one in group)
            parks += self.asked.low_m2 <= size < self.asked.high_m2
            counted |= group if size >= self.asked.smallest_m2 else set()
        out = sum(one for at, one in enumerate(people) if one and not counted.intersection(self.near[at]))
        return (
            max(0.0, SCHOOL_M2 * whole - school), max(0.0, GREEN_M2 * whole - green),
            max(0.0, out - (1 - self.asked.share) * whole - 1e-9), max(0, self.asked.parks - parks),
        )  # fmt: skip

    def best(self) -> tuple[float, int]:
        """The least that is missing, each as a part of today's, and the fewest changes that leave no more."""
        before = self.lack((None,) * len(self.names))
        found = (float("inf"), 0)
        for chosen in itertools.product(*self.options):
            lack = self.lack(chosen)
            if lack is None or any(now > was + 1e-9 for now, was in zip(lack, before, strict=True)):
                continue
            short = round(relative(lack, before), 6)
            found = min(found, (short, sum(code is not None for code in chosen)))
        return found


def relative(lack: tuple[float, ...], before: tuple[float, ...]) -> float:
    return sum(now / was for now, was in zip(lack, before, strict=True) if was)


def few_enough(plan: Plan) -> bool:
    sizes = [1 + len((codes or "").split(",")) for codes in plan.layer("parcels")["permitted"]]
    return (
        1
        < np.prod(
            [size for size, codes in zip(sizes, plan.layer("parcels")["permitted"], strict=True) if codes]
        )
        <= 250
    )


def a_line(rows, parameters):
    """Parcels from west to east: id, use, permitted, residents, width (all 100 m deep)."""
    x, boxes = X, []
    for *_, width in rows:
        boxes.append(shapely.box(x, Y, x + width, Y + 100))
        x += width
    columns = zip(*(row[:4] for row in rows), strict=True)
    names = ("parcel_id", "land_use", "permitted", "residents")
    parcels = gpd.GeoDataFrame(
        dict(zip(names, map(list, columns), strict=True)), geometry=boxes, crs="EPSG:4548"
    )
    manifest = a_manifest(packs=["zone"], parameters=parameters)
    return Plan(manifest, {"boundary": boundary_of(parcels), "parcels": parcels})


def given(answer):
    return {one.id: one.new for one in answer.changes if one.column == "land_use"}


def test_a_swap_is_found_where_the_park_has_to_be_where_the_school_is():
    # Only the school land may become a park near the homes, and the reserve beside it the school.
    plan = a_line(
        [("A", "0701", None, 500.0, 100), ("B", "1401", None, None, 40), ("C", "16", None, None, 100),
         ("D", "080403", "1401,080403", None, 100), ("E", "16", "080403", None, 60)],
        {"large_park_min_ha": 10, "community_parks_min": 0, "smallest_green_ha": 0.5},
    )  # fmt: skip
    answer, _ = repair(plan, read_locks(plan), stop=CALM)
    assert given(answer) == {"D": "1401", "E": "080403"}
    assert (answer.objective, answer.proved) == (2.0, True)
    assert not {"zone-edu", "zone-green", "zone-green-access"} & {one.demand for one in answer.unmet}


def test_two_parcels_that_only_together_make_a_park_are_found():
    plan = a_line(
        [("A", "0701", None, 100.0, 100), ("B", "16", "1401", None, 25), ("C", "16", "1401", None, 25)],
        {"large_park_min_ha": 10, "community_parks_min": 0, "smallest_green_ha": 0.4},
    )
    answer, _ = repair(plan, read_locks(plan), stop=CALM)
    assert given(answer) == {"B": "1401", "C": "1401"}
    assert "zone-green-access" not in {one.demand for one in answer.unmet}


@pytest.mark.parametrize(("plots", "width", "needed"), [(11, 10, 10), (14, 8, 13)])
def test_a_park_of_many_plots_is_found(plots, width, needed):
    rows = [("H", "0701", None, 20.0, 100)]
    rows += [(f"P{number:02d}", "16", "1401", None, width) for number in range(plots)]
    plan = a_line(rows, {"large_park_min_ha": 10, "community_parks_min": 1})
    answer, _ = repair(plan, read_locks(plan), stop=CALM)
    assert (answer.objective, answer.proved) == (needed, True)
    assert "zone-parks-community" not in {one.demand for one in answer.unmet}


@dataclass(frozen=True)
class Trial:
    """
    A repair of a random plan beside the best of all combinations.

    `reached` and `optimum` are what stays missing, each as a part of today's, and the number of changes;
    `named` and `missing` the rules that the answer calls unmet and those that the oracle finds so.
    """

    plan: Plan
    pack: str
    answer: SearchAnswer
    reached: tuple[float, int]
    optimum: tuple[float, int]
    named: set[str]
    missing: set[str]

    @property
    def best(self) -> bool:
        """Whether nothing that is permitted is better."""
        return self.reached == pytest.approx(self.optimum, abs=1e-4)

    @property
    def false_proof(self) -> bool:
        """Whether it says that nothing is better, and something is."""
        return self.answer.proved and not self.best

    def __str__(self) -> str:
        return f"{self.reached} for {self.optimum}: {self.answer.changes}, {self.answer.proof}"


def trials(folders: list[str], fault: Callable[[Oracle], None] = lambda _oracle: None) -> Iterator[Trial]:
    """Random small plans in which some rule fails, one after the other; a `fault` is set before each."""
    random = np.random.default_rng(20_211_024)
    while True:
        plan, kind = a_random_plan(random), int(random.integers(len(KINDS)))
        oracle = Oracle(plan, KINDS[kind])
        before = oracle.lack((None,) * len(oracle.names))
        if not few_enough(plan) or before is None or not any(before):
            continue
        fault(oracle)
        answer, _ = repair(plan, read_locks(plan), [folders[kind]], stop=CALM)
        uses = given(answer)
        lack = oracle.lack(tuple(uses.get(name) for name in oracle.names))
        rules = ("school", "green", "near", "parks")
        missing = {f"made-{rule}" for rule, one in zip(rules, lack, strict=True) if one}
        reached = round(relative(lack, before), 6), len(uses)
        named = {one.demand for one in answer.unmet}
        yield Trial(plan, folders[kind], answer, reached, oracle.best(), named, missing)


@pytest.fixture
def known_packs(monkeypatch):
    # Installed packs do not change while a test runs, and looking for them costs more than judging.
    monkeypatch.setattr(packs, "available", functools.cache(packs.available))


@pytest.mark.usefixtures("known_packs")
@pytest.mark.parametrize("plans", [120, pytest.param(300, marks=pytest.mark.soak)])
def test_no_proof_is_false_and_most_plans_are_solved(folders, record_property, plans):
    proved = best = whole = 0
    for number, trial in enumerate(itertools.islice(trials(folders), plans)):
        assert not trial.false_proof, f"plan {number}: {trial}"
        assert trial.named == trial.missing
        if not (trial.answer.proved and trial.best):
            print(f"plan {number}: {trial}")
        proved += trial.answer.proved
        best += trial.best
        whole += trial.optimum[0] == 0
        if number % 20 == 0:
            after = check(apply(trial.plan, trial.answer.changes), [trial.pack]).verdicts
            assert {one.rule for one in after if one.outcome == "fail"} == trial.named
    record_property("plans", f"{plans}, of which {whole} can keep every rule")
    record_property("solved to the optimum", f"{best / plans:.1%}")
    record_property("proved to be it", f"{proved / plans:.1%}")
    assert best >= 0.97 * plans
    assert proved >= 0.95 * plans


@pytest.mark.usefixtures("known_packs")
def test_a_search_that_forgets_a_move_is_caught_in_a_false_proof(folders, monkeypatch):
    kept = Yard.conversions
    monkeypatch.setattr(
        Yard, "conversions", lambda self, codes=None: [one for one in kept(self, codes) if one.now != PARK]
    )
    assert any(trial.false_proof for trial in itertools.islice(trials(folders), PLANS_OF_A_FAULT))


@pytest.mark.usefixtures("known_packs")
def test_a_search_that_looks_at_each_move_alone_is_caught_in_a_false_proof(folders, monkeypatch):
    # What a move does for the rules alone, with all else as it is: nothing, for one half of a swap.
    kept = Yard.conversions

    def fault(oracle: Oracle) -> None:
        now = oracle.lack((None,) * len(oracle.names))

        def helps_alone(move) -> bool:
            lack = oracle.lack(tuple(move.now if name == move.id else None for name in oracle.names))
            pairs = list(zip(lack or now, now, strict=True))
            return any(one < was for one, was in pairs) and not any(one > was for one, was in pairs)

        monkeypatch.setattr(
            Yard, "conversions", lambda self, codes=None: filter(helps_alone, kept(self, codes))
        )

    assert any(trial.false_proof for trial in itertools.islice(trials(folders, fault), PLANS_OF_A_FAULT))
