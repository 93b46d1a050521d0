"""Draw the pictures of docs/layout.md, an invented community before and after: python docs/draw_layout.py."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from benchmarks.layout_picture import Panel, write_picture  # noqa: E402 (the checkout has to be on the path)
from benchmarks.synthetic_community import community  # noqa: E402

from blockplan.propose.layout.problem.case import layout_case  # noqa: E402
from blockplan.propose.layout.search.drawing import layout  # noqa: E402
from blockplan.propose.stopping import Stop  # noqa: E402


def main() -> None:
    """Draw both pictures; the plan takes about a minute."""
    initial, aims = community()
    found = layout(layout_case(initial, aims), stop=Stop(seconds=120), seed=1)
    said = f"score {found.score.total:.3f}, bound {found.bound:.3f}"
    for name, panel in (
        ("before", Panel(initial, "Before (invented community)")),
        ("drawn", Panel(found.plan, "Drawn (invented community)", said)),
    ):
        write_picture([panel], initial, DOCS / "images" / f"layout-{name}.svg")


if __name__ == "__main__":
    main()
