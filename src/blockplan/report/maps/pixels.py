"""
The areas of a very large plan in pixels: a page holds an image of them, not the outline of each.

A parcel that is half a millimetre wide on paper needs no outline of its own, and outlines grow with the plan:
100,000 parcels fill megabytes on each map. An image is as large as the page.
"""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Characters of outlines that a page may hold; of a page with more, its long ones are drawn in pixels.
MOST_OUTLINES = 1_200_000
#: A path of areas that is long: rings alone, each closed.
LONG = re.compile(r'<path(?P<id> id="[^"]+")? d="(?P<rings>M[^"]{20000,}z)"(?P<looks>[^>]*)/>')
NUMBER = re.compile(r"-?\d+")


def in_pixels(page: str, pixel: int) -> str:
    """
    A page whose many areas are filled by images; one with few is given back as it is.

    Parameters
    ----------
    page
        HTML with maps as `blockplan.report.maps.svg.path` draws them.
    pixel
        Side of a pixel in the units of the drawings, m.
    """
    # Lines, and areas of which only the rim is drawn, keep their outlines.
    bare = set(re.findall(r'<use href="#([^"]+)"[^>]* fill="none"', page))
    rings = dict.fromkeys(
        found["rings"]
        for found in LONG.finditer(page)
        if found["rings"].count("M") == found["rings"].count("z")
        and 'fill="none"' not in found["looks"]
        and (found["id"] or "")[5:-1] not in bare
    )
    if sum(map(len, rings)) <= MOST_OUTLINES:
        return page
    masks, drawn = [], {}
    for at, path in enumerate(rings):
        left, top, inside = filled(path, pixel)
        size = f'width="{inside.shape[1] * pixel}" height="{inside.shape[0] * pixel}"'
        place = f'x="{left}" y="{top}" {size}'
        masks.append(f'<mask id="pixels-{at}"><image {place} href="{_png(inside)}"/></mask>')
        drawn[path] = f'<rect{{id}} {place} mask="url(#pixels-{at})" style="stroke:none"{{looks}}/>'

    def refer(found: re.Match[str]) -> str:
        said = drawn.get(found["rings"])
        return found[0] if said is None else said.format(id=found["id"] or "", looks=found["looks"])

    held = f'<svg class="ground" width="0" height="0" aria-hidden="true"><defs>{"".join(masks)}</defs></svg>'
    return LONG.sub(refer, page).replace("</body>", f"{held}\n</body>", 1)


def filled(path: str, pixel: int) -> tuple[int, int, NDArray[np.bool_]]:
    """
    Left and top of a path's areas, and which pixels have their middle inside (by the even-odd rule).

    Parameters
    ----------
    path
        Closed rings in whole units, ``M x y l dx dy ... z`` each.

    Examples
    --------
    >>> filled("M0 0l40 0 0 30 -40 0zM10 10l20 0 0 10 -20 0z", 10)[2].astype(int).tolist()
    [[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]]
    """
    starts, ends = _edges(path)
    left, top = (int(value) for value in starts.min(axis=0))
    columns, rows = (int(value) for value in np.ceil((starts.max(axis=0) - (left, top)) / pixel))
    (x0, y0), (x1, y1) = (((one - (left, top)) / pixel - 0.5).T for one in (starts, ends))
    first, last = np.ceil(np.minimum(y0, y1)).astype(int), np.ceil(np.maximum(y0, y1)).astype(int)
    crossed = last - first
    edge = np.repeat(np.arange(len(crossed)), crossed)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(crossed) - crossed, crossed) + first[edge]
    column = np.ceil(x0[edge] + (row - y0[edge]) * (x1 - x0)[edge] / (y1 - y0)[edge]).astype(int)
    crossings = np.zeros((rows, columns + 1), dtype=np.int32)
    np.add.at(crossings, (row, np.clip(column, 0, columns)), 1)
    return left, top, (np.cumsum(crossings, axis=1)[:, :-1] % 2).astype(bool)


def _edges(path: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The begin and the end of each edge of the rings of a path."""
    rings = [
        np.cumsum(np.array(NUMBER.findall(ring), dtype=np.int64).reshape(-1, 2), axis=0)
        for ring in path.split("z")[:-1]
    ]
    return np.concatenate(rings), np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])


def _png(inside: NDArray[np.bool_]) -> str:
    """Pixels as the address of an image: white inside, black outside."""
    written = io.BytesIO()
    Image.fromarray(inside).save(written, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
