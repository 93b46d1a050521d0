"""Small plans in GML, written by hand."""

from __future__ import annotations

import shapely

XPLAN = "http://www.xplanung.de/xplangml/6/0"
URF = "https://www.geospatial.jp/iur/urf/2.0"
GML = "http://www.opengis.net/gml/3.2"


def ring(shape):
    places = " ".join(f"{x} {y}" for x, y in shape.exterior.coords)
    return (
        f"<gml:exterior><gml:LinearRing><gml:posList>{places}</gml:posList></gml:LinearRing></gml:exterior>"
    )


def feature(name, shape, /, prefix="xplan", place="position", crs="EPSG:25832", **fields):
    """A feature of a class with an area, or a point."""
    if shape.geom_type == "Point":
        drawn = f'<gml:Point srsName="{crs}"><gml:pos>{shape.x} {shape.y}</gml:pos></gml:Point>'
    else:
        drawn = f'<gml:Polygon srsName="{crs}">{ring(shape)}</gml:Polygon>'
    said = "".join(f"<{prefix}:{key}>{value}</{prefix}:{key}>" for key, value in fields.items())
    return (
        f"<gml:featureMember><{prefix}:{name}>{said}<{prefix}:{place}>{drawn}</{prefix}:{place}>"
        f"</{prefix}:{name}></gml:featureMember>"
    )


def gml(file, *features, prefix="xplan", namespace=XPLAN, head=""):
    spaces = f'xmlns:{prefix}="{namespace}" xmlns:gml="{GML}"'
    body = "\n".join(features)
    file.write_text(
        f'<?xml version="1.0" encoding="utf-8"?>\n{head}<{prefix}:Auszug {spaces}>{body}</{prefix}:Auszug>',
        "utf-8",
    )
    return file


def area(name, shape, /, **fields):
    return feature(name, shape, **{"flaechenschluss": "true", "ebene": 0} | fields)


WEST, EAST, FAR = (shapely.box(at, 5_940_000, at + 100, 5_940_100) for at in (565_000, 565_100, 565_200))
LAND = shapely.box(565_000, 5_940_000, 565_200, 5_940_100)


def plan_of(*more, land=LAND):
    return [
        feature("BP_Plan", land, place="raeumlicherGeltungsbereich", name="Am Deich"),
        area("BP_BaugebietsTeilFlaeche", WEST, besondereArtDerBaulNutzung=1200, GRZ=0.4, GFZ=0.8),
        area("BP_GruenFlaeche", EAST, allgemein=1600),
        *more,
    ]
