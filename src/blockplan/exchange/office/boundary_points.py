"""
Boundary-point text files (勘测定界界址点坐标): blocks of parcels with their points, north first.

Lines ``n,area,number,name,面,,,,@`` begin a parcel; lines ``J1,ring,north,east`` are its points. The head
(`[属性描述]`) says the datum, the width of the zones and the zone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from blockplan.exchange.office.source import SourceFinding, SourceLayer, SourceReading
from blockplan.plan.files import encodings

if TYPE_CHECKING:
    from pathlib import Path


def read_boundary_points(path: Path, label: str, _known: Any = None) -> SourceReading:
    """The parcels of the file; a text file without any gives its lines as remarks."""
    reading = SourceReading()
    data = path.read_bytes()[:50_000_000]
    text = encodings.decoded(data, encodings.detect(data.splitlines()[:5000])) or data.decode(
        "gb18030", "replace"
    )
    rows: list[tuple[dict[str, Any], dict[str, list[tuple[float, float]]]]] = []
    head: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in line.strip().split(",")]
        if line.rstrip().endswith("@") and len(parts) >= 4:
            rows.append(({"面积": parts[1], "地块编号": parts[2], "地块名称": parts[3]}, {}))
        elif rows and len(parts) >= 4 and parts[0][:1].upper() == "J":
            try:
                rows[-1][1].setdefault(parts[1], []).append((float(parts[3]), float(parts[2])))
            except ValueError:
                reading.findings.append(
                    SourceFinding(
                        rule="office-value",
                        grade="warning",
                        message=f"Line {number} is no boundary point: {line[:60]!r}.",
                        file=label,
                    )
                )
        elif line.strip() and not rows:
            head.append(line.strip())
    reading.remarks += head[:200]
    shapes = [_polygon(rings) for _, rings in rows]
    kept = [(row, shape) for (row, _), shape in zip(rows, shapes, strict=True) if shape is not None]
    if kept:
        frame = gpd.GeoDataFrame([row for row, _ in kept], geometry=[shape for _, shape in kept])
        reading.layers.append(SourceLayer(label, path.stem, frame, units={"面积": "ha"}, remarks=head))
    return reading


def _polygon(rings: dict[str, list[tuple[float, float]]]) -> Any:
    closed = [shapely.Polygon(points) for points in rings.values() if len(points) >= 3]
    if not closed:
        return None
    closed.sort(key=lambda one: -one.area)
    outer, *others = closed
    holes = [one.exterior for one in others if outer.contains(one.representative_point())]
    apart = [one for one in others if not outer.contains(one.representative_point())]
    whole = shapely.Polygon(outer.exterior, holes)
    return shapely.MultiPolygon([whole, *apart]) if apart else whole
