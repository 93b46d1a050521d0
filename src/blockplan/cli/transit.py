"""``blockplan measure transit``: jobs and people within minutes, by timetable and on foot."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, progress, show_json, show_table
from blockplan.errors import PlanDataError, UsageError
from blockplan.figures import amount, known

if TYPE_CHECKING:
    from blockplan.measure.access.transit import TransitCase, TransitReach
    from blockplan.network import Network
    from blockplan.network.slopes import BothWays


class Moment(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no parameters here
    """A moment, written 2019-05-13T14:00."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """The moment, or a usage error that shows the form."""
        if isinstance(value, dt.datetime):
            return value
        try:
            found = dt.datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or len(value) <= len("2019-05-13"):
            self.fail(
                f"{value!r} is no moment; write it as 2019-05-13T14:00, in the feeds' own time", param, ctx
            )
        return found


class NumberList(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no parameters here
    """Numbers with commas between them."""

    name = "numbers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """The numbers, or a usage error."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(float(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is no list of numbers; write it as 30,45,60", param, ctx)


@click.command(
    epilog="Example: blockplan measure transit --gtfs bus.zip --gtfs rail.zip --streets streets.parquet "
    "--points hexagons.parquet --at 2019-05-13T14:00 --within 30,45,60 --json"
)
@click.option(
    "--gtfs", required=True, multiple=True, metavar="ZIP",
    help="A feed, zipped or as a folder; again for each more. ZIP ZIP ... after one --gtfs is the same.",
)  # fmt: skip
@click.argument("more_gtfs", nargs=-1, metavar="[ZIP]...")
@click.option("--streets", required=True, metavar="FILE", help="Street lines, in a projected CRS.")
@click.option("--streets-layer", metavar="LAYER", help="Layer of a file with several.")
@click.option(
    "--points", required=True, metavar="FILE", help="Where one starts, with what is there to reach."
)
@click.option("--points-layer", metavar="LAYER", help="Layer of a file with several.")
@click.option("--point-id", metavar="COLUMN", help="Ids of the points; default: id, else the row number.")
@click.option(
    "--count", "counts", multiple=True, metavar="COLUMN",
    help="What is counted at the points; default: jobs, population, residents, people as far as there.",
)  # fmt: skip
@click.option("--at", required=True, type=Moment(), help="Departure, such as 2019-05-13T14:00.")
@click.option("--until", type=Moment(), help="Leave in every step from --at until (before) here.")
@click.option("--step", default=1.0, show_default=True, metavar="MIN", help="Minutes between departures.")
@click.option("--within", default="30,45,60", type=NumberList(), show_default=True, help="Limits in minutes.")
@click.option(
    "--percentiles", default="25,50,75", type=NumberList(), show_default=True, help="Of the travel time."
)
@click.option("--walk-km-h", default=4.0, show_default=True, help="Walking speed.")
@click.option("--walk-limit", default=1000.0, show_default=True, metavar="M", help="Walk to or from a stop.")
@click.option("--change-limit", default=500.0, show_default=True, metavar="M", help="Walk between stops.")
@click.option(
    "--join-limit", default=200.0, show_default=True, metavar="M", help="From a point or stop to a street."
)
@click.option(
    "--change-time", default=0, show_default=True, metavar="S", help="Least seconds to change at a stop."
)
@click.option(
    "--terrain", metavar="RASTER",
    help="Heights in metres (GeoTIFF): uphill takes longer. Needs the extra `terrain`. Default: level.",
)  # fmt: skip
@click.option("--no-stairs", is_flag=True, help="Walk no stairs (streets of class or highway `steps`).")
@click.option(
    "--add", multiple=True, metavar="ZIP|TOML",
    help="A feed, or a new line drawn in TOML, that is added: before and after it are compared.",
)  # fmt: skip
@click.option(
    "--matrix",
    metavar="FILE",
    help="Write travel times (the median of the window) as a long table: CSV or Parquet.",
)
@json_option
def command(**given: Any) -> None:
    """
    Count the jobs and people within minutes of each point, by timetable and on foot.

    Walks go to, between and from stops along the streets, or all the way. Blank times of the feeds are
    interpolated and counted. A point that is too far from the streets is null, not zero.
    """
    from blockplan.exchange.gtfs import read_feeds
    from blockplan.measure.access.transit import compare, journeys, transit_reach, travel_minutes
    from blockplan.measure.missing import lines

    case = _case(given)
    with progress("Reading the feeds") as say:
        feeds = read_feeds([*given["gtfs"], *given["more_gtfs"], *given["add"]])
        kept = len(feeds) - len(given["add"])
        say("Finding ways on foot")
        made = journeys(case, feeds[:kept])
        say("Scanning the timetable")
        before = transit_reach(case, feeds[:kept], made)
        after = transit_reach(case, feeds) if given["add"] else None
        if given["matrix"]:
            say("Writing the matrix")
            _write(given["matrix"], case, travel_minutes(case, made))
    document = _document(before)
    slopes = case.walking.slopes
    if slopes is not None and slopes.unknown.any():
        document["notes"].append(
            f"{slopes.unknown.sum()} of {len(slopes.unknown)} pieces of streets have an end without a height "
            f"in {given['terrain']}: they are walked as on level ground."
        )
    document["definition"]["stairs"] = "not walked" if given["no_stairs"] else "walked"
    document["definition"]["terrain"] = given["terrain"]
    if after is not None:
        document["after"] = {"shares": _shares(after), "feeds": after.feeds, "notes": lines(after.notes)}
        document["changed"] = compare(before, after)
    if given["as_json"]:
        show_json(document)
    else:
        _show(document)


def _case(given: dict[str, Any]) -> TransitCase:
    from blockplan.exchange.tables import read_points
    from blockplan.measure.access.transit import TransitCase, Window
    from blockplan.network import walking
    from blockplan.network.journeys import Walking
    from blockplan.plan.files.formats import read_layer
    from blockplan.plan.model.frames import tidy

    with progress("Reading streets and points"):
        lines = read_layer(given["streets"], given["streets_layer"])
        crs = getattr(lines, "crs", None)
        if crs is None:
            raise UsageError(f"{given['streets']} has no lines in a declared CRS.\nGive streets with one.")
        points = read_points(given["points"], given["counts"], given["point_id"], given["points_layer"])
        network = walking(tidy("streets", lines)[0], stairs=not given["no_stairs"])
        if not network.edges:
            raise PlanDataError(
                f"{given['streets']} has no street to walk on: {len(lines)} rows, none a line that may be "
                "walked.\nGive street lines; a column `walk` says which are walked on."
            )
        slopes = _slopes(given["terrain"], network, crs) if given["terrain"] else None
    window = Window(start=given["at"], end=given["until"], step_s=round(given["step"] * 60))
    on_foot = Walking(
        km_per_h=given["walk_km_h"], stop_limit_m=given["walk_limit"],
        change_limit_m=given["change_limit"], join_limit_m=given["join_limit"], slopes=slopes,
    )  # fmt: skip
    return TransitCase(
        network, crs, points, window, on_foot, given["within"], given["percentiles"], given["change_time"]
    )


def _slopes(raster: str, network: Network, crs: Any) -> BothWays:
    import numpy as np

    from blockplan.exchange.terrain import read_heights
    from blockplan.network.slopes import both_ways

    heights = read_heights(raster, network.xy, crs)
    if np.isnan(heights).all():
        raise PlanDataError(
            f"{raster} has no height at any crossing or end of the streets.\n"
            "Give a raster of the same place, with a CRS that is right."
        )
    return both_ways(network, heights)


def _document(found: TransitReach) -> dict[str, Any]:
    from blockplan.measure.missing import lines

    return {
        "definition": found.definition,
        "unit": "share 1; reached in what is counted",
        "totals": {name: found.total(name) for name in found.counts},
        "shares": _shares(found),
        "feeds": found.feeds,
        "interpolated": sum(feed["interpolated"] for feed in found.feeds),
        "notes": list(lines(found.notes)),
        "points": _points(found),
    }


def _shares(found: TransitReach) -> list[dict[str, Any]]:
    people = next((name for name in ("population", "residents", "people") if name in found.counts), None)
    return [
        {
            "count": name,
            "within_min": limit,
            "mean_share": found.mean_share(name, limit),
            "mean_share_by": people,
            "mean_share_weighted": None if people is None else found.mean_share(name, limit, people),
            "by_percentile": {
                f"{percentile:g}": found.mean_share(name, limit, None, percentile)
                for percentile in found.by_percentile
            },
        }
        for name in found.counts
        for limit in found.limits_min
    ]


def _points(found: TransitReach) -> list[dict[str, Any]]:
    rows = []
    for at, name in enumerate(found.ids):
        values = []
        for row, count in enumerate(found.counts):
            total = found.total(count)
            for column, limit in enumerate(found.limits_min):
                reached = known(found.reached[row, column, at])
                values.append({
                    "count": count,
                    "within_min": limit,
                    "reached": reached,
                    "share": None if reached is None or not total else reached / total,
                    "by_percentile": {
                        f"{percentile:g}": known(numbers[row, column, at])
                        for percentile, numbers in found.by_percentile.items()
                    },
                })  # fmt: skip
        rows.append({"id": name, "values": values})
    return rows


def _write(path: str, case: TransitCase, minutes: Any) -> None:
    import numpy as np
    import pandas as pd

    from blockplan.plan.files.archive import writing_file

    if Path(path).suffix.lower() not in {".csv", ".parquet"}:
        raise UsageError(f"{path} is neither .csv nor .parquet.\nName one of these.")
    row, column = np.nonzero(np.isfinite(minutes))
    ids = np.array(case.points.ids, dtype=object)
    table = pd.DataFrame(
        {"from_id": ids[row], "to_id": ids[column], "minutes": minutes[row, column].round(3)}
    )
    with writing_file(path) as place:
        if Path(path).suffix.lower() == ".csv":
            table.to_csv(place, index=False)
        else:
            table.to_parquet(place, index=False)


def _show(document: dict[str, Any]) -> None:
    after = {(row["count"], row["within_min"]): row for row in document.get("after", {}).get("shares", [])}
    rows = []
    for row in document["shares"]:
        cells = [
            row["count"],
            f"{row['within_min']:g}",
            _share(row["mean_share"]),
            _share(row["mean_share_weighted"]),
        ]
        if after:
            cells.append(_share(after[row["count"], row["within_min"]]["mean_share"]))
        rows.append(cells)
    headers = ["count", "within min", "mean share", "weighted by people"]
    show_table(headers + (["mean share after"] if after else []), rows)
    if after:
        click.echo(f"\nPoints that reach more or less: {len({row['id'] for row in document['changed']})}")
    for feed in document["feeds"]:
        click.echo(
            f"\n{feed['feed']}: {feed['trips_running']} trips run in that time; {feed['interpolated']} of "
            f"{feed['stop_times']} stop times were blank and are interpolated"
        )
        for lost in feed["dropped"]:
            click.echo(f"  dropped: {lost['n']} {lost['what']} (first: {lost['first']})")
        for note in feed["notes"]:
            click.echo(f"  {note}")
    for note in document["notes"]:
        click.echo(note)


def _share(value: float | None) -> str:
    return amount(value, "1", "en")
