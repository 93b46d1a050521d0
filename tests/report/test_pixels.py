"""Of a very large plan a page holds images of the areas: the same land, in no more bytes for more parcels."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
import shapely
from PIL import Image

from blockplan.report.maps import pixels
from blockplan.report.maps.pixels import filled, in_pixels
from blockplan.report.maps.svg import Frame, path

FRAME = Frame(0.0, 0.0, 2_000.0, 2_000.0, grain=1)


@pytest.mark.parametrize("seed", range(4))
def test_a_pixel_is_filled_where_its_middle_lies_in_the_areas(seed: int) -> None:
    random = np.random.default_rng(seed)
    rounds = [
        shapely.Point(*random.uniform(200, 1_800, 2)).buffer(random.uniform(30, 180), quad_segs=5)
        for _ in range(12)
    ]
    land = shapely.set_precision(shapely.union_all(rounds[:9]) - shapely.union_all(rounds[9:]), 1.0)
    left, top, inside = filled(path([land], FRAME), 10)
    rows, columns = np.indices(inside.shape)
    x, y = left + 10 * columns + 5, FRAME.north - (top + 10 * rows + 5)
    apart = shapely.distance(land.boundary, shapely.points(x, y)) > 0.01
    assert (inside == shapely.contains_xy(land, x, y))[apart].all()


def squares(count: int) -> str:
    return "".join(f"M{at % 60 * 30} {at // 60 * 30}l20 0 0 20 -20 0z" for at in range(count))


def test_a_page_of_few_outlines_stays_and_one_of_many_holds_images(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "M0 0l" + "1 1 " * 6_000 + "1 1"
    page = (
        f'<body><g fill="#f00"><path d="{squares(2_400)}" stroke="#000"/></g>'
        f'<use href="#drawn-0" fill="#0f0"/><use href="#drawn-1" stroke="#00f" fill="none"/>'
        f'<path id="drawn-0" d="{squares(2_000)}"/><path id="drawn-1" d="{squares(1_800)}"/>'
        f'<path d="{line}" fill="none"/></body>'
    )
    assert in_pixels(page, 10) == page
    monkeypatch.setattr(pixels, "MOST_OUTLINES", 10_000)
    made = in_pixels(page, 10)
    assert len(made) < len(page) / 2
    # Lines, and areas of which only the rim is drawn, are as they were.
    assert f'<path id="drawn-1" d="{squares(1_800)}"/>' in made
    assert f'<path d="{line}" fill="none"/>' in made
    assert re.findall(r'<rect( id="[^"]+")? x="0" y="0" [^>]*mask="url\(#(pixels-\d)\)"', made) == [
        ("", "pixels-0"),
        (' id="drawn-0"', "pixels-1"),
    ]
    first = re.search(r"base64,([^\"]+)", made)
    assert first is not None
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(first[1]))))
    assert shown[:2, :6].tolist() == [[True, True, False] * 2] * 2
    assert shown.sum() == 2_400 * 4


@pytest.mark.long
def test_the_images_of_more_parcels_are_no_larger_on_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "MOST_OUTLINES", 0)

    def page(side: int) -> str:
        step = 1_800 // side
        drawn = "".join(
            f"M{x * step} {y * step}l{step} 0 0 {step} -{step} 0z"
            for x in range(side)
            for y in range(side)
            if (x + y) % 2
        )
        return in_pixels(f'<body><path d="{drawn}" fill="#0f0"/></body>', 4)

    sizes = [len(page(side)) for side in (60, 120, 180)]
    assert max(sizes) < 20_000
