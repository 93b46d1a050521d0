from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from blockplan import report
from blockplan.report.maps import svg
from blockplan.report.maps.labels import Labels
from blockplan.report.maps.svg import Frame

FRAME = Frame(0, 0, 1000, 1000)


def test_the_paths_of_several_shapes_are_those_of_each_by_itself() -> None:
    ring = Point(50, 50).buffer(30).difference(Point(50, 50).buffer(10))
    several = MultiPolygon([box(0, 0, 4, 4), box(6, 6, 9, 9)])
    mixed = GeometryCollection([ring, several])
    shapes = [box(0, 0, 10, 10), None, mixed, LineString([(0, 0), (5, 5)]), several, Point(1, 1)]
    found = svg.paths(shapes, FRAME)
    assert found == [svg.path([shape], FRAME) for shape in shapes]
    assert [bool(d) for d in found] == [True, False, True, True, True, False]
    assert svg.paths([], FRAME) == []


def test_north_is_up_and_a_ring_is_closed() -> None:
    assert svg.path([box(0, 0, 10, 10)], FRAME) == "M10 1000l0-10 -10 0 0 10z"


def test_a_hole_is_a_second_ring_and_lines_stay_open() -> None:
    ring = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
    assert svg.path([ring], FRAME).count("z") == 2
    assert "z" not in svg.path([LineString([(0, 0), (5, 5)])], FRAME)


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_what_cannot_be_drawn_is_left_out() -> None:
    broken = LineString([(0, 0), (math.nan, 5), (5, 5)])
    far = box(5e6, 5e6, 5.1e6, 5.1e6)
    shapes = svg.drawable([None, Point(), broken, far, box(0, 0, 5, 5)], FRAME)
    assert list(shapes[:4]) == [None] * 4
    assert svg.path(shapes, FRAME).count("M") == 1
    assert len(svg.drawable([], FRAME)) == 0


@pytest.mark.filterwarnings("ignore:invalid value encountered")
@pytest.mark.parametrize("lost", [math.nan, math.inf])
def test_a_line_with_a_place_that_is_no_number_is_left_out_and_no_other(lost: float) -> None:
    ring = Polygon([(0, 0), (9, lost), (9, 9), (0, 9)])
    shapes = [LineString([(0, 0), (lost, 5), (5, 5)]), box(0, 0, 5, 5), ring, box(6, 6, 9, 9)]
    assert svg.path(shapes, FRAME) == svg.path([shapes[1], shapes[3]], FRAME)
    assert svg.steps(shapes, 0.01) == svg.steps([shapes[1], shapes[3]], 0.01)
    assert svg.paths(shapes, FRAME)[::2] == ["", ""]


def test_a_ring_that_crosses_itself_and_leaves_the_frame_is_still_drawn() -> None:
    bowtie = Polygon([(-500, -500), (1500, 1500), (1500, -500), (-500, 1500)])
    assert svg.path(svg.drawable([bowtie, MultiPolygon([box(0, 0, 9, 9)])], FRAME), FRAME).count("M") >= 2


def test_names_are_escaped() -> None:
    assert "<b>" not in svg.label(0, 0, '<b>&"', 10)
    assert '"><script>' not in svg.shape("M0 0", fill='"><script>')


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=2, max_size=9))
def test_steps_of_a_line_add_up_to_its_ends(points: list[tuple[float, float]]) -> None:
    import re

    d = svg.path([LineString(points)], FRAME)
    if d:
        numbers = np.array([float(number) for number in re.findall(r"-?\d+", d)]).reshape(-1, 2)
        end = np.array(FRAME.place(*points[-1]))
        assert np.abs(numbers.sum(axis=0) - end).max() <= 1.0


def test_labels_do_not_cover_one_another() -> None:
    labels = Labels((0, 0, 1000, 1000), mm=40)
    spots = ((500, 500), (500, 530))
    assert labels.place(spots, 100, 20) == (500, 500)
    assert labels.place(spots, 100, 20) == (500, 530)
    assert labels.place(spots, 100, 20) is None
    assert labels.place([(5, 5)], 100, 20) is None


def test_a_text_is_taken_to_be_as_wide_as_the_bold_letters_of_the_fonts() -> None:
    path = Path(report.__file__).parent / "fonts" / "BlockplanSans-Bold.otf"
    font = TTFont(path)
    glyphs, widths = font.getBestCmap(), font["hmtx"]
    for said in (
        "Business and finance",
        "0802, 0803, 0807",
        "Coverage ⩽",
        "2 × 3 m",
        "城镇住宅用地",
        "land 6,000 m",
    ):
        real = sum(widths[glyphs[ord(sign)]][0] for sign in said if ord(sign) in glyphs) / 1000
        missing = sum(ord(sign) not in glyphs for sign in said)
        assert svg.text_width(said, 2.0) == pytest.approx(2.0 * (real + missing), abs=1e-6)
