"""
An office's folder, as it would be handed in: a small town of 12 blocks for `blockplan import office`.

Called with the folder to write (default: ``examples/office-town``). All is invented. Every figure can be
checked by hand: blocks are 200 m x 160 m, their parcels quarters or halves of them, streets 20, 24 and 30 m.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import pyogrio
import shapely
import shapely.affinity
import xlsxwriter

from blockplan.plan.files import formats

CRS = "EPSG:4548"
#: South-west corner of the town, m.
EAST, NORTH = 480_000.0, 4_420_000.0
#: Red lines: (name, class, from, to) from west to east and from south to north.
COLUMNS = (
    ("西环路", "主干路", 0, 30),
    ("竹园街", "支路", 230, 250),
    ("中山路", "主干路", 450, 480),
    ("梅园街", "支路", 680, 700),
    ("东环路", "主干路", 900, 930),
)
ROWS = (
    ("南一路", "主干路", 0, 30),
    ("学府街", "支路", 190, 210),
    ("人民路", "次干路", 370, 394),
    ("北一路", "主干路", 554, 584),
)
#: Corners of the four blocks at the crossing of 中山路 and 人民路 are cut by so much, m.
CORNER = 10
HEADINGS = (
    "地块编号", "用地性质代码", "用地性质", "用地面积", "容积率", "建筑密度", "绿地率", "建筑限高",
    "居住人口", "户数", "停车位", "配套设施", "出入口方位", "备注", "建设时序",
)  # fmt: skip
#: Street blocks, a strip from west to east each: number, name, function, from and to (m; in the middle of the
#: streets between them), and the floor area that they may have.
BLOCKS = (
    ("01", "南部街区", "居住", 0, 200, "16.5万㎡"),
    ("02", "中部街区", "商业商务与公共服务", 200, 382, "28.5万㎡"),
    ("03", "北部街区", "居住", 382, 584, "17.3万㎡"),
)
#: Land as it is used today: code, name, and rectangles from west and south to east and north (m).
EXISTING = (
    ("1207", "城镇村道路用地", ((450, 0, 480, 584), (0, 0, 450, 30), (480, 0, 930, 30), (0, 370, 450, 394),
                               (480, 370, 930, 394))),
    ("0703", "农村宅基地", ((0, 30, 240, 200), (0, 394, 240, 584))),
    ("0901", "商业用地", ((480, 200, 580, 370),)),
    ("080403", "中小学用地", ((240, 394, 350, 584),)),
    ("100101", "一类工业用地", ((480, 394, 690, 584),)),
    ("1704", "坑塘水面", ((480, 30, 690, 200),)),
    ("0205", "其他园地", ((690, 200, 930, 370),)),
    ("0103", "旱地", ((240, 30, 450, 200), (690, 30, 930, 200), (0, 200, 450, 370), (580, 200, 690, 370),
                      (350, 394, 450, 584), (690, 394, 930, 584))),
)  # fmt: skip
#: When what is built, by the beginning of a parcel's number; the rest comes in between.
NEAR, FAR = ("01-01", "01-02", "01-03", "02-02", "02-03"), ("03-03", "03-04")


@dataclass(frozen=True)
class Lot:
    """
    A parcel: block (column and row from the south-west), part of it, use, and what
    the spreadsheet says.
    """

    number: str
    block: tuple[int, int]
    part: str
    code: str
    name: str
    far: str = "/"
    coverage: str = "/"
    green: str = "/"
    height: str = "/"
    residents: int | str = "-"
    dwellings: int | str = "-"
    parking: int | str = "-"
    facilities: str = "-"
    access: str = "-"
    remarks: str = ""


def home(number: str, block: tuple[int, int], part: str, facilities: str = "-", **more: str) -> Lot:
    """A quarter for 400 residents in 160 homes, two of floor area on one of land."""
    use = {"code": "R2", "name": "二类居住用地", "remarks": ""} | more
    return Lot(
        number,
        block,
        part,
        use["code"],
        use["name"],
        "≤2.0",
        "25%",
        "35",
        "54米",
        400,
        160,
        176,
        facilities,
        "N" if part.startswith("n") else "S",
        use["remarks"],
    )


LOTS = (
    # Block 01-01 to 01-04, the southern row from west to east.
    home("01-01-01", (0, 0), "nw", "幼儿园一所（12班）、社区服务站"),
    home("01-01-02", (0, 0), "ne"),
    home("01-01-03", (0, 0), "sw"),
    home("01-01-04", (0, 0), "se", "日间照料中心（建筑面积800平方米）"),
    Lot("01-02-01", (1, 0), "n", "A33", "中小学用地", "≤0.8", "≤30", "≥35", "24",
        facilities="小学一所（24班）", access="N"),
    home("01-02-02", (1, 0), "sw", "社区卫生服务站、文化活动站"),
    home("01-02-03", (1, 0), "se"),
    Lot("01-03-01", (2, 0), "all", "G1", "公园绿地", green="≥75"),
    home("01-04-01", (3, 0), "nw"),
    home("01-04-02", (3, 0), "ne", "菜市场(建筑面积1500㎡)"),
    home("01-04-03", (3, 0), "sw"),
    Lot("01-04-04", (3, 0), "se", "U12", "供电用地", "≤1.0", "40", "20", "18"),
    # The middle row.
    home("02-01-01", (0, 1), "nw"),
    home("02-01-02", (0, 1), "ne"),
    Lot("02-01-03", (0, 1), "sw", "A6", "社会福利用地", "1.2-1.5", "30", "40", "≤36",
        facilities="养老院（150床）"),
    Lot("02-01-04", (0, 1), "se", "A51", "医院用地", "≤1.5", "30", "35", "45",
        facilities="医院（用地0.8公顷）"),
    home("02-02-01", (1, 1), "nw", "体育活动场地（用地1000平方米）"),
    home("02-02-02", (1, 1), "ne", "12班幼儿园"),
    home("02-02-03", (1, 1), "sw"),
    Lot("02-02-04", (1, 1), "se", "A22", "文化活动用地", "≤1.5", "45", "25", "30",
        facilities="文化活动中心（建筑面积3000平方米）"),
    Lot("02-03-01", (2, 1), "w", "B1", "商业用地", "≤3.0", "50", "20", "80", parking=300, access="W"),
    Lot("02-03-02", (2, 1), "e", "B2", "商务用地", "≤3.5", "45", "25", "100米（黄海高程≤138.5米）",
        parking=350, access="E"),
    home("02-04-01", (3, 1), "nw"),
    home("02-04-02", (3, 1), "ne"),
    home("02-04-03", (3, 1), "sw", "幼儿园（9班）"),
    home("02-04-04", (3, 1), "se"),
    # The northern row.
    home("03-01-01", (0, 2), "nw"),
    home("03-01-02", (0, 2), "ne"),
    home("03-01-03", (0, 2), "sw"),
    Lot("03-01-04", (0, 2), "se", "S42", "社会停车场用地", "-", "-", "-", "9999", parking=200),
    Lot("03-02-01", (1, 2), "w", "A33", "中小学用地", "≤0.8", "30", "35", "24",
        facilities="初级中学一所（24班）", access="W"),
    home("03-02-02", (1, 2), "ne", "社区卫生服务中心（建筑面积1700平方米）"),
    home("03-02-03", (1, 2), "se"),
    home("03-03-01", (2, 2), "w", code="R2/B1", name="商住混合用地", remarks="商业不超过20%"),
    Lot("03-03-02", (2, 2), "e", "G3", "广场用地", green="≥35"),
    home("03-04-01", (3, 2), "nw", "社区服务站、便民商店"),
    home("03-04-02", (3, 2), "ne"),
    home("03-04-03", (3, 2), "sw"),
    Lot("03-04-04", (3, 2), "se", "G2", "防护绿地"),
)  # fmt: skip
PARTS = {
    "all": (0, 0, 200, 160), "n": (0, 80, 200, 160), "w": (0, 0, 100, 160), "e": (100, 0, 200, 160),
    "nw": (0, 80, 100, 160), "ne": (100, 80, 200, 160), "sw": (0, 0, 100, 80), "se": (100, 0, 200, 80),
}  # fmt: skip


def shape(lot: Lot) -> shapely.Polygon:
    """The outline of a parcel, with its corner cut where it stands at the great crossing."""
    west, south = COLUMNS[lot.block[0]][3], ROWS[lot.block[1]][3]
    left, low, right, top = PARTS[lot.part]
    whole = shapely.box(west + left, south + low, west + right, south + top)
    x = (COLUMNS[2][2], COLUMNS[2][3])
    y = (ROWS[2][2], ROWS[2][3])
    cut = [
        shapely.Polygon([(x[side], y[level]), (x[side] + dx, y[level]), (x[side], y[level] + dy)])
        for side, dx in ((0, -CORNER), (1, CORNER))
        for level, dy in ((0, -CORNER), (1, CORNER))
    ]
    return shapely.affinity.translate(whole.difference(shapely.union_all(cut)), EAST, NORTH)


def built(lot: Lot) -> str:
    """When a parcel is built, as the office writes it."""
    return "近期" if lot.number[:5] in NEAR else "远期" if lot.number[:5] in FAR else "中期"


def hectares(lot: Lot) -> float:
    """Site area as the office writes it."""
    return round(shape(lot).area / 1e4, 4)


def parcels() -> gpd.GeoDataFrame:
    """Number and use, as a drawing carries them."""
    table = {
        "DKBH": [lot.number for lot in LOTS],
        "YDDM": [lot.code for lot in LOTS],
        "YDXZ": [lot.name for lot in LOTS],
    }
    return gpd.GeoDataFrame(table, geometry=[shape(lot) for lot in LOTS], crs=CRS)


def streets() -> gpd.GeoDataFrame:
    """Centre lines from end to end."""
    width, height = COLUMNS[-1][3], ROWS[-1][3]
    lines = [shapely.LineString([((a + b) / 2, 0), ((a + b) / 2, height)]) for _, _, a, b in COLUMNS]
    lines += [shapely.LineString([(0, (a + b) / 2), (width, (a + b) / 2)]) for _, _, a, b in ROWS]
    bands = (*COLUMNS, *ROWS)
    table = {
        "道路名称": [one[0] for one in bands],
        "道路等级": [one[1] for one in bands],
        "红线宽度": [one[3] - one[2] for one in bands],
    }
    moved = [shapely.affinity.translate(line, EAST, NORTH) for line in lines]
    return gpd.GeoDataFrame(table, geometry=moved, crs=CRS)


def boundary() -> gpd.GeoDataFrame:
    """The planned land, to the outer red lines."""
    box = shapely.box(EAST, NORTH, EAST + COLUMNS[-1][3], NORTH + ROWS[-1][3])
    return gpd.GeoDataFrame({"名称": ["示例镇中心区控制性详细规划"]}, geometry=[box], crs=CRS)


def stops() -> gpd.GeoDataFrame:
    """Bus stops on 中山路 and 人民路."""
    places = [(465, 300), (465, 480), (240, 382), (690, 382)]
    table = {"站名": ["中山路南站", "中山路北站", "竹园街站", "梅园街站"], "类型": ["公交"] * 4}
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(EAST + x, NORTH + y) for x, y in places], crs=CRS)


def subblocks() -> gpd.GeoDataFrame:
    """The 12 blocks between the streets (街坊)."""
    table: dict[str, list[str]] = {"JFBH": []}
    shapes = []
    for row in range(3):
        for column in range(4):
            table["JFBH"].append(f"0{row + 1}-0{column + 1}")
            shapes.append(shapely.union_all([shape(lot) for lot in LOTS if lot.block == (column, row)]))
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def blocks() -> gpd.GeoDataFrame:
    """The street blocks (街区), to the middle of the streets between them."""
    width = COLUMNS[-1][3]
    shapes = [shapely.box(EAST, NORTH + low, EAST + width, NORTH + top) for *_, low, top, _ in BLOCKS]
    table = {
        "街区编号": [one[0] for one in BLOCKS],
        "街区名称": [one[1] for one in BLOCKS],
        "主导功能": [one[2] for one in BLOCKS],
        "建筑规模": [one[5] for one in BLOCKS],
    }
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def existing() -> gpd.GeoDataFrame:
    """What the land is used for today, an area each."""
    rows = [
        (code, name, shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north))
        for code, name, boxes in EXISTING
        for west, south, east, north in boxes
    ]
    table = {"DLBM": [code for code, _, _ in rows], "DLMC": [name for _, name, _ in rows]}
    return gpd.GeoDataFrame(table, geometry=[shape for _, _, shape in rows], crs=CRS)


def write_shapefile(frame: gpd.GeoDataFrame, file: Path) -> None:
    """A Shapefile in GB18030, as an old program writes it: without a .cpg file that says so."""
    pyogrio.set_gdal_config_options({"DBF_DATE_LAST_UPDATE": "2024-06-28"})
    pyogrio.write_dataframe(
        frame,
        file,
        driver="ESRI Shapefile",
        encoding="GBK",
        layer_options={"DBF_DATE_LAST_UPDATE": "2024-06-28"},
    )
    file.with_suffix(".cpg").unlink(missing_ok=True)
    with file.with_suffix(".dbf").open("r+b") as table:
        table.seek(29)
        table.write(b"\x00")


def write_table(file: Path) -> None:
    """The table of control figures: title, headings over two rows, blocks as headings, sums and a note."""
    book = xlsxwriter.Workbook(str(file))
    book.set_properties({"created": dt.datetime(2024, 6, 28)})  # noqa: DTZ001 (a workbook knows no zone)
    sheet = book.add_worksheet("地块控制指标")
    sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "示例镇中心区地块控制指标一览表")
    for at, name in enumerate(HEADINGS):
        unit = {
            "用地面积": "（公顷）",
            "建筑密度": "(%)",
            "绿地率": "（％）",
            "建筑限高": "（m）",
            "居住人口": "（人）",
            "户数": "(户)",
            "停车位": "（个）",
        }.get(name, "")
        if 4 <= at <= 7:
            sheet.write(2, at, name + unit)
        else:
            sheet.merge_range(1, at, 2, at, name + unit)
    sheet.merge_range(1, 4, 1, 7, "规划控制指标")
    row = 3
    for level in range(3):
        sheet.merge_range(row, 0, row, len(HEADINGS) - 1, f"0{level + 1}街区")
        row += 1
        lots = [lot for lot in LOTS if lot.block[1] == level]
        for lot in lots:
            number = lot.number.replace("0", "O", 1) if lot.number == "02-04-03" else lot.number
            cells = (
                number, lot.code, lot.name, hectares(lot), lot.far, lot.coverage, lot.green, lot.height,
                lot.residents, lot.dwellings, lot.parking, lot.facilities, lot.access, lot.remarks,
                built(lot),
            )  # fmt: skip
            for at, cell in enumerate(cells):
                sheet.write(row, at, cell)
            row += 1
        sheet.write(row, 0, "小计")
        sheet.write(row, 3, round(sum(shape(lot).area for lot in lots) / 1e4, 4))
        sheet.write(row, 8, sum(lot.residents for lot in lots if isinstance(lot.residents, int)))
        row += 1
    sheet.write(row, 0, "合计")
    sheet.write(row, 3, round(sum(shape(lot).area for lot in LOTS) / 1e4, 4))
    sheet.write(
        row + 1,
        0,
        "注：2024年6月28日编制。坐标系为2000国家大地坐标系，中央子午线117°；高程为1985国家高程基准。",
    )
    book.close()


def full_table() -> gpd.GeoDataFrame:
    """The same parcels with all figures on the layer, under the short names of a database."""
    frame = parcels()
    fields = {
        "YDMJ": hectares, "RJL": "far", "JZMD": "coverage", "LDL": "green", "JZXG": "height",
        "RK": "residents", "HS": "dwellings", "TCW": "parking", "PTSS": "facilities",
        "CRKFW": "access", "BZ": "remarks", "JSSX": built,
    }  # fmt: skip
    for name, of in fields.items():
        values = [of(lot) if callable(of) else getattr(lot, of) for lot in LOTS]
        numbers = name in {"RK", "HS", "TCW"}
        frame[name] = [None if numbers and value == "-" else value for value in values]
    return frame


#: What is wrong with the drawing: the rule that tells it, its size (m), and x and y from the town's corner.
DEFECTS = (
    ("cad-unclosed", 0.2, 30.1, 110.0),
    ("cad-duplicate", 360.0, 750.0, 150.0),
    ("cad-duplicate", 160.0, 480.0, 110.0),
    ("cad-dangle", 12.0, 300.0, 15.0),
    ("cad-sliver", 0.05, 550.0, 200.025),
    ("cad-lines", 720.0, 580.0, 110.0),
    ("cad-text", 5.4, 474.6, 102.0),
)


def write_drawing(file: Path) -> None:
    """
    The town as a drawing in code page 936, with the defects that drawings have (`DEFECTS`).

    Numbers are texts in the parcels, one a block with attributes; the park is drawn as lines. Streets, stops,
    street blocks and the boundary are layers of their own.
    """
    ezdxf.options.write_fixed_meta_data_for_testing = True  # no day and no number of its own
    document = ezdxf.new("R2000")
    document.encoding = "gbk"
    space = document.modelspace()
    label = document.blocks.new("指标块")
    label.add_attdef("地块编号", (0, 0), dxfattribs={"height": 4})
    for lot in LOTS:
        _draw(space, lot)
    drawn = {"道路中心线": streets(), "规划范围": boundary(), "街坊": subblocks()}
    for name, frame in drawn.items():
        for outline in frame.geometry:
            ring = outline.exterior if outline.geom_type == "Polygon" else outline
            closed = outline.geom_type == "Polygon"
            space.add_lwpolyline(
                list(ring.coords)[: -1 if closed else None], close=closed, dxfattribs={"layer": name}
            )
    for _, stop in stops().iterrows():
        space.add_point((stop.geometry.x, stop.geometry.y), dxfattribs={"layer": "公交站点"})
    # Beside the town: a line alone, a ring of 5 cm, and a number in no parcel.
    space.add_line((EAST + 300, NORTH + 15), (EAST + 312, NORTH + 15), dxfattribs={"layer": "规划地块"})
    space.add_lwpolyline(
        [(EAST + x, NORTH + y) for x, y in ((500, 200), (600, 200), (600, 200.05), (500, 200.05))],
        close=True,
        dxfattribs={"layer": "规划地块"},
    )
    _text(space, "09-09-09", EAST + 465, NORTH + 100)
    document.saveas(file)


def _draw(space: Any, lot: Lot) -> None:
    """The outline of a parcel and its number."""
    corners = list(shape(lot).exterior.coords)
    attributes = {"layer": "规划地块"}
    if lot.number == "01-01-01":  # open by 0.2 m
        first, last = corners[0], corners[-2]
        away = math.dist(first, last)
        end = tuple(a + (b - a) * 0.2 / away for a, b in zip(first, last, strict=True))
        space.add_lwpolyline([*corners[:-1], end], dxfattribs=attributes)
    elif lot.number == "01-03-01":  # drawn as lines, one of them twice
        for one, other in [*pairwise(corners), (corners[0], corners[1])]:
            space.add_line(one, other, dxfattribs=attributes)
    else:
        space.add_lwpolyline(corners[:-1], close=True, dxfattribs=attributes)
    if lot.number == "01-04-01":  # drawn twice
        space.add_lwpolyline(corners[:-1], close=True, dxfattribs=attributes)
    middle = shape(lot).representative_point()
    if lot.number == "03-04-02":
        block = space.add_blockref("指标块", (middle.x, middle.y), dxfattribs={"layer": "指标块"})
        block.add_attrib("地块编号", lot.number, (middle.x, middle.y), dxfattribs={"height": 4})
    else:
        _text(space, lot.number, middle.x, middle.y)


def _text(space: Any, text: str, x: float, y: float) -> None:
    space.add_text(text, height=4, dxfattribs={"layer": "地块编号"}).set_placement((x, y))


def main(folder: Path) -> None:
    shapes = folder / "shapefiles"
    shapes.mkdir(parents=True, exist_ok=True)
    for name, frame in (
        ("规划地块", parcels()),
        ("道路中心线", streets()),
        ("规划范围", boundary()),
        ("公交站点", stops()),
        ("街坊", subblocks()),
        ("街区", blocks()),
        ("现状用地", existing()),
    ):
        write_shapefile(frame, shapes / f"{name}.shp")
    write_table(shapes / "地块控制指标一览表.xlsx")
    (folder / "geopackage").mkdir(exist_ok=True)
    formats.write_layers(
        {
            "GHDK": full_table(),
            "DLZX": streets(),
            "GHFW": boundary(),
            "GJZ": stops(),
            "GHJF": subblocks(),
            "JQ": blocks(),
            "XZYD": existing(),
        },
        folder / "geopackage" / "示例镇.gpkg",
    )
    (folder / "drawing").mkdir(exist_ok=True)
    write_drawing(folder / "drawing" / "示例镇.dxf")
    shutil.copyfile(shapes / "地块控制指标一览表.xlsx", folder / "drawing" / "地块控制指标一览表.xlsx")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "office-town")
