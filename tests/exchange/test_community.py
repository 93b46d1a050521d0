"""The community benchmark format: what is read comes out again, and what is off is named."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from benchmarks.synthetic_community import community

from blockplan.errors import PlanDataError
from blockplan.exchange.community import read_community, read_objectives, write_community

OBJECTIVES = """
extent_m: {width: 300, height: 400}
required_area_share: {residential: 0.6}
required_count: {school: 1}
min_area_m2: {school: 10000}
max_area_m2: {school: 20000}
min_edge_m: {school: 80}
max_edge_m: {school: 200}
score_weights: {service: 4, ecology: 1, traffic: 1}
road_stage: {enabled: true, boundary_share_to_build: 0.8}
"""


def test_what_is_written_is_read_again(tmp_path):
    given, _ = community(2, 2)
    write_community(given, tmp_path / "town.geojson")
    again = read_community(tmp_path / "town.geojson")
    assert again.ids.tolist() == given.ids.tolist()
    assert again.types.tolist() == given.types.tolist()
    assert again.about == given.about
    assert all(one.equals(other) for one, other in zip(again.shapes, given.shapes, strict=True))


def test_an_area_and_a_length_stand_beside_their_feature(tmp_path):
    given, _ = community(2, 2)
    write_community(given, tmp_path / "town.geojson")
    features = json.loads((tmp_path / "town.geojson").read_text(encoding="utf-8"))["features"]
    for feature, shape in zip(features, given.shapes, strict=True):
        told = feature["properties"]
        assert told["area_m2"] == (round(shape.area, 3) if told["kind"] == "block" else None)
        assert told["length_m"] == (round(shape.length, 3) if told["kind"] == "line" else None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "castle"}, r"1 of \d+ features .*first: number 0 has the type 'castle'"),
        ({"kind": "block"}, "is a block and has no Polygon"),
        ({"id": "seven"}, "has no whole number as id"),
        ({"id": 1}, "1 ids stand twice"),
    ],
)
def test_a_feature_that_cannot_be_used_is_named(tmp_path, change, said):
    given, _ = community(2, 2)
    path = tmp_path / "town.geojson"
    write_community(given, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["properties"] |= change
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(PlanDataError, match=said):
        read_community(path)


def test_objectives_are_read_with_the_diagonal_of_the_box(tmp_path):
    (tmp_path / "aims.yaml").write_text(OBJECTIVES, encoding="utf-8")
    aims = read_objectives(tmp_path / "aims.yaml")
    assert aims.diagonal_m == 500
    assert aims.counts == {"school": 1}
    assert aims.built_share == 0.8
    assert (aims.service, aims.ecology, aims.traffic) == (4, 1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OBJECTIVES.replace("required_count", "counts"), "lacks the table `required_count`"),
        (OBJECTIVES.replace("school: 80}", "school: wide}"), "`min_edge_m.school` is 'wide'"),
        (OBJECTIVES.replace("width: 300, ", ""), "lacks the number `extent_m.width`"),
        (
            OBJECTIVES.replace("school: 1}", "school: 1.5}"),
            "`required_count.school` is 1.5; give a whole number",
        ),
        (
            re.sub(r"width: 300, height: 400", "width: 0, height: 0", OBJECTIVES),
            "`extent_m` is 0 wide and high",
        ),
        (
            re.sub(r"(required_area_share: \{\w+: )[\d.]+", r"\g<1>1.7", OBJECTIVES),
            "`required_area_share.residential` is 1.7; give a share",
        ),
        ("[1, 2]", "holds no map"),
        ("a: [", "line 1: not valid YAML"),
    ],
)
def test_objectives_that_are_off_are_refused_with_the_key(tmp_path, text, said):
    (tmp_path / "aims.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanDataError, match=said):
        read_objectives(tmp_path / "aims.yaml")


def test_a_file_that_is_no_community_is_refused(tmp_path):
    (tmp_path / "a.geojson").write_text("{}", encoding="utf-8")
    (tmp_path / "b.geojson").write_text("no", encoding="utf-8")
    with pytest.raises(PlanDataError, match="has no features"):
        read_community(tmp_path / "a.geojson")
    with pytest.raises(PlanDataError, match="is no JSON"):
        read_community(tmp_path / "b.geojson")


def test_blocks_and_lines_are_picked_by_type():
    given, _ = community(2, 2)
    assert given.blocks("feasible").size == int(np.sum(given.types == "feasible"))
    assert given.lines("road").size == 12
