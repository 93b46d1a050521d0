"""Small OpenStreetMap files for tests: a grid of nodes 0.001 degrees apart, ways by node number."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from pathlib import Path

#: South-west node; one step east is about 85 m, one step north about 111 m.
WEST, SOUTH, STEP = 116.300, 39.900, 0.001
Tags = dict[str, str]


def tagged(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def node(number: int, column: float, row: float, **tags: str) -> str:
    """A node so many steps east and north; `a__b` in a key stands for `a:b`."""
    where = f'lat="{SOUTH + row * STEP:.7f}" lon="{WEST + column * STEP:.7f}"'
    return f'<node id="{number}" {where}>{tagged(plain(tags))}</node>'


def way(number: int, refs: list[int], **tags: str) -> str:
    inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{number}">{inside}{tagged(plain(tags))}</way>'


def relation(number: int, members: list[tuple[str, int, str]], **tags: str) -> str:
    kinds = {"n": "node", "w": "way", "r": "relation"}
    inside = "".join(f'<member type="{kinds[k]}" ref="{ref}" role="{role}"/>' for k, ref, role in members)
    return f'<relation id="{number}">{inside}{tagged(plain(tags))}</relation>'


def plain(tags: Tags) -> Tags:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def write_osm(folder: Path, *elements: str, name: str = "town.osm", bounds: str = "") -> Path:
    """An .osm file of elements, nodes first, as such files are; of two with one id the last counts."""
    last = {text.split('"')[0] + text.split('"')[1]: text for text in elements}
    order = sorted(last.values(), key=lambda text: ("<node", "<way", "<relation").index(text.split(" ")[0]))
    file = folder / name
    body = "\n".join(order)
    file.write_text(f'<osm version="0.6">{bounds}\n{body}\n</osm>\n', encoding="utf-8")
    return file


def grid(columns: int = 4, rows: int = 4) -> list[str]:
    """Nodes 1, 2, 3 ... from the south-west, row after row, one step apart."""
    return [node(row * columns + column + 1, column, row) for row in range(rows) for column in range(columns)]
