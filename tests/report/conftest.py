"""The hand-made plan and its result, and the tables of the reference plan."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from tests.support.handmade import hand_made, result

from blockplan.check import check
from blockplan.plan import read
from blockplan.report.office import office_tables, workbook
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.office import OfficeTable


@pytest.fixture(scope="session")
def plan() -> Plan:
    return hand_made()


@pytest.fixture(scope="session")
def found() -> CheckResult:
    return result()


@pytest.fixture(scope="session")
def zone(reference: Path) -> tuple[View, list[OfficeTable]]:
    """The reference plan as it is read in Chinese, and its office tables."""
    plan = read(reference)
    view = View(plan, check(plan), Words("zh"))
    return view, office_tables(view)


@pytest.fixture(scope="session")
def book(zone: tuple[View, list[OfficeTable]]) -> Workbook:
    """The office tables of the reference plan as a workbook."""
    return load_workbook(io.BytesIO(workbook(*zone)))
