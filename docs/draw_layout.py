"""Draw the pictures of docs/layout.md, an invented community before and after: python docs/draw_layout.py."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from benchmarks.layout_picture import write_picture  # noqa: E402 (the checkout has to be on the path)
from benchmarks.synthetic_community import community  # noqa: E402

from blockplan.propose.layout import layout  # noqa: E402
from blockplan.propose.layout_case import layout_case  # noqa: E402
from blockplan.propose.stop import Stop  # noqa: E402


def main() -> None:
    """Draw both pictures; the second takes about a minute."""
    initial, aims = community()
    write_picture(initial, initial, "Before (invented)", DOCS / "images" / "layout-before.svg")
    found = layout(layout_case(initial, aims), stop=Stop(seconds=120), seed=1)
    title = f"Drawn (invented), score {found.score.total:.3f}, bound {found.bound:.3f}"
    write_picture(found.plan, initial, title, DOCS / "images" / "layout-drawn.svg")


if __name__ == "__main__":
    main()
