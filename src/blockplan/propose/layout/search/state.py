"""
The arrays of the layout search, and what their columns hold.

Few arrays, since every one makes compiling longer: the compiled search takes both tuples as they are. It
keeps the numbers of this module in its compiled code, so a change here needs a change there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

#: Small green and homes are the first two of the types that `Objectives.drawn` numbers.
GREEN, HOME = 0, 1
#: Most rows of a block, parcels of a row and parcels of a block.
ROWS, CELLS = 8, 16
PARCELS = ROWS * CELLS


class LayoutLand(NamedTuple):
    """What does not change in a search."""

    row_of: Any  # block, axis, level, level -> row, -1 where the block cannot be cut so
    levels: Any  # block, axis -> number of levels, ends included; 0 for an axis that the block has not
    rows: Any  # row -> its first piece, its number n of intervals; piece (i, j) is first + i * (n + 1) + j
    pieces: Any  # piece -> the columns below
    vertices: Any  # u, v
    points: Any  # point -> area in m2, 1 where green that stays is near, vacant block or -1
    near_first: Any  # block -> first of the points within reach of it
    near: Any
    near_at: Any  # frame of the block, place in `near` -> u, v
    homes: Any  # homes that stay: x, y, weight, street node, m to it
    fixed: Any  # services that stay: x, y, service, street node, m to it
    kinds: Any  # type -> its service or -1, 1 where it is green
    apart: Any  # street node, street node -> m along streets; empty where straight lines count
    numbers: Any  # at the places below
    dealt: Any  # blocks, each as often as it is looked at


#: Columns of ``Land.pieces``: m2, m, box in the frame of block and axis, whether the piece is its box, bits
#: of the types that it may be, its vertices from the first to before the last, its street node and m to it,
#: m of lines that it stands for, how crooked it is (0 for a rectangle), and where the line before it lies,
#: NaN for an end of the block.
(
    AREA, X, Y, U0, V0, U1, V1, PLAIN, ALLOWED, FIRST, LAST, NODE, WAY, LINES, CROOKED, BEFORE, COLUMNS,
) = range(17)  # fmt: skip

#: Places of ``Land.numbers``: weights; lengths in m; penalties of a parcel that is missing, of every parcel,
#: of a m of line, of a crooked parcel and crooked green or homes, and of lines that miss each other by less
#: than so many m; residential m2 to add; weight of a new home, and of each of its m2; rule of many homes;
#: smallest green that counts in m2; number of services that there are; then, for each service, when it is
#: near, in m.
(
    SERVICE, ECOLOGY, DISPERSION, DIAGONAL, NEAR, GREEN_REACH, MISSING, PER_PARCEL, PER_M, PER_CROOKED,
    PER_LOOSE, PER_JOG, JOG, HOMES_M2, HOME_WEIGHT, HOME_WEIGHT_M2, FEW_HOMES, MEAN_HOME_M2, GREEN_M2,
    SERVICES, REACH,
) = range(21)  # fmt: skip


class Layout(NamedTuple):
    """The state of a search; the last two blocks are scratch."""

    blocks: Any  # block -> the columns below
    missing: Any  # type -> parcels that still have to be placed
    points: Any  # point -> greens near it, those that stay included; 1 where it lies in a home
    marks: Any  # place in `near` -> whether the block's own green reaches it
    dice: Any  # state of the random numbers


#: Columns of ``Layout.blocks``: the axis, how many rows and parcels there are; then, each with its own width,
#: levels of the rows, parcels in each row, cuts and types of each row, and piece and type of each parcel.
#: Axes 0 and 1 run along and across the first frame of the block, 2 and 3 the second.
AXIS, MANY_ROWS, MANY, JOGS, LEVEL = 0, 1, 2, 3, 4
COUNT = LEVEL + ROWS + 1
CUT = COUNT + ROWS
KIND = CUT + ROWS * (CELLS + 1)
PIECE = KIND + ROWS * CELLS
TYPE = PIECE + PARCELS
WIDTH = TYPE + PARCELS
#: Cuts and types of one row lie this far from those of the next.
ROW_CUTS, ROW_KINDS = CELLS + 1, CELLS
