"""
Charts: how far each verdict is from its limit, and what each reading makes of a share.

A chart is a list of rows. The words of a row stand in the page, so that they are read at any width and by
a machine; the mark of a row is a small picture whose outcome is told by its shape, not by its colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.check.notes import carried
from blockplan.figures import is_known
from blockplan.report.maps import svg
from blockplan.report.maps.svg import FONT
from blockplan.report.tables import margin_ends

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import Outcome, Residents, Verdict
    from blockplan.report.words import Words

#: Size of a mark's picture, and where its scale begins and ends.
WIDTH, HEIGHT = 400.0, 26.0
LEFT, RIGHT = 16.0, 384.0
#: Ends that the scale of a chart of margins may have, as shares of the limit.
SCALES = (0.1, 0.2, 0.5, 1.0)
COLOURS = {"pass": "#1d7044", "fail": "#a3231f", "unknown": "#8a6100", "not_applicable": "#6b7680"}
INK, FAINT = "#1b2530", "#cfd5d9"


@dataclass(frozen=True, slots=True)
class MarginSpread:
    """Relative margins at the low and the high end of a range: of the residents, or of an unknown value."""

    low: float
    high: float

    @property
    def nearest(self) -> float | None:
        """The end that lies nearer to the limit; None where the limit lies between the ends."""
        return None if self.low < 0 < self.high else min(self.low, self.high, key=abs)


def relative_margin(verdict: Verdict) -> float | None:
    """The margin over the limit it is measured from; None where there is no margin or the limit is zero."""
    limit = limit_of(verdict)
    return verdict.margin / abs(limit) if is_known(verdict.margin) and limit else None


def limit_of(verdict: Verdict) -> float | None:
    """The limit that a verdict's margin is measured from: of a range, the nearer end."""
    value = verdict.required.value
    if not isinstance(value, tuple):
        return value
    measured = verdict.measured
    return min(value, key=lambda end: abs(end - measured)) if is_known(measured) else None


def spread(verdict: Verdict, residents: Residents) -> MarginSpread | None:
    """
    How far the residents' range moves a per-person figure, as margins over its limit.

    The figure at an end of the range is the one that `check.notes.about_range` speaks of.
    """
    measurement, limit, central = verdict.measurement, limit_of(verdict), residents.central
    if measurement is None or not measurement.per or not limit or isinstance(verdict.required.value, tuple):
        return None
    if not (is_known(verdict.measured) and is_known(central) and verdict.measured and central):
        return None
    ends = []
    for end in (residents.low, residents.high):
        if not is_known(end) or end <= 0:
            return None
        inside = verdict.measured * central / end - limit
        ends.append((-inside if verdict.required.op in {"<=", "<"} else inside) / abs(limit))
    return MarginSpread(ends[0], ends[1])


def open_ends(verdict: Verdict) -> MarginSpread | None:
    """The ends of an unknown margin over its limit, where these are known."""
    ends, limit = margin_ends(verdict), verdict.required.value
    if ends is None or not isinstance(limit, int | float) or not limit:
        return None
    return MarginSpread(ends[0] / abs(limit), ends[1] / abs(limit))


def flips(verdict: Verdict, residents: Residents, words: Words) -> str:
    """At how many residents a verdict turns, where that lies within the range; "" where it does not."""
    measurement, low, central, high = verdict.measurement, residents.low, residents.central, residents.high
    if measurement is None or verdict.scope_kind != "plan" or verdict.outcome not in {"pass", "fail"}:
        return ""
    turn = carried(measurement, verdict.required)
    if turn is None or not (is_known(low) and is_known(central) and is_known(high)):
        return ""
    turns = central <= turn < high if verdict.outcome == "pass" else low <= turn < central
    if not turns:
        return ""
    between = {"low": words.number(low, 0), "high": words.number(high, 0)}
    return words(f"margins.turn_{verdict.outcome}", n=words.number(turn, 0), **between)


def scale_of(verdicts: Iterable[Verdict]) -> float:
    """The end of the scale for a chart of margins: the least of a few that holds three bars of four."""
    sizes = sorted(abs(one) for one in map(relative_margin, verdicts) if one is not None)
    most = sizes[(3 * len(sizes) - 1) // 4] if sizes else 0.0
    return next((scale for scale in SCALES if most <= scale), SCALES[-1])


def margin_mark(
    outcome: Outcome, relative: float | None, range_: MarginSpread | None, scale: float = 1.0
) -> str:
    """The picture of one margin: a bar from the limit, the sign of the outcome, the range."""
    grid = "".join(f"M{_margin_x(at):.0f} 3v20" for at in (-1.0, -0.5, 0.5, 1.0))
    parts = [svg.shape(grid, stroke=FAINT, stroke_width=1)]
    middle, zero = HEIGHT / 2, _margin_x(0.0)
    relative = relative / scale if relative is not None else None
    x = _margin_x(relative if relative is not None else 0.0)
    if relative is not None:
        left, wide = min(zero, x), abs(x - zero)
        parts.append(svg.box(left, middle - 5, wide, 10, fill=COLOURS[outcome], fill_opacity="0.32"))
    parts.append(_line(zero, 1, HEIGHT - 1, INK, 2))
    if range_ is not None:
        low, high = sorted((_margin_x(range_.low / scale), _margin_x(range_.high / scale)))
        d = f"M{low:.1f} {middle - 6:.1f}v12M{low:.1f} {middle:.1f}H{high:.1f}M{high:.1f} {middle - 6:.1f}v12"
        parts.append(svg.shape(d, fill="none", stroke=INK, stroke_width=1.6))
    beyond = relative is not None and abs(relative) > 1
    parts.append(_beyond(x, middle, COLOURS[outcome], relative or 0) if beyond else _sign(outcome, x, middle))
    return _picture("".join(parts))


def margin_axis(words: Words, scale: float = 1.0) -> str:
    """The marks above the margins: from so far below the limit to so far above it."""
    ends = [(at, f"{'−' if at < 0 else '+'}{words.share(abs(at) * scale)}") for at in (-1.0, -0.5, 0.5, 1.0)]
    marks = [*ends, (0.0, words("margins.limit"))]
    said = [_axis_label(_margin_x(at), text, at in {-1.0, 1.0}, at) for at, text in marks]
    return _picture("".join(said), 18)


def share_mark(outcome: Outcome, share: float | None, required: float | None) -> str:
    """The picture of one share: a bar from 0 to 1, the required share as a line, the sign of the outcome."""
    middle = HEIGHT / 2
    parts = [svg.box(LEFT, middle - 6, RIGHT - LEFT, 12, fill="#eef0f1")]
    x = _share_x(share if is_known(share) else 0.0)
    if is_known(share):
        parts.append(svg.box(LEFT, middle - 6, x - LEFT, 12, fill=COLOURS[outcome], fill_opacity="0.42"))
    if is_known(required):
        parts.append(_line(_share_x(required), 1, HEIGHT - 1, INK, 2.4, "5 2.5"))
    parts.append(_sign(outcome, x, middle))
    return _picture("".join(parts))


def amount_mark(part: float, line: float | None, *, binds: bool) -> str:
    """The picture of one amount: a bar from 0 to the `part` of the scale, and a `line` that all share."""
    colour, middle = COLOURS["fail"] if binds else "#7fa8b0", HEIGHT / 2
    bar = svg.box(LEFT, middle - 5, _share_x(part) - LEFT, 10, fill=colour)
    return _picture(bar + (_line(_share_x(line), 0, HEIGHT, INK, 2) if line is not None else ""))


def share_axis(words: Words) -> str:
    """The scale above the shares."""
    said = [_axis_label(_share_x(at), words.share(at), at in {0.0, 1.0}, at - 0.5) for at in (0.0, 0.5, 1.0)]
    return _picture("".join(said), 18)


def _margin_x(relative: float) -> float:
    return (LEFT + RIGHT) / 2 + max(-1.0, min(1.0, relative)) * (RIGHT - LEFT) / 2


def _share_x(share: float) -> float:
    return LEFT + max(0.0, min(1.0, share)) * (RIGHT - LEFT)


def _line(x: float, top: float, bottom: float, colour: str, width: float, dashes: str = "") -> str:
    look: dict[str, str | float] = {"stroke": colour, "stroke_width": width}
    return svg.shape(
        f"M{x:.1f} {top:.1f}V{bottom:.1f}", **look, **({"stroke_dasharray": dashes} if dashes else {})
    )


def _sign(outcome: str, x: float, y: float) -> str:
    """A disc passes, a cross fails, a lozenge is unknown."""
    colour = COLOURS[outcome]
    if outcome == "pass":
        return svg.circle(x, y, 5.5, fill=colour, stroke="#ffffff", stroke_width=1.2)
    if outcome == "fail":
        d = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10"
        return svg.shape(d, stroke="#ffffff", stroke_width=5.5) + svg.shape(d, stroke=colour, stroke_width=3)
    d = f"M{x:.1f} {y - 7:.1f}l7 7-7 7-7-7z"
    return svg.shape(d, fill="#ffffff", stroke=colour, stroke_width=2)


def _beyond(x: float, y: float, colour: str, side: float) -> str:
    """An arrow head: the value lies beyond the scale."""
    step = 9 if side > 0 else -9
    return svg.shape(f"M{x - step / 2:.1f} {y - 7:.1f}l{step} 7 {-step} 7z", fill=colour)


def _axis_label(x: float, said: str, at_end: bool, side: float) -> str:
    anchor = ("start" if side < 0 else "end") if at_end else "middle"
    at = (0.0 if side < 0 else WIDTH) if at_end else x
    return svg.text(at, 9, said, 11.5, fill="#56616c", anchor=anchor)


def _picture(inside: str, height: float = HEIGHT) -> str:
    return (
        f'<svg class="bar" viewBox="0 0 {WIDTH:.0f} {height:.0f}" aria-hidden="true" '
        f'font-family="{FONT}, sans-serif">{inside}</svg>'
    )
