"""
The street grids of the four pieces: lines, their classes and widths, and blocks without streets.

A line stands at a coordinate of the straight frame. ``c`` numbers the columns
of cells from the west, ``r`` the rows from the south; cell (c, r) lies between
vertical lines c and c + 1 and horizontal lines r and r + 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from frame import PIECES, Rectangle

X, A, S, L = "expressway", "arterial", "secondary", "local"
RANK = {X: 0, A: 1, S: 2, L: 3, "path": 4}
#: How far nodes stray from their line, in metres: the smaller the street, the more.
STRAY_M = {X: 0.0, A: 5.0, S: 8.0, L: 13.0}


@dataclass(frozen=True)
class Line:
    """A street line of a grid: where, of which class, how wide between the red lines, its name."""

    at: float
    cls: str
    width: float
    name: str


@dataclass(frozen=True)
class Merge:
    """Cells from (c0, r0) to (c1, r1) that no street divides; with ``paths``, footpaths run along them."""

    c0: int
    c1: int
    r0: int
    r1: int
    paths: bool = False

    def holds(self, c: int, r: int) -> bool:
        """Whether a cell is one of them."""
        return self.c0 <= c <= self.c1 and self.r0 <= r <= self.r1


@dataclass(frozen=True)
class Grid:
    """The streets of one piece."""

    piece: Rectangle
    verticals: tuple[Line, ...]
    horizontals: tuple[Line, ...]
    merges: tuple[Merge, ...]

    @property
    def expressway(self) -> int:
        """Number of the vertical line that is the expressway."""
        return next(a for a, line in enumerate(self.verticals) if line.cls == X)

    @property
    def corridor(self) -> int:
        """Column of cells in which the river runs."""
        return len(self.verticals) - 2

    def merge_of(self, c: int, r: int) -> Merge:
        """The merged cells that a cell belongs to; itself alone where no merge holds it."""
        return next((merge for merge in self.merges if merge.holds(c, r)), Merge(c, c, r, r))


def _grid(name: str, verticals: str, horizontals: str, merges: str) -> Grid:
    """
    Grid from text.

    Lines are ``at class width name``; the outermost lines lie just inside the
    edge of the piece (class LE: on it, so that the planned land ends at the centre line),
    whatever ``at`` says. Merges are ``c0-c1/r0-r1``, with
    ``p`` behind them where footpaths stay.
    """
    piece = PIECES[name]
    vertical = _lines(verticals, piece.west, piece.east)
    horizontal = _lines(horizontals, piece.south, piece.north)
    found = []
    for text in merges.split():
        columns, _, rows = text.rstrip("p").partition("/")
        c0, _, c1 = columns.partition("-")
        r0, _, r1 = rows.partition("-")
        found.append(Merge(int(c0), int(c1 or c0), int(r0), int(r1 or r0), text.endswith("p")))
    return Grid(piece, vertical, horizontal, tuple(found))


def _lines(text: str, low: float, high: float) -> tuple[Line, ...]:
    classes = {"X": X, "A": A, "S": S, "L": L, "LE": L}
    rows = [row.split() for row in text.strip().splitlines()]
    lines = [Line(float(at), classes[cls], float(width), name) for at, cls, width, name in rows]
    for index, edge, inward in ((0, low, 0.5), (-1, high, -0.5)):
        inset = 0.0 if rows[index][1] == "LE" else inward * lines[index].width
        lines[index] = replace(lines[index], at=edge + inset)
    return tuple(lines)


GRIDS = {
    "rd": _grid(
        "rd",
        """
        -761 L 15 xihe
        -548 L 15 qingnang
        -330 X 64 expressway
        -95  S 30 yanfa
        120  A 50 avenue
        332  L 15 lanhai
        550  S 30 riverside
        760  L 15 donghe
        """,
        """
        6700 L 15 rd_south
        6898 L 15 rd_1
        7098 S 30 rd_2
        7302 L 15 rd_3
        7500 A 50 rd_4
        7700 L 15 rd_5
        7880 L 24 rd_6
        8110 S 30 rd_7
        9000 L 15 rd_north
        """,
        "0-1/7 2-3/7p 4-5/7p 0/4-5 1/0-1 1/2-3 1/4-5 2/0-1 2/2-3 2/4-5 2-3/6 4-5/6 6/0-1 6/2-3 6/5-6",
    ),
    "life_n": _grid(
        "life_n",
        """
        -560 L 15 xihe
        -330 X 60 expressway
        -110 L 15 anju
        115  A 40 avenue
        300  L 15 heming
        478  S 30 riverside
        640  LE 15 donghe
        """,
        """
        4600 LE 15 ln_south
        4808 L 15 ln_1
        5022 L 15 ln_2
        5240 L 15 ln_3
        5457 A 40 ln_4
        5668 L 15 ln_5
        5884 L 18 ln_6
        6100 L 15 ln_north
        """,
        "1-2/1-3p 0/2-3 0/4-5 1/4-5 5/1-3 5/5-6",
    ),
    "life_s": _grid(
        "life_s",
        """
        -680 L 15 xihe
        -530 L 15 yihe
        -330 X 60 expressway
        -112 L 15 anju
        112  A 40 avenue
        312  S 30 riverside
        520  LE 15 donghe
        """,
        """
        2500 LE 15 ls_south
        2714 L 15 ls_1
        2926 A 40 ls_2
        3143 L 15 ls_3
        3360 L 15 ls_4
        3574 L 15 ls_5
        3790 L 18 ls_6
        4000 L 15 ls_north
        """,
        "2-3/2-4p 1/0-1 2/0-1 1/2-3 4/0-1 5/0-1 5/3-4 5/5-6",
    ),
    "mfg": _grid(
        "mfg",
        """
        -743 LE 15 xihe
        -545 L 15 zhizao
        -330 X 60 expressway
        -112 L 15 jingong
        112  A 40 avenue
        392  S 30 riverside
        520  LE 15 donghe
        """,
        """
        0    LE 15 mf_south
        212  L 15 mf_1
        420  S 30 mf_2
        634  L 15 mf_3
        846  L 15 mf_4
        1056 A 40 mf_5
        1270 L 15 mf_6
        1480 L 15 mf_7
        1692 L 15 mf_8
        1900 LE 15 mf_north
        """,
        """
        0/0-1 0/2-3 0/5-6 0/7-8 1/0-1 1/2-3 1/5-6 1/7-8 2/0-1 2/2-3 2/5-6 2/7-8
        3/0-1 3/7-8 4/0-1 4/2-3 4/7-8 5/0-1 5/2-4 5/5-8
        """,
    ),
}

#: Cells of each sub-block (街坊, 20 to 40 ha), columns / rows.
SUBBLOCKS = {
    "rd": "0-1/0-3 0-1/4-6 0-1/7 2-3/0-3 2-3/4-6 2-3/7 4-5/0-3 4-5/4-6 4-5/7 6/0-4 6/5-7",
    "life_n": "0/0-6 1-2/0-3 1-2/4-6 3-4/0-3 3-4/4-6 5/0-6",
    "life_s": "0-1/0-3 0-1/4-6 2-5/0-1 2-3/2-4 4-5/2-4 2-5/5-6",
    "mfg": "0-1/0-3 0-1/4-6 2-3/0-3 2-3/4-6 0-3/7-8 4/0-3 4/4-8 5/0-8",
}


def subblock_of(name: str, c: int, r: int) -> int:
    """Number, from 1, of the sub-block that holds a cell."""
    for number, text in enumerate(SUBBLOCKS[name].split(), start=1):
        columns, _, rows = text.partition("/")
        c0, _, c1 = columns.partition("-")
        r0, _, r1 = rows.partition("-")
        if int(c0) <= c <= int(c1 or c0) and int(r0) <= r <= int(r1 or r0):
            return number
    raise KeyError((name, c, r))
