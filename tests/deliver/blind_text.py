"""
Texts of plans in three languages, in batches: each was written when the scanner passed the ones before it.

A batch holds sentences with blanks, with many figures between them that state nothing of the plan. A blank
``{far}`` is filled from the plan, some of them wrongly.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from tests.deliver.office_text import OfficeText, Writer

from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    import docx

#: Blank -> column of a parcel, factor, decimals.
PARCEL = {
    "ha": ("area", 1e-4, 2), "m2": ("area", 1, 0), "far": ("far", 1, 2), "height": ("height_m", 1, 0),
    "cover": ("coverage_ratio", 100, 0), "green": ("green_ratio", 100, 0), "floor": ("floor_area_m2", 1, 0),
    "wan": ("floor_area_m2", 1e-4, 2), "people": ("residents", 1, 0), "homes": ("dwellings", 1, 0),
    "cars": ("parking_spaces", 1, 0),
}  # fmt: skip
FACILITY = {
    "site": ("site_area_m2", 1, 0), "floor": ("floor_area_m2", 1, 0), "beds": ("beds", 1, 0),
    "places": ("places", 1, 0),
}  # fmt: skip

#: Kinds of facilities as a text counts them.
COUNTED = {
    "kindergarten": {"zh": "幼儿园", "en": "kindergartens", "ja": "幼稚園"},
    "primary_school": {"zh": "小学", "en": "primary schools", "ja": "小学校"},
    "secondary_school": {"zh": "中学", "en": "secondary schools", "ja": "中学校"},
}

BATCHES: dict[str, dict[str, dict[str, list[str]]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)


def blind_text(  # noqa: C901, PLR0915 (a loop for each kind of sentence)
    plan: Any,
    lang: str,
    batch: str,
    seed: int = 11,
    errors: float = 0.05,
    filler: float = 0.6,
    least: int = 0,
) -> OfficeText:
    """
    A text of some batch; between two sentences of the plan stands, at a share `filler`, one of other things.

    What the plan has no figures for is left out; what is left is told again until the text has `least` pages.
    """
    write, said = Writer(seed, errors), BATCHES[batch][lang]
    frame = plan.layer("parcels").assign(area=plan.layer("parcels").geometry.area)
    whole = frame["area"].sum() or plan.layer("boundary").geometry.area.sum()
    by_use = frame["area"].groupby(frame["land_use"]).sum()
    by_use = by_use[
        [not any(other != code and other.startswith(code) for other in by_use.index) for code in by_use.index]
    ]
    national = landuse("cn2023")

    def use(code: str) -> str:
        return national.label(code, lang).removeprefix(f"{code} ") if national.known(code) else code

    def filled(template: str, values: dict[str, tuple[float, int] | str]) -> str | None:
        blanks = re.findall(r"\{(\w+)\}", template)
        if any(values.get(one) is None for one in blanks):
            return None
        out = template
        for one in blanks:
            value = values[one]
            told = value if isinstance(value, str) else write.number(*value)
            out = out.replace(f"{{{one}}}", told, 1)
        return out

    def add(template: str, values: dict[str, Any]) -> None:
        sentence = filled(template, values)
        if sentence:
            more = write.one(*said["filler"]) if write.random.random() < filler else ""
            write.paragraph(sentence, " " if more and lang == "en" else "", more)

    totals = {
        "plan_ha": (whole / 1e4, 1), "people": (frame["residents"].sum(), 0),
        "homes": (frame["dwellings"].sum(), 0), "wan": (frame["floor_area_m2"].sum() / 1e4, 1),
    }  # fmt: skip
    totals = {key: one for key, one in totals.items() if one[0]}
    totals |= {f"use_{code}": (area / 1e4, 2) for code, area in by_use.items()}

    def tell() -> None:
        for template in said["whole"]:
            add(template, totals)
        for at, (code, area) in enumerate(by_use.items()):
            values = {
                "use": use(code),
                "code": code,
                "use_ha": (area / 1e4, 2),
                "use_share": (100 * area / whole, 2),
            }
            add(said["use"][at % len(said["use"])], values)
        rows = frame[frame["far"].notna()]
        for at, (id_, row) in enumerate(rows.iterrows()):
            values = {"id": str(id_), "use": use(row["land_use"])} | {
                key: (row[column] * factor, digits)
                for key, (column, factor, digits) in PARCEL.items()
                if not pd.isna(row[column])
            }
            add(said["parcel"][at % len(said["parcel"])], values)
        for service in COUNTED:
            number = int((plan.layer("facilities")["service"] == service).sum())
            if said.get("count") and number:
                add(
                    write.one(*said["count"]),
                    {"service": COUNTED[service][lang], "n": (number, 0), "walk": "800"},
                )
        for layer, known in (("facilities", FACILITY), ("streets", {"width": ("red_line_width_m", 1, 0)})):
            seen: set[str] = set()
            for _, row in plan.layer(layer).iterrows():
                row_lang = lang if row[f"name_{lang}"] else "zh"
                name = row[f"name_{row_lang}"]
                widths = plan.layer("streets").loc[
                    plan.layer("streets")[f"name_{row_lang}"] == name, "red_line_width_m"
                ]
                if not name or name in seen or (layer == "streets" and len(set(widths)) > 1):
                    continue
                seen.add(name)
                values = {"name": name, "class": {"zh": "城市道路"}.get(lang, "")} | {
                    key: (row[column] * factor, digits)
                    for key, (column, factor, digits) in known.items()
                    if not pd.isna(row[column])
                }
                templates = said["facility" if layer == "facilities" else "street"]
                for template in templates if layer == "facilities" else templates[len(seen) % 2 :][:1]:
                    add(template, values)

    tell()
    while pages(write.made.document) < least:
        tell()
    return write.made


def pages(document: docx.document.Document) -> int:
    """About how many pages a text fills."""
    return sum(len(one.text) for one in document.paragraphs) // 700
