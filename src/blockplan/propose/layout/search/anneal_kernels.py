"""
The compiled search of the parcel layout.

The search changes one or two blocks at a time, in scratch places, and keeps a change by simulated
annealing (Kirkpatrick, Gelatt and Vecchi 1983). `state` says what the arrays hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled

# isort: off
from blockplan.propose.layout.search.state import (
    ALLOWED, AREA, AXIS, BEFORE, CELLS, COUNT, CROOKED, CUT, DIAGONAL, DISPERSION, ECOLOGY, FEW_HOMES, FIRST,
    GREEN, GREEN_M2, GREEN_REACH, HOME, HOME_WEIGHT, HOME_WEIGHT_M2, HOMES_M2, JOG, JOGS, KIND, LAST, LEVEL,
    LINES, MANY, MANY_ROWS, MEAN_HOME_M2, MISSING, NODE, PARCELS, PER_CROOKED, PER_JOG, PER_LOOSE, PER_M,
    PER_PARCEL, PIECE, PLAIN, REACH, ROW_CUTS, ROW_KINDS, ROWS, SERVICE, SERVICES, TYPE, U0, U1, V0, V1, WAY,
    X, Y,
)  # fmt: skip
# isort: on


@compiled
def chance(s: Any) -> Any:
    """A random number from 0 to below 1: xorshift64* (Vigna 2016), the same on every machine."""
    x = s.dice[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    s.dice[0] = x
    return ((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def below(s: Any, n: int) -> int:
    """A random whole number from 0 to below n."""
    return int(chance(s) * n)


@compiled
def may(land: Any, piece: int, kind: int) -> bool:
    """Whether a piece may be of a type."""
    return ((int(land.pieces[piece, ALLOWED]) >> kind) & 1) == 1


@compiled
def row_at(land: Any, s: Any, at: int, g: int, q: int) -> Any:
    """Row q of a block, and the number of its intervals."""
    row = land.row_of[g, s.blocks[at, AXIS], s.blocks[at, LEVEL + q], s.blocks[at, LEVEL + q + 1]]
    return row, land.rows[row, 1]


@compiled
def cell_of(s: Any, at: int, number: int) -> Any:
    """Row and place in it of a parcel of a block."""
    for q in range(s.blocks[at, MANY_ROWS]):
        if number < s.blocks[at, COUNT + q]:
            return q, number
        number -= s.blocks[at, COUNT + q]
    return 0, 0


@compiled
def settle(land: Any, s: Any, at: int, g: int) -> bool:
    """List the parcels of a block; False where one of them may not be what it is."""
    n = 0
    for q in range(s.blocks[at, MANY_ROWS]):
        row, intervals = row_at(land, s, at, g, q)
        cut, kinds = CUT + q * ROW_CUTS, KIND + q * ROW_KINDS
        for c in range(s.blocks[at, COUNT + q]):
            i, j = s.blocks[at, cut + c], s.blocks[at, cut + c + 1]
            piece, kind = land.rows[row, 0] + i * (intervals + 1) + j, s.blocks[at, kinds + c]
            if not may(land, piece, kind):
                return False
            s.blocks[at, PIECE + n], s.blocks[at, TYPE + n] = piece, kind
            n += 1
    s.blocks[at, MANY], s.blocks[at, JOGS] = n, jogs(land, s, at, n)
    return True


@compiled
def jogs(land: Any, s: Any, at: int, n: int) -> int:
    """How many lines on both sides of a third miss each other by a little."""
    many = 0
    for k in range(n):
        one = land.pieces[s.blocks[at, PIECE + k]]
        for m in range(k):
            other = land.pieces[s.blocks[at, PIECE + m]]
            miss = abs(one[BEFORE] - other[BEFORE])
            many += abs(one[V0] - other[V1]) < 1e-3 and 1e-3 < miss < land.numbers[JOG]
    return many


@compiled
def place(land: Any, s: Any, at: int, g: int, q: int, i: int, j: int, kind: int) -> bool:
    """Make stations i to j of a row one parcel of a type, out of small green and homes."""
    n, cut, kinds = s.blocks[at, COUNT + q], CUT + q * ROW_CUTS, KIND + q * ROW_KINDS
    if n + 2 > CELLS:
        return False
    cuts, types = np.empty(CELLS + 1, np.int64), np.empty(CELLS, np.int64)
    m, done, cuts[0] = 0, False, s.blocks[at, cut]
    for c in range(n):
        a, b, was = s.blocks[at, cut + c], s.blocks[at, cut + c + 1], s.blocks[at, kinds + c]
        if b <= i or a >= j:
            types[m], cuts[m + 1] = was, b
            m += 1
            continue
        if was > HOME:
            return False
        if a < i:
            types[m], cuts[m + 1] = was, i
            m += 1
        if not done:
            types[m], cuts[m + 1] = kind, j
            m += 1
            done = True
        if b > j:
            types[m], cuts[m + 1] = was, b
            m += 1
    row, intervals = row_at(land, s, at, g, q)
    for c in range(m):
        piece = land.rows[row, 0] + cuts[c] * (intervals + 1) + cuts[c + 1]
        if not may(land, piece, types[c]):
            if types[c] != HOME or not may(land, piece, GREEN):
                return False
            types[c] = GREEN
    s.blocks[at, COUNT + q] = m
    for c in range(m):
        s.blocks[at, kinds + c], s.blocks[at, cut + c + 1] = types[c], cuts[c + 1]
    return True


@compiled
def place_somewhere(land: Any, s: Any, at: int, g: int, kind: int, tries: int) -> bool:
    """Place a parcel of a type at random in a block."""
    for _ in range(tries):
        q = below(s, s.blocks[at, MANY_ROWS])
        row, n = row_at(land, s, at, g, q)
        i = below(s, n)
        if chance(s) < 0.5:
            i = s.blocks[at, CUT + q * ROW_CUTS + below(s, s.blocks[at, COUNT + q])]
        way, small, many, other = -1 if chance(s) < 0.3 else 1, chance(s) < 0.5, 0, -1
        for step in range(1, n + 1):
            j = i + way * step
            if j < 0 or j > n:
                break
            if may(land, land.rows[row, 0] + min(i, j) * (n + 1) + max(i, j), kind):
                many += 1
                if below(s, many) == 0:
                    other = j
                if small:
                    break
        if other >= 0 and place(land, s, at, g, q, min(i, other), max(i, other), kind):
            return True
    return False


@compiled
def join(s: Any, at: int, q: int, c: int) -> None:
    """Make parcel c of a row and the next one; the type is that of c."""
    cut, kinds, n = CUT + q * ROW_CUTS, KIND + q * ROW_KINDS, s.blocks[at, COUNT + q]
    for k in range(c + 1, n):
        s.blocks[at, cut + k] = s.blocks[at, cut + k + 1]
    for k in range(c + 1, n - 1):
        s.blocks[at, kinds + k] = s.blocks[at, kinds + k + 1]
    s.blocks[at, COUNT + q] = n - 1


@compiled
def take(s: Any, at: int, number: int) -> None:
    """Turn a parcel of a block into small green, and mostly join it with green beside it."""
    q, c = cell_of(s, at, number)
    kinds = KIND + q * ROW_KINDS
    s.blocks[at, kinds + c] = GREEN
    if chance(s) < 0.7:
        if c + 1 < s.blocks[at, COUNT + q] and s.blocks[at, kinds + c + 1] == GREEN:
            join(s, at, q, c)
        if c > 0 and s.blocks[at, kinds + c - 1] == GREEN:
            join(s, at, q, c - 1)


@compiled
def recut(land: Any, s: Any, at: int, g: int, more: int) -> bool:
    """Cut a block anew: axis and rows at random, then one `more` (-1: none) and its services in any order."""
    needed, n, homes = np.full(PARCELS + 1, more), int(more >= 0), 0
    for k in range(s.blocks[at, MANY]):
        kind = s.blocks[at, TYPE + k]
        homes += kind == HOME
        if kind > HOME:
            # Shuffled as they come.
            other = below(s, n + 1)
            needed[n], needed[other] = needed[other], kind
            n += 1
    axes = land.levels.shape[1]
    axis = below(s, axes if land.levels[g, axes - 1] else 2)
    last = land.levels[g, axis] - 1
    cuts = below(s, min(ROWS, last))
    if cuts > 1 and chance(s) < 0.5:
        cuts = 1
    s.blocks[at, AXIS], s.blocks[at, MANY_ROWS] = axis, cuts + 1
    s.blocks[at, LEVEL], s.blocks[at, LEVEL + cuts + 1] = 0, last
    for k in range(1, cuts + 1):
        before = s.blocks[at, LEVEL + k - 1]
        # Never beyond the last level: a row of no depth is refused below.
        s.blocks[at, LEVEL + k] = min(last, before + 1 + below(s, last - before))
    fill = HOME if homes and chance(s) < 0.7 else GREEN
    for q in range(cuts + 1):
        if s.blocks[at, LEVEL + q] >= s.blocks[at, LEVEL + q + 1]:
            return False
        row, intervals = row_at(land, s, at, g, q)
        if row < 0:
            return False
        s.blocks[at, COUNT + q] = 1
        s.blocks[at, CUT + q * ROW_CUTS], s.blocks[at, CUT + q * ROW_CUTS + 1] = 0, intervals
        filled = may(land, land.rows[row, 0] + intervals, fill)
        s.blocks[at, KIND + q * ROW_KINDS] = fill if filled else GREEN
    while n > 0 and place_somewhere(land, s, at, g, needed[n - 1], 6):
        n -= 1
    return n == 0


@compiled
def shift(s: Any, at: int) -> bool:
    """Move one line between two parcels of a row."""
    q = below(s, s.blocks[at, MANY_ROWS])
    if s.blocks[at, COUNT + q] < 2:
        return False
    c = CUT + q * ROW_CUTS + 1 + below(s, s.blocks[at, COUNT + q] - 1)
    step = 1 + below(s, 4)
    new = s.blocks[at, c] + (step if chance(s) < 0.5 else -step)
    if new <= s.blocks[at, c - 1] or new >= s.blocks[at, c + 1]:
        return False
    s.blocks[at, c] = new
    return True


@compiled
def refill(land: Any, s: Any, at: int, g: int) -> bool:
    """Change, join or split parcels of small green and homes."""
    q = below(s, s.blocks[at, MANY_ROWS])
    c = below(s, s.blocks[at, COUNT + q])
    kinds = KIND + q * ROW_KINDS
    a, b = s.blocks[at, CUT + q * ROW_CUTS + c], s.blocks[at, CUT + q * ROW_CUTS + c + 1]
    last = c + 1 >= s.blocks[at, COUNT + q] or s.blocks[at, kinds + c + 1] > HOME
    dice, half = chance(s), chance(s) < 0.5
    if s.blocks[at, kinds + c] > HOME or (0.4 <= dice < 0.7 and last) or (dice >= 0.7 and b - a < 2):
        return False
    if dice < 0.4:
        s.blocks[at, kinds + c] = HOME - s.blocks[at, kinds + c]
    elif dice < 0.7:
        if half:
            s.blocks[at, kinds + c] = s.blocks[at, kinds + c + 1]
        join(s, at, q, c)
    else:
        middle = a + 1 + below(s, b - a - 1)
        return place(land, s, at, g, q, a if half else middle, middle if half else b, below(s, 2))
    return True


@compiled
def pick(s: Any, scratch: int, least: int) -> Any:
    """A parcel of a type that is `least` or higher, as block and number; -1 where none was found."""
    for _ in range(60):
        b = below(s, scratch)
        k = below(s, s.blocks[b, MANY])
        if s.blocks[b, TYPE + k] >= least:
            return b, k
    return -1, -1


@compiled
def relocate(land: Any, s: Any, scratch: int) -> Any:
    """Place a parcel that is missing, or take one away and place it anew; see `move`."""
    placed, b, k = -1, -1, 0
    if s.missing.sum() and chance(s) < 0.6:
        placed = kind = below(s, s.missing.shape[0])
        if not s.missing[kind]:
            return False, -1, -1, -1
    else:
        b, k = pick(s, scratch, 2)
        if b < 0:
            return False, -1, -1, -1
        kind = s.blocks[b, TYPE + k]
    c = b if b >= 0 and chance(s) < 0.25 else land.dealt[below(s, land.dealt.shape[0])]
    one = b < 0 or b == c
    first = c if one else b
    there = scratch if one else scratch + 1
    s.blocks[scratch], s.blocks[there] = s.blocks[first], s.blocks[c]
    if b >= 0:
        take(s, scratch, k)
    good = place_somewhere(land, s, there, c, kind, 3) and settle(land, s, there, c)
    return good and (one or settle(land, s, scratch, b)), first, -1 if one else c, placed


@compiled
def exchange(land: Any, s: Any, scratch: int) -> Any:
    """Exchange the types of two parcels; see `move`."""
    b, k = pick(s, scratch, 1)
    c, m = pick(s, scratch, 0)
    if b < 0 or c < 0 or s.blocks[b, TYPE + k] == s.blocks[c, TYPE + m]:
        return False, -1, -1, -1
    there = scratch if b == c else scratch + 1
    s.blocks[scratch] = s.blocks[b]
    if b != c:
        s.blocks[there] = s.blocks[c]
    q, at = cell_of(s, scratch, k)
    p, of = cell_of(s, there, m)
    s.blocks[scratch, KIND + q * ROW_KINDS + at] = s.blocks[c, TYPE + m]
    s.blocks[there, KIND + p * ROW_KINDS + of] = s.blocks[b, TYPE + k]
    good = settle(land, s, scratch, b) and (b == c or settle(land, s, there, c))
    return good, b, -1 if b == c else c, -1


@compiled
def move(land: Any, s: Any, scratch: int) -> Any:
    """Change blocks in scratch: whether that is legal, first block, second or -1, type placed or -1."""
    dice = chance(s)
    if dice < 0.35:
        return relocate(land, s, scratch)
    if dice < 0.55:
        return exchange(land, s, scratch)
    b = land.dealt[below(s, land.dealt.shape[0])]
    s.blocks[scratch] = s.blocks[b]
    more = below(s, s.missing.shape[0]) if dice >= 0.90 else 0
    more = more if s.missing[more] and dice >= 0.90 else -1
    if dice < 0.75:
        good = shift(s, scratch)
    else:
        good = refill(land, s, scratch, b) if dice < 0.90 else recut(land, s, scratch, b, more)
    return good and settle(land, s, scratch, b), b, -1, more


@compiled
def services(land: Any, s: Any, first: int, second: int) -> Any:
    """What service is worth, less penalties; -inf where there are too many small homes."""
    scratch = s.blocks.shape[0] - 2
    n, h, homes_m2, parcels, form = land.fixed.shape[0], land.homes.shape[0], 0.0, 0, 0.0
    room = s.blocks[:, MANY].sum()
    spots, homes = np.empty((n + room, 5)), np.empty((h + room, 5))
    spots[:n], homes[:h] = land.fixed, land.homes
    for b in range(scratch):
        slot = scratch if b == first else scratch + 1 if b == second else b
        parcels += s.blocks[slot, MANY]
        form += land.numbers[PER_JOG] * s.blocks[slot, JOGS]
        for k in range(s.blocks[slot, MANY]):
            kind, one = s.blocks[slot, TYPE + k], land.pieces[s.blocks[slot, PIECE + k]]
            per = land.numbers[PER_CROOKED if kind > HOME else PER_LOOSE]
            form += land.numbers[PER_M] * one[LINES] + per * one[CROOKED]
            if kind == HOME:
                weight = land.numbers[HOME_WEIGHT] + land.numbers[HOME_WEIGHT_M2] * one[AREA]
                homes[h, 0], homes[h, 1], homes[h, 2] = one[X], one[Y], weight
                homes[h, 3], homes[h, 4] = one[NODE], one[WAY]
                homes_m2 += one[AREA]
                h += 1
            elif land.kinds[kind, 0] >= 0:
                spots[n, 0], spots[n, 1], spots[n, 2] = one[X], one[Y], land.kinds[kind, 0]
                spots[n, 3], spots[n, 4] = one[NODE], one[WAY]
                n += 1
    new, wanted = h - land.homes.shape[0], land.numbers[HOMES_M2]
    if new > land.numbers[FEW_HOMES] and homes_m2 < new * land.numbers[MEAN_HOME_M2]:
        return -np.inf
    # Too few homes are as bad as a parcel that is missing, and steeply worse the fewer there are.
    lacking = 1 + 20 * (1 - homes_m2 / wanted) if homes_m2 < wanted else 0.0
    worth = land.numbers[SERVICE] * (covered(land, spots, n, homes, h) + dispersed(land, spots, n))
    worth -= land.numbers[MISSING] * (lacking + s.missing.sum())
    return worth - land.numbers[PER_PARCEL] * parcels - form


@compiled
def covered(land: Any, spots: Any, n: int, homes: Any, h: int) -> float:
    """Mean over services of the share of homes that have one near, in a straight line or along streets."""
    streets = land.apart.shape[0] > 0
    won = whole = 0.0
    for i in range(h):
        found = 0
        for k in range(n):
            near = land.numbers[REACH + int(spots[k, 2])]
            du, dv = homes[i, 0] - spots[k, 0], homes[i, 1] - spots[k, 1]
            # A way along streets is never shorter than the straight line.
            if du * du + dv * dv <= near * near and (
                not streets
                or homes[i, 4] + land.apart[int(homes[i, 3]), int(spots[k, 3])] + spots[k, 4] <= near
            ):
                found |= 1 << int(spots[k, 2])
        whole += homes[i, 2]
        while found:
            found &= found - 1
            won += homes[i, 2]
    return won / (whole * land.numbers[SERVICES]) if whole > 0 else 0.0


@compiled
def dispersed(land: Any, spots: Any, n: int) -> Any:
    """Weighted mean distance inside the services, relative to the diagonal."""
    total, pairs = np.zeros(64), np.zeros(64)
    for i in range(n):
        for k in range(i):
            if spots[i, 2] == spots[k, 2]:
                at = int(spots[i, 2])
                total[at] += np.hypot(spots[i, 0] - spots[k, 0], spots[i, 1] - spots[k, 1])
                pairs[at] += 1
    several = np.flatnonzero(pairs)
    value = (total[several] / pairs[several]).sum() / max(1, several.size)
    return land.numbers[DISPERSION] * value / land.numbers[DIAGONAL]


@compiled
def reaches(land: Any, piece: int, u: float, v: float) -> bool:
    """Whether a point outside of a piece is within reach of it as green."""
    far, one = land.numbers[GREEN_REACH], land.pieces[piece]
    du, dv = max(one[U0] - u, 0.0, u - one[U1]), max(one[V0] - v, 0.0, v - one[V1])
    if du * du + dv * dv > far * far:
        return False
    if one[PLAIN]:
        return True
    first, last = int(one[FIRST]), int(one[LAST])
    for k in range(first, last):
        j = k + 1 if k + 1 < last else first
        au, av = land.vertices[k, 0], land.vertices[k, 1]
        bu, bv = land.vertices[j, 0] - au, land.vertices[j, 1] - av
        size = bu * bu + bv * bv
        t = 0.0 if size == 0 else min(1.0, max(0.0, ((u - au) * bu + (v - av) * bv) / size))
        if (u - au - t * bu) ** 2 + (v - av - t * bv) ** 2 <= far * far:
            return True
    return False


@compiled
def paint(land: Any, s: Any, b: int, slot: int) -> None:
    """Say which points the green of a block, as it is in a slot, reaches and which lie in its homes."""
    for k in range(land.near_first[b], land.near_first[b + 1]):
        axis, p = s.blocks[slot, AXIS], land.near[k]
        u, v = land.near_at[axis // 2, k, axis % 2], land.near_at[axis // 2, k, 1 - axis % 2]
        mark, home, own = 0, 0, land.points[p, 2] == b
        for c in range(s.blocks[slot, MANY]):
            piece, kind = s.blocks[slot, PIECE + c], s.blocks[slot, TYPE + c]
            one = land.pieces[piece]
            if not mark and land.kinds[kind, 1] and one[AREA] >= land.numbers[GREEN_M2]:
                mark = 1 if reaches(land, piece, u, v) else 0
            if own and kind == HOME and one[U0] <= u < one[U1] and one[V0] <= v < one[V1]:
                home = 1
        s.points[p, 0] += mark - s.marks[k]
        s.marks[k] = mark
        if own:
            s.points[p, 1] = home


@compiled
def ecology(land: Any, s: Any) -> float:
    """Weighted share of the homes' points that have green near."""
    won = whole = 0.0
    for p in range(land.points.shape[0]):
        if s.points[p, 1]:
            whole += land.points[p, 0]
            won += land.points[p, 0] * (s.points[p, 0] > 0)
    return land.numbers[ECOLOGY] * won / whole if whole > 0 else 0.0


@compiled
def anneal(land: Any, s: Any, best: Any, worth: Any, steps: int, hot: float, cold: float) -> None:
    """Search from temperature `hot` to `cold`, in units of score; `worth` is of layout and best."""
    scratch = s.blocks.shape[0] - 2
    green = greener = ecology(land, s)
    worth[0] = services(land, s, -1, -1) + green
    for step in range(steps):
        good, first, second, placed = move(land, s, scratch)
        if not good:
            continue
        if placed >= 0:
            s.missing[placed] -= 1
        least = worth[0] + hot * (cold / hot) ** (step / steps) * np.log(1 - chance(s))
        new = services(land, s, first, second)
        # Green changes little in one move; where even a large change would not do, it is not measured.
        kept = new + min(land.numbers[ECOLOGY], green + 0.05) >= least
        if kept:
            paint(land, s, first, scratch)
            if second >= 0:
                paint(land, s, second, scratch + 1)
            greener = ecology(land, s)
            kept = new + greener >= least
            if not kept:
                paint(land, s, first, first)
                if second >= 0:
                    paint(land, s, second, second)
        if not kept:
            if placed >= 0:
                s.missing[placed] += 1
            continue
        s.blocks[first] = s.blocks[scratch]
        if second >= 0:
            s.blocks[second] = s.blocks[scratch + 1]
        green, worth[0] = greener, new + greener
        if worth[0] > worth[1] + 1e-9:
            worth[1] = worth[0]
            best.blocks[:], best.missing[:] = s.blocks, s.missing
            best.points[:], best.marks[:] = s.points, s.marks
