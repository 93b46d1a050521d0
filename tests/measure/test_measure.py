"""The registry: names, texts, parameters, and what every measure keeps to."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, fields
from importlib import resources

import pytest
from tests.measure.furnished import MORE, furnished
from tests.support.random_plans import ASKED, random_plan
from tests.support.squares import home, one, park, plan_of, square

import blockplan
from blockplan.errors import UsageError
from blockplan.measure import MEASURES, measure
from blockplan.measure.definition import WithinReach
from blockplan.measure.missing import lines
from blockplan.measure.parameters import Parameters
from blockplan.measure.spec import SUBJECTS, parameter_text
from blockplan.plan.model.layers import LAYERS
from blockplan.texts import LANGUAGES

EMPTY_LAYERS = {name: [] for name in LAYERS}


def a_town() -> object:
    return plan_of(
        boundary=[{"geometry": square(0, 0, 300)}],
        parcels=[home(0, 100, floor_area_m2=9000), park(100)],
        streets=[{"class": "local", "geometry": square(0, 0).boundary}],
        areas=[{"area_id": "rd", "geometry": square(0, 0, 300)}],
        structure=[{"role": "belt", "geometry": square(0, 0).boundary}],
        facilities=[{"service": "nursing_home", "beds": 5, "geometry": square(0, 0, 20)}],
        stops=[{"modes": "subway,bus", "geometry": square(0, 0).centroid}],
        manifest={"notice": {"start": "2021-10-24", "end": "2021-11-22"}},
    )


def test_a_measure_has_title_and_definition_in_every_language() -> None:
    for name, spec in MEASURES.items():
        for text in (spec.title, spec.definition, *map(parameter_text, spec.parameters)):
            assert set(text) == set(LANGUAGES), name
            assert all(text.values()), name


def registry_file(name: str) -> dict:
    return tomllib.loads((resources.files("blockplan.measure") / "registry" / name).read_text("utf-8"))


def test_every_file_of_the_registry_is_read_and_no_measure_stands_in_two() -> None:
    files = {path.name for path in (resources.files("blockplan.measure") / "registry").iterdir()}
    assert files == {f"{name}.toml" for name in (*SUBJECTS, "groups", "parameters", "sources")}
    written = [name for subject in SUBJECTS for name in registry_file(f"{subject}.toml")]
    assert [name for name in written if name != "parameters"] == list(MEASURES)


def test_no_parameter_is_described_that_no_measure_takes() -> None:
    names = {name for spec in MEASURES.values() for name in spec.parameters}
    own = [registry_file(f"{subject}.toml").get("parameters", {}) for subject in SUBJECTS]
    written = [name for table in (registry_file("parameters.toml"), *own) for name in table]
    assert sorted(written) == sorted(names)


#: Read by what measures share; those that do not take them leave them at their defaults.
SHARED = {
    "weigh_by", "levelled_services", "other_levels", "smallest_floor_m2", "largest_floor_m2",
    "smallest_site_m2", "largest_site_m2",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Watched(Parameters):
    """Parameters that note which of them are read."""

    read: set[str] = field(default_factory=set)

    def __getattribute__(self, name: str) -> object:
        if name != "read":
            self.read.add(name)
        return super().__getattribute__(name)


def test_a_measure_reads_no_parameter_that_it_does_not_take() -> None:
    plan = furnished(random_plan(100), 0)
    names = {each.name for each in fields(Parameters)}
    for name, spec in MEASURES.items():
        asked = spec.choose({}, ASKED.get(name, {}) | MORE.get(name, {}))
        watched = Watched(**vars(asked))
        watched.read.clear()
        spec.measure(plan, watched)
        assert watched.read & names <= {*spec.parameters, *SHARED}, name


def test_a_measure_is_called_with_the_parameters_that_it_was_given_and_shows_them() -> None:
    (found,) = measure(a_town(), "land_share", parameters={"land_codes": ["0701"], "land_of": "construction"})
    assert (found.parameters.land_codes, found.parameters.land_of) == (("0701",), "construction")
    assert found.definition["parameters"] == {
        "land_codes": ["0701"],
        "land_of": "construction",
        "non_construction_codes": list(Parameters().non_construction_codes),
    }


def test_every_parameter_is_taken_by_a_measure_and_has_the_unit_that_its_name_ends_in() -> None:
    taken = {name: one for spec in MEASURES.values() for name, one in spec.parameters.items()}
    assert sorted(taken) == sorted(each.name for each in fields(Parameters))
    unnamed = {name for name in taken if not name.endswith(("_m", "_ha", "_m2", "_min"))}
    assert {name: taken[name].unit for name in unnamed if taken[name].unit} == {
        "walk_speed_kmh": "km/h",
        "earlier_residents": "person",
        "light_distance_per_height": "1",
        "least_main_share": "1",
    }
    assert (taken["radius_by_size_ha"].unit, taken["green_limit_m"].unit) == ("m", "m")


def test_a_measure_reads_columns_that_plans_have() -> None:
    for entry in (read for spec in MEASURES.values() for read in spec.inputs):
        layer, _, column = entry.partition(".")
        if not entry.startswith("plan.toml: "):
            assert column == "geometry" or column in LAYERS[layer].columns, entry


@pytest.mark.parametrize("layers", [{}, EMPTY_LAYERS], ids=["no layer", "empty layers"])
def test_an_empty_plan_is_measured_without_a_crash_and_says_what_is_missing(layers: dict) -> None:
    for name, found in zip(MEASURES, measure(plan_of(**layers)), strict=True):
        assert (found.id, found.unit) == (name, MEASURES[name].unit)
        assert found.value is not None or lines(found.missing), name
        assert (
            found.value is not None or not layers or "layer absent" not in " ".join(lines(found.missing))
        ), name


def test_a_measurement_is_plain_json_and_shows_its_parameters() -> None:
    for name, found in zip(MEASURES, measure(a_town()), strict=True):
        said = json.loads(json.dumps(found.to_dict(), allow_nan=False))
        assert set(said["definition"]["parameters"]) == set(MEASURES[name].parameters), name
        assert said["definition"]["text"], name
        assert all(isinstance(part.value, float | None) for part in found.by), name
        for layer, ids in found.counted.items():
            assert layer in LAYERS, name
            assert all(isinstance(one_id, str) for one_id in ids), name


def test_parcels_without_anything_known_never_give_a_zero() -> None:
    for found in measure(plan_of(parcels=[{"geometry": square(0, 0)}, {"geometry": None}])):
        assert found.value is None, found.id
        assert lines(found.missing), found.id


def test_all_measures_come_in_the_order_of_the_registry_or_as_asked() -> None:
    plan = a_town()
    assert [found.id for found in measure(plan)] == list(MEASURES)
    assert [found.id for found in measure(plan, "parks_large", "belt_length")] == [
        "parks_large",
        "belt_length",
    ]


def test_the_room_is_called_like_the_function() -> None:
    (found,) = blockplan.measure(a_town(), "parks_large", parameters={"large_park_min_ha": 1})
    assert found.value == 1


def test_an_unknown_measure_is_refused_with_its_like() -> None:
    with pytest.raises(UsageError, match=r"no measure 'green_within_500'.*Did you mean green_within_500m"):
        measure(a_town(), "green_within_500")


def test_an_unknown_parameter_is_refused_with_its_like() -> None:
    with pytest.raises(UsageError, match=r"no parameter 'green_code'.*Did you mean green_codes"):
        measure(a_town(), "parks_large", parameters={"green_code": ["1401"]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("large_park_min_ha", -1),
        ("large_park_min_ha", "ten"),
        ("large_park_min_ha", True),
        ("large_park_min_ha", float("nan")),
        ("green_codes", "1401"),
        ("green_codes", [1401]),
        ("area_id", 3),
        ("floor_area_per_job_m2", {"0901": -1}),
        ("floor_area_per_job_m2", [30]),
    ],
)
def test_a_parameter_of_the_wrong_kind_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"parameter {name} is .*has to be"):
        measure(a_town(), parameters={name: value})


def test_a_parameter_of_the_wrong_kind_in_the_plan_is_refused_too() -> None:
    plan = plan_of(manifest={"parameters": {"large_park_min_ha": "ten"}})
    with pytest.raises(UsageError, match="parameter large_park_min_ha is 'ten'"):
        measure(plan, "parks_large")


def test_the_call_goes_before_the_plan_and_the_plan_before_the_default() -> None:
    plan = plan_of(parcels=[park(0)], manifest={"parameters": {"large_park_min_ha": 1, "unrelated": "x"}})
    assert one(plan, "parks_large").value == 1
    assert one(plan, "parks_large", large_park_min_ha=2).value == 0
    assert one(plan, "parks_large").definition["parameters"]["large_park_min_ha"] == 1


def test_each_measure_is_told_of_before_it_is_taken() -> None:
    told: list[str] = []
    measure(a_town(), "residents", "green_per_resident", progress=told.append)
    assert told == ["residents", "green_per_resident"]


def test_the_distance_of_a_share_within_reach_is_a_figure_with_a_name() -> None:
    found = one(plan_of(parcels=[home(0, 40), park(100)]), "green_access", access_limit_m=300)
    assert found.reach == WithinReach(300, found.definition["judged_by"])
    assert one(plan_of(parcels=[home(0, 40)]), "residents").reach is None
