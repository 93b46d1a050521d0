"""A drawing with every defect, each at a known place and of a known size, written by ezdxf."""

from __future__ import annotations

from itertools import pairwise

import ezdxf

EAST, NORTH = 500_000.0, 4_400_000.0


class Sheet:
    """A drawing under way; places in metres from its south-west corner."""

    def __init__(self, version="R2010", encoding=None):
        self.document = ezdxf.new(version)
        if encoding:
            self.document.encoding = encoding
        self.space = self.document.modelspace()

    def at(self, x, y):
        return (EAST + x, NORTH + y)

    def ring(self, points, layer="规划地块", closed=True, **more):
        places = [(*self.at(one[0], one[1]), *one[2:]) for one in points]
        form = "xyb" if any(len(one) > 2 for one in points) else "xy"
        return self.space.add_lwpolyline(
            [one if len(one) == len(form) else (*one, 0) for one in places],
            format=form, close=closed, dxfattribs={"layer": layer} | more,
        )  # fmt: skip

    def box(self, west, south, east, north, layer="规划地块", number="", use="R2"):
        self.ring([(west, south), (east, south), (east, north), (west, north)], layer)
        if number:
            self.text(number, (west + east) / 2, (south + north) / 2)
            self.text(use, (west + east) / 2, (south + north) / 2 - 20, "用地代码")

    def line(self, *points, layer="规划地块"):
        for one, other in pairwise(points):
            self.space.add_line(self.at(*one), self.at(*other), dxfattribs={"layer": layer})

    def text(self, text, x, y, layer="地块编号", height=4):
        self.space.add_text(text, height=height, dxfattribs={"layer": layer}).set_placement(
            self.at(x, y), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER
        )

    def save(self, file):
        self.document.saveas(file)
        return file


def sound(sheet):
    """Four parcels of one hectare each, in a row."""
    for at in range(4):
        sheet.box(at * 100, 0, at * 100 + 100, 100, number=f"A-0{at + 1}")


#: Rule -> (measured, x, y) of what `broken` draws; x and y from the corner, None where any place will do.
DEFECTS = {
    "cad-unclosed": [(0.3, 0.15, 200.0), (0.2, 449.9, 300.0)],
    "cad-duplicate": [(400.0, 250.0, 250.0), (100.0, 650.0, 200.0)],
    "cad-overlap": [(0.5, 299.75, 450.0)],
    "cad-layer": [(400.0, 450.0, 450.0)],
    "cad-arc": [(0.005, None, None)],
    "cad-lines": [(400.0, 650.0, 250.0)],
    "cad-sliver": [(0.1, 800.05, 450.0), (0.05, 900.0, 250.025)],
    "cad-dangle": [(0.4, 700.4, 300.0), (12.0, None, None)],
    "cad-text": [(50.0, 250.0, 550.0), (10.0, 60.0, 450.0), (400.0, 1050.0, 450.0)],
}


def broken(sheet):
    """Every defect once or twice, beside parcels that are sound."""
    sound(sheet)
    # A ring open by 0.3 m at its lower left corner.
    sheet.ring([(0.3, 200), (100, 200), (100, 300), (0, 300), (0, 200)], closed=False)
    sheet.text("B-01", 50, 250)
    # A ring drawn twice.
    sheet.box(200, 200, 300, 300, number="B-02")
    sheet.box(200, 200, 300, 300)
    # Lines that leave 0.2 m between two of their ends.
    sheet.line((450, 300), (500, 300), (500, 200), (400, 200), (400, 300), (449.8, 300))
    sheet.text("B-03", 450, 250)
    # Sound lines, of which one is drawn twice, and one runs on for 0.4 m.
    sheet.line((600, 200), (700, 200), (700, 300))
    sheet.line((700.4, 300), (600, 300), (600, 200))
    sheet.line((600, 200), (700, 200))
    sheet.text("B-04", 650, 250)
    sheet.text("R2", 650, 230, "用地代码")
    # A ring of 5 cm.
    sheet.ring([(850, 250), (950, 250), (950, 250.05), (850, 250.05)])
    # Two rings that share a strip of 0.5 m.
    sheet.box(200, 400, 300, 500, number="C-02")
    sheet.box(299.5, 400, 400, 500, number="C-03")
    # A parcel on a layer of no known name.
    sheet.box(400, 400, 500, 500, "0", number="C-04")
    # A corner rounded with 15 m radius.
    sheet.ring([(600, 400), (685, 400, 0.41421356237), (700, 415), (700, 500), (600, 500)])
    sheet.text("C-05", 650, 450)
    sheet.text("G1", 650, 430, "用地代码")
    # Two rings 0.1 m apart.
    sheet.box(700, 400, 800, 500, number="C-06")
    sheet.box(800.1, 400, 900, 500, number="C-07")
    # A line alone.
    sheet.line((1000, 200), (1012, 200))
    # A number in no ring, two in one, and a ring without.
    sheet.box(0, 400, 100, 500, number="C-01")
    sheet.text("C-99", 60, 450)
    sheet.text("D-01", 250, 550)
    sheet.box(1000, 400, 1100, 500)
    sheet.text("R2", 1050, 450, "用地代码")
