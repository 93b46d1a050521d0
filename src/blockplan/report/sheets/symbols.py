"""Signs of facilities: solid where the position is fixed, dashed where it may move."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from blockplan.report.sheets.canvas import attributes

#: Service -> sign, where the two are not called the same.
SIGNS = {
    "welfare": "nursing_home", "childcare": "kindergarten", "community_service": "community",
    "retail": "market", "transport": "bus_terminal", "utility": "substation",
}  # fmt: skip
#: What stands for a service that has no sign of its own.
OTHER = {"form": "circle", "colour": "#56616c", "figure": '<circle r="4" fill="{ink}"/>'}
#: Half of the side of a sign's own box.
HALF = 13.0


@cache
def _signs() -> dict[str, dict[str, str]]:
    return tomllib.loads(
        resources.files("blockplan.report.sheets").joinpath("symbols.toml").read_text("utf-8")
    )


def symbol(service: str, x: float, y: float, size: float, *, fixed: bool) -> str:
    """
    The sign of a service around a point.

    Parameters
    ----------
    service
        A service of the plan; one that is not known gets a dot.
    x, y, size
        Its middle and its side, mm.
    fixed
        Whether site and size bind; otherwise the sign is hollow and dashed.
    """
    sign = _signs().get(SIGNS.get(service, service), OTHER)
    colour = sign["colour"]
    ink, ground = ("#ffffff", colour) if fixed else (colour, "#ffffff")
    look: dict[str, str | float | tuple[float, ...]] = {
        "fill": ground,
        "stroke": "#ffffff" if fixed else colour,
    }
    look |= {"stroke_width": 1.4} | ({} if fixed else {"stroke_dasharray": (3.4, 2.2)})
    form = {
        "circle": f'<circle r="10.6"{attributes(look)}/>',
        "square": f'<rect x="-10" y="-10" width="20" height="20" rx="2.4"{attributes(look)}/>',
        "diamond": f'<path d="M0 -12.4L12.4 0L0 12.4L-12.4 0Z"{attributes(look)}/>',
    }[sign["form"]]
    figure = sign["figure"].replace("{ink}", ink).replace("{ground}", ground)
    return f'<g transform="translate({x:.2f} {y:.2f}) scale({size / 2 / HALF:.4f})">{form}{figure}</g>'
