"""
How well `blockplan check text` finds errors that were seeded in texts of a plan.

    python benchmarks/check_text.py                   three plans in zh, ja and en
    python benchmarks/check_text.py --size 2.5        texts of 30 pages and more
    python benchmarks/check_text.py --plan FOLDER     another plan beside the invented ones
    python benchmarks/check_text.py --list            and each error without a comment, each false alarm
    python benchmarks/check_text.py --out DIR         and the texts, as they are and with comments
    python benchmarks/check_text.py --seeds 1 2 3     other draws of text and errors

A line a text: numbers, names and ends of ranges that are bound; of the seeded errors those with a comment,
those listed as doubts, those reported as unbound; alarms that are false, of all that was read. With `--out` and
LibreOffice the pages of the text on A4 as well.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":  # a script finds what lies beside it by the repository
    sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from benchmarks.seeded_text import score, seeded_text
from benchmarks.synthetic import a_full_plan
from pypdf import PdfReader

from blockplan.check import check
from blockplan.deliver.text import check_text, write_comments
from blockplan.deliver.text.reported import Report
from blockplan.plan import read
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.plan import Plan

REPO = Path(__file__).parents[1]
FIRST, LAST = "云清怀启明安瑞宁和永", "溪麓泉禾川岸桥原庭津"
ENGLISH = ("Alder", "Birch", "Cedar", "Dale", "Elm", "Fern", "Grove", "Hazel", "Iris", "Juniper",
           "Kestrel", "Linden", "Maple", "Nettle", "Olive", "Poplar", "Quince", "Rowan", "Sorrel", "Thorn")  # fmt: skip
KINDS = {"nursing_home": ("养老院", "老人ホーム", "Nursing Home"), "culture": ("文化馆", "文化会館", "Culture Centre"),
         "library": ("图书馆", "図書館", "Library")}  # fmt: skip


def an_invented_plan(parcels: int = 400, seed: int = 1) -> Plan:
    """A generated plan whose streets, blocks and facilities have names, and whose limits vary."""
    draw = np.random.default_rng(seed)
    plan = a_full_plan(parcels, buildings_per_parcel=1, seed=seed)
    land = plan.layer("parcels").reset_index(drop=True)
    built = land["land_use"].isin(["0701", "0802", "0902", "0901", "1001", "080403"])
    size = len(land)
    land["parcel_id"] = [f"{'ABCDEFGHJK'[at // 100 % 10]}-{at % 100:03d}" for at in range(size)]
    land["far"] = np.where(built, draw.uniform(0.8, 3.2, size).round(2), np.nan)
    land["height_m"] = np.where(built, draw.choice([12.0, 18, 24, 36, 45, 54, 60, 80], size), np.nan)
    land["coverage_ratio"] = np.where(built, draw.integers(20, 50, size) / 100, np.nan)
    land["green_ratio"] = np.where(built, draw.integers(15, 41, size) / 100, np.nan)
    land["floor_area_m2"] = np.where(built, (land["far"] * land.geometry.area).round(0), np.nan)
    land["parking_spaces"] = np.where(built, draw.integers(20, 400, size), np.nan)
    old = plan.layer("parcels").index.astype(str)
    ids = dict(zip(old, land["parcel_id"], strict=True))
    first = draw.permutation(100)

    def stem(at: int) -> str:
        return FIRST[first[at % 100] // 10] + LAST[first[at % 100] % 10]

    def english(at: int) -> str:
        return f"{ENGLISH[at % 20]}{'wood' if at >= 20 else 'field'}"

    streets = plan.layer("streets")
    count = range(len(streets))
    streets = streets.assign(
        name_zh=[f"{stem(at)}路" for at in count], name_ja=[f"{stem(at)}通り" for at in count],
        name_en=[f"{english(at)} Road" for at in count],
        red_line_width_m=draw.choice([12.0, 15, 18, 20, 24, 30, 36, 40], len(streets)),
    )  # fmt: skip
    facilities = plan.layer("facilities")
    kinds = [KINDS[one] for one in facilities["service"]]
    words = [
        (f"{stem(at + 50)}{one[0]}", f"{stem(at + 50)}{one[1]}", f"{english(at + 3)} {one[2]}")
        for at, one in enumerate(kinds)
    ]
    facilities = facilities.assign(
        name_zh=[one[0] for one in words], name_ja=[one[1] for one in words], name_en=[one[2] for one in words],
        parcel_id=[ids.get(str(one)) for one in facilities["parcel_id"]],
        floor_area_m2=draw.integers(8, 60, len(facilities)) * 100.0 + draw.integers(0, 100, len(facilities)),
    )  # fmt: skip
    buildings = plan.layer("buildings")
    others = {
        name: plan.layer(name).assign(parcel_id=[ids.get(str(one)) for one in plan.layer(name)["parcel_id"]])
        for name in ("green_entrances", "programmes")
    }
    buildings = buildings.assign(parcel_id=[ids.get(str(one)) for one in buildings["parcel_id"]])
    blocks = plan.layer("subblocks").reset_index(drop=True)
    few = {id_: f"{at:02d}" for at, id_ in enumerate(sorted(set(land["subblock_id"])), 1)}
    land["block_id"] = land["subblock_id"].map(few)
    land["subblock_id"] = None
    blocks = blocks[["subblock_id", "geometry"]].rename(columns={"subblock_id": "block_id"})
    blocks["block_id"] = blocks["block_id"].map(few)
    blocks["name_zh"] = [f"{one}街区" for one in blocks["block_id"]]
    blocks["name_ja"] = blocks["name_zh"]
    blocks["name_en"] = [f"Block {one}" for one in blocks["block_id"]]
    empty = plan.layer("subblocks").iloc[:0]
    return plan.replace(
        parcels=land,
        streets=streets,
        facilities=facilities,
        buildings=buildings,
        blocks=blocks,
        subblocks=empty,
        **others,
    )


def plans(more: list[str]) -> dict[str, Plan]:
    """The reference plan, the office town and an invented plan, and others by their folders."""
    from blockplan.exchange.office.importing import import_office

    with tempfile.TemporaryDirectory() as folder:
        import_office([REPO / "examples" / "office-town" / "shapefiles"], Path(folder) / "plan")
        town = read(Path(folder) / "plan")
    found = {
        "reference plan": read(REPO / "examples" / "demonstration-zone"),
        "office town": town,
        "invented": an_invented_plan(),
    }
    return found | {Path(one).name: read(one) for one in more}


def main() -> None:
    """Print a line for each text."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--plan", action="append", default=[], metavar="FOLDER")
    options.add_argument("--seeds", nargs="*", type=int, default=[1])
    options.add_argument("--lang", nargs="*", default=["zh", "ja", "en"])
    options.add_argument("--only", default="")
    options.add_argument("--size", type=float, default=1.0)
    options.add_argument("--list", action="store_true")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    print(
        f"{'plan':16} lang seed  pieces  bound  errors  comment  doubt  unbound  in bound  comment  doubt  false alarms"
    )
    for name, plan in plans(given.plan).items():
        if given.only and given.only not in name:
            continue
        view = View(plan, check(plan, packs=["gb50137"]), Words("zh"))
        for lang in given.lang:
            for seed in given.seeds:
                _one(name, view, lang, seed, given)


def _one(name: str, view: Any, lang: str, seed: int, given: argparse.Namespace) -> None:
    text = seeded_text(view.plan, lang, seed, size=given.size)
    plain = given.out / f"{name}-{lang}-{seed}.docx" if given.out else None
    if plain:
        plain.parent.mkdir(parents=True, exist_ok=True)
        text.document.save(str(plain))
        print(f"{plain.name}: {_pages(plain)} pages")
    report = Report(view, lang)
    checked = check_text(view, text.document, report)
    made = score(text, checked.statements, check_text(view, text.without_errors, report).statements)
    errors = made.told.total()
    print(
        f"{name[:16]:16} {lang:4} {seed:4} {len(text.pieces):7} {made.bound:6.1%} {errors:7} {made.share('missed'):8.1%}"
        f" {made.share('doubtful'):6.1%} {made.share('not_evidenced'):8.1%}"
        f" {made.told_of_bound.total():9} {made.share_of_bound('missed'):8.1%} {made.share_of_bound('doubtful'):6.1%}  {len(made.false)} of {made.statements} ({len(made.false) / made.statements:.1%})"
        + "".join(f"  {kind} {made.share('missed', kind=kind):.0%}" for kind in ("number", "range", "name")),
        flush=True,
    )
    if given.list:
        for title, rows in (
            ("no comment", made.listed),
            ("bound when right", made.let_go),
            ("false", made.false),
            ("doubt of what is right", made.doubts),
            ("unbound", made.unbound),
        ):
            for row in rows:
                print(f"  {title}: " + " | ".join(row))
    if plain:
        write_comments(text.document, checked, lang)
        text.document.save(str(plain.with_name(f"{plain.stem}-commented.docx")))


def _pages(document: Path) -> int | str:
    """How many pages a document has, as LibreOffice lays it out."""
    office = shutil.which("soffice")
    if office is None:
        return "unknown"
    with tempfile.TemporaryDirectory() as own:
        # A profile of its own: another LibreOffice may be at work.
        made = [f"-env:UserInstallation=file://{own}", "--convert-to", "pdf", "--outdir", own, str(document)]
        subprocess.run([office, "--headless", *made], check=True, capture_output=True)
        return len(PdfReader(Path(own) / f"{document.stem}.pdf").pages)


if __name__ == "__main__":
    main()
