"""What passes when a page is held against a kept picture of it, and what does not."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw
from tests.support.pictures import differs


def drawn(*, date: str = "2021-09-30", land: str = "#f6e27a", top: int = 20, key: bool = True) -> Image.Image:
    """A page of 1440 x 900 as it is kept: a map of two uses of land with its key, and lines of words."""
    page = Image.new("RGB", (360, 225), "#fff")
    pen = ImageDraw.Draw(page)
    pen.rectangle((10, 20, 240, 210), fill="#e5e5e0")
    pen.rectangle((30, 40, 90, 90), fill=land)
    pen.rectangle((100, 40, 220, 190), fill="#7bc47f")
    if key:
        pen.rectangle((15, 170, 60, 205), fill="#fff", outline="#333")
    for line in range(9):
        pen.rectangle((250, top + 20 * line, 345, top + 20 * line + 7), fill="#555")
    pen.text((250, 205), date, fill="#333")
    return page


def test_the_same_page_passes_and_so_does_another_date() -> None:
    assert differs(drawn(), drawn()) == ""
    assert differs(drawn(), drawn(date="2026-11-28")) == ""


@pytest.mark.parametrize("other", [{"land": "#f0a05a"}, {"key": False}, {"top": 32}])
def test_land_of_another_colour_a_key_that_is_gone_or_lines_moved_down_do_not_pass(other: dict) -> None:
    assert "% of it, between (" in differs(drawn(), drawn(**other))


def test_where_the_pages_differ_is_told_in_pixels_of_the_screen() -> None:
    assert (
        differs(drawn(), drawn(land="#000")) == "5.0% of it, between (96, 160) and (384, 384) on the screen"
    )


def test_a_page_of_another_size_does_not_pass() -> None:
    assert differs(drawn(), drawn().resize((180, 225))) == "180 x 225 pixels, not 360 x 225"
