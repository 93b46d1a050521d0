import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import a_plan, parcels_of
from tests.support.town import town

from blockplan.live import SetValue, live
from blockplan.plan.model import hashing
from blockplan.plan.model.hashing import content_hash, row_digests, rows_hash


@pytest.mark.long
@given(st.permutations(range(5)), st.permutations(["residents", "far", "owner"]))
def test_the_hash_does_not_depend_on_the_order_of_rows_and_columns(rows, columns):
    values = {"residents": [1, None, 3, 4, 5], "far": [0.1, 0.2, None, 0.4, 0.5], "owner": list("vwxyz")}
    parcels = parcels_of(*["0701"] * 5, **values)
    shuffled = parcels.iloc[rows][["parcel_id", *columns, "land_use", "geometry"]]
    assert a_plan(shuffled).content_hash == a_plan(parcels).content_hash


@given(st.sampled_from(["residents", "land_use", "geometry", "owner"]))
def test_the_hash_changes_with_any_value(column):
    parcels = parcels_of("0701", "0701", residents=[10, 20], owner=["a", "b"])
    other = parcels.copy()
    if column == "geometry":
        other.loc[0, "geometry"] = shapely.affinity.translate(parcels.geometry.iloc[0], 0.001)
    else:
        other.loc[0, column] = {"residents": 11, "land_use": "0702", "owner": None}[column]
    plan = a_plan(parcels)
    assert plan.replace(parcels=other).content_hash != plan.content_hash


def test_the_hash_does_not_depend_on_where_a_ring_begins():
    parcels = parcels_of("0701")
    ring = list(parcels.geometry.iloc[0].exterior.coords)
    turned = parcels.set_geometry([shapely.Polygon(ring[2:-1] + ring[:3])], crs=parcels.crs)
    plan = a_plan(parcels)
    assert plan.replace(parcels=turned).content_hash == plan.content_hash


@pytest.mark.parametrize(("oneway", "same"), [(True, False), (False, True), (None, True)])
def test_the_direction_of_a_street_counts_where_it_is_one_way(oneway, same):
    line = shapely.LineString([(0, 0), (50, 0), (50, 40)])
    streets = gpd.GeoDataFrame(
        {"street_id": ["S-1", "S-2"], "oneway": [oneway, None]},
        geometry=[line, shapely.LineString([(0, 50), (50, 50)])],
        crs="EPSG:4548",
    )
    turned = streets.set_geometry([line.reverse(), streets.geometry[1]], crs=streets.crs)
    plan = a_plan()
    plans = [plan.replace(streets=one) for one in (streets, turned)]
    assert (plans[0].content_hash == plans[1].content_hash) == same
    assert (plans[0].rows_hash == plans[1].rows_hash) == same


def test_an_absent_column_and_a_column_of_unknowns_are_the_same():
    parcels = parcels_of("0701")
    assert a_plan(parcels.assign(height_m=None)).content_hash == a_plan(parcels).content_hash


def test_the_manifest_counts():
    assert a_plan(manifest={"horizon": 2035}).content_hash != a_plan().content_hash


def test_each_row_says_the_number_that_it_holds_to_the_last_bit_however_many_rows_there_are() -> None:
    far = [0.1, -0.0, 0.0, None, 0.1, 0.30000000000000004, float("inf"), 1e300] * 16
    parcels = parcels_of(*["0701"] * len(far), far=far)
    whole = row_digests(parcels)
    assert whole == [row_digests(parcels.iloc[[at]])[0] for at in range(len(far))]


def test_a_hash_that_goes_on_after_a_long_layer_is_that_of_all_that_is_read(monkeypatch) -> None:
    monkeypatch.setattr(hashing, "LONG", 1)
    monkeypatch.setattr(hashing, "READ_KEPT", 30)
    session = live(town(), [])
    for number, (layer, id_, column) in enumerate(
        (("parcels", "A", "residents"), ("facilities", "nursing", "beds"), ("parcels", "B", "residents")) * 3
    ):
        session.apply([SetValue(layer=layer, id=id_, column=column, value=100 + number)])
        plan = session.plan
        assert plan.content_hash == content_hash(plan.manifest, plan.layers, plan.scenario)
        assert plan.rows_hash == rows_hash(plan.layers)
    assert len(hashing._read_so_far) == 30
