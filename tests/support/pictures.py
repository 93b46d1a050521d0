"""
Pages held against pictures that are kept of them (`tests/pictures`), within a tolerance.

A kept picture is the screen at a quarter of its size. Both are cut into tiles of 32 pixels of the screen,
and a tile is otherwise where its mean colour is: so a date, a number of a port or the smoothing of a letter
passes, and a panel that is gone, a colour of land that is another or a line that wraps does not.
`BLOCKPLAN_NEW_PICTURES=1` keeps what is seen now. Letters are drawn in the product's own font
(`fonts_of_ours`), whatever the machine has.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

REPO = Path(__file__).parents[2]
KEPT, SEEN = REPO / "tests" / "pictures", REPO / "build" / "pictures"
FONTS = REPO / "src" / "blockplan" / "report" / "fonts"
#: How many pixels of the screen one of a kept picture stands for, and how many of them a tile is wide.
SHRUNK, TILE = 4, 8
#: The difference of a mean colour (of 255) that makes a tile otherwise, and the share of tiles that may be.
FAR, SHARE = 10.0, 0.01
FONTCONFIG = """<?xml version="1.0"?>
<fontconfig>
<dir>{fonts}</dir><cachedir>{cache}</cachedir>
<match target="pattern">
<edit name="family" mode="assign" binding="strong"><string>Blockplan Sans</string></edit>
</match>
</fontconfig>
"""


def fonts_of_ours(folder: Path) -> Path:
    """A configuration of fonts, in a folder of its own, that knows the product's font and no other."""
    path = folder / "fonts.conf"
    path.write_text(FONTCONFIG.format(fonts=FONTS, cache=folder / "cache"), encoding="utf-8")
    return path


def looks_as_kept(tab: Any, name: str, without: Sequence[str] = ()) -> None:
    """Holds what a tab shows against a kept picture; `without` names parts that change."""
    masks = [tab.locator(part) for part in without]
    with Image.open(
        io.BytesIO(tab.screenshot(animations="disabled", mask=masks, mask_color="#888"))
    ) as whole:
        seen = whole.convert("RGB").reduce(SHRUNK)
    path = KEPT / f"{name}.webp"
    if os.environ.get("BLOCKPLAN_NEW_PICTURES"):
        KEPT.mkdir(exist_ok=True)
        seen.save(path, quality=90, method=6)
    with Image.open(path) as one:
        told = differs(one.convert("RGB"), seen)
    if told:
        SEEN.mkdir(parents=True, exist_ok=True)
        seen.save(SEEN / f"{name}.webp", quality=80)
        where = f"{path.relative_to(REPO)} and {(SEEN / name).relative_to(REPO)}.webp"
        raise AssertionError(f"{name} is not as it was: {told}. Look at {where}.")


def differs(kept: Image.Image, seen: Image.Image) -> str:
    """In what two pictures differ beyond the tolerance, in words; empty where they do not."""
    if kept.size != seen.size:
        return f"{seen.width} x {seen.height} pixels, not {kept.width} x {kept.height}"
    off = np.abs(_tiles(kept) - _tiles(seen)).max(axis=2) > FAR
    if off.mean() <= SHARE:
        return ""
    rows, columns = np.nonzero(off)
    (top, bottom), (left, right) = ((at.min(), at.max() + 1) for at in (rows, columns))
    left, top, right, bottom = (int(at) * TILE * SHRUNK for at in (left, top, right, bottom))
    return f"{off.mean():.1%} of it, between ({left}, {top}) and ({right}, {bottom}) on the screen"


def _tiles(picture: Image.Image) -> NDArray[np.float64]:
    """Mean colours of the tiles, rows x columns x 3; what is left over at right and foot is cut off."""
    height, width = (at // TILE * TILE for at in (picture.height, picture.width))
    pixels = np.asarray(picture, dtype=float)[:height, :width]
    return pixels.reshape(height // TILE, TILE, width // TILE, TILE, 3).mean(axis=(1, 3))
