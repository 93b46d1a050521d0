"""Sheets are PDF/A-2b as far as it can be told without a validator, and what is not is found."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from tests.report.pdf_a import faults
from tests.support.random_plans import random_plan

from blockplan.check import check
from blockplan.plan import read
from blockplan.report.sheets import KINDS, atlas

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
def test_every_kind_of_sheet_is_pdf_a(repo: Path) -> None:
    whole, few = read(repo / "examples" / "demonstration-zone"), random_plan(7, columns=5, rows=3)
    controls = ["block", "subblock"]  # a sheet for each block and subblock: of a plan that has few
    drawn: set[str] = set()
    for plan, kinds in ((whole, [kind for kind in KINDS if kind not in controls]), (few, controls)):
        found = atlas(plan, check(plan, packs=["zone"]), "ja", kinds=kinds)
        drawn |= {one.kind for one in found.sheets}
        assert faults(found.pdf) == []
    assert drawn == set(KINDS)


@pytest.mark.long
def test_what_is_no_pdf_a_is_found_by_the_check_of_it() -> None:
    drawn = random_plan(7, columns=5, rows=3)
    made = atlas(drawn, check(drawn, packs=["zone"]), "zh", kinds=["landuse"])
    writer = PdfWriter(clone_from=io.BytesIO(made.pdf))
    del writer.root_object["/OutputIntents"]
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.metadata = {"/Title": "Another title"}
    writer.pages[0][NameObject("/AA")] = DictionaryObject()
    broken = io.BytesIO()
    writer.write(broken)
    found = " ".join(faults(broken.getvalue()))
    for clause in ("6.2.3 output intent", "6.5.1 action", "6.5.2 page 1", "6.6.3 /Title"):
        assert clause in found
