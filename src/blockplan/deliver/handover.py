"""
`deliver` writes a package under a profile and judges it; `accept` reads and judges one.

The master plan that a detailed plan must fit in: town limit, protected farmland, control lines.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.deliver.amendment import amend, amendment
from blockplan.deliver.amendment.kinds import NEW
from blockplan.deliver.filing import fill, form_document, form_workbook, kind_of
from blockplan.deliver.from_profile import origins, restore
from blockplan.deliver.geodatabase import write_geodatabase
from blockplan.deliver.losses import Loss, losses
from blockplan.deliver.package import Package, digests, file_name, read_package
from blockplan.deliver.package import beside as beside_plan
from blockplan.deliver.quality import PackageFacts, judge
from blockplan.deliver.quality.report import quality_pdf, quality_workbook
from blockplan.deliver.refusals import refused
from blockplan.deliver.text.document import open_document
from blockplan.deliver.to_profile import carry
from blockplan.errors import BlockplanError, PlanDataError, UsageError
from blockplan.jsontext import JsonRecord
from blockplan.plan import Plan, write
from blockplan.report.files import ATLAS, write_whole
from blockplan.report.office import office_tables, workbook
from blockplan.report.sheets import atlas
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyproj

    from blockplan.check.verdict import CheckResult
    from blockplan.deliver.profile import DeliveryProfile
    from blockplan.deliver.quality import Judgement
    from blockplan.deliver.to_profile import CarriedTable


def read_upper(path: Path | None, profile: DeliveryProfile) -> dict[str, list[Any]]:
    """
    The shapes of a master plan, by what they are: ``boundary``, ``farmland``, ``blue`` and so on.

    Parameters
    ----------
    path
        A GeoPackage or File Geodatabase whose layers have the names that the profile gives under ``upper``,
        in the reference system of the plan; None for no master plan.

    Raises
    ------
    PlanDataError
        If it cannot be read, or holds none of the layers.
    """
    if path is None:
        return {}
    import pyogrio  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = {str(name) for name, _ in pyogrio.list_layers(path)}
            found = {
                what: [
                    shape for shape in pyogrio.read_dataframe(path, layer=layer).geometry if shape is not None
                ]
                for what, layer in profile.upper.items()
                if layer in names
            }
    except (ValueError, RuntimeError, OSError, pyogrio.errors.DataSourceError) as error:
        raise refused(PlanDataError, "upper_unread", path=path, why=str(error)[:200], known="") from None
    if not found:
        known = ", ".join(profile.upper.values())
        raise refused(PlanDataError, "upper_unread", path=path, why="no such layer", known=known)
    return found


FIRST_STAGE = "入库"


@dataclass(frozen=True)
class Delivery(JsonRecord):
    """
    A package: where it lies, what it is judged to be, what it loses of the plan, the plan it holds.

    ``kinds`` are the kind of filing that its form states, and the one that follows from the plan in force
    (None without one, or where nothing differs). ``open_fields`` counts what its form lacks.
    """

    folder: Path
    profile: DeliveryProfile
    judgement: Judgement
    losses: tuple[Loss, ...]
    plan: Plan | None
    why: str = ""
    kinds: tuple[int | None, int | None] = (None, None)
    open_fields: int = 0

    KEYS = (
        "profile=profile.id", "folder", "plan=plan.manifest.id", "checks=judgement.checks",
        "not_judged=judgement.not_judged", "losses",
    )  # fmt: skip


def deliver(  # noqa: PLR0913 (what is handed in, under what, where; the rest by name)
    plan: Plan,
    result: CheckResult,
    profile: DeliveryProfile,
    out: Path,
    *,
    answers: Mapping[str, Any] | None = None,
    kind: int | None = None,
    stage: str = FIRST_STAGE,
    upper: Path | None = None,
    base: Plan | None = None,
    sheets: bool = False,
    text: Path | None = None,
) -> Delivery:
    """
    Write a plan as the package of a profile: database, tables, filing form, quality report, digests.

    Parameters
    ----------
    out
        A folder that is not there yet, or is empty; it appears whole or not at all.
    kind
        Kind of filing, 1 to 6; None for that which follows from what differs from `base`, 1 without one.
    upper
        The master plan to be held against; see `read_upper`.
    base
        The plan in force, for the packages that an amendment wants beside the database.
    text
        The office's text (.docx), which goes along and is held against the layers.

    Returns
    -------
    Delivery
        With every value that the package, read again, no longer says as the plan does.

    Raises
    ------
    MappingError
        If the profile has no such kind or stage.
    PlanDataError
        If the folder is taken or cannot be written.
    """
    amended = None if base is None else amendment(base, plan)
    found_kind = None if amended is None else amended.kind
    kind = kind or found_kind or NEW
    beside = [one for one in kind_of(profile, kind, stage).stages[stage] if beside_plan(one)]
    if beside and base is None:
        raise refused(UsageError, "no_base", kind=kind, packages=", ".join(beside))
    spare(out)
    form = fill(plan, profile, answers or {}, kind, stage)
    if text is not None and text.name.lower() in {file_name(profile, one, form).lower() for one in PARTS}:
        raise refused(UsageError, "text_taken", path=text)
    tables = carry(plan, profile, form)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".blockplan-", dir=out.parent) as room:
        folder = Path(room) / "package"
        folder.mkdir()
        write_parts(folder, plan, result, profile, tables, form)
        if text is not None:
            open_document(text)
            shutil.copyfile(text, folder / text.name)
        if sheets:
            atlas_of(plan, result, folder / profile.files.sheets)
        if amended is not None:
            for one in beside:
                write_geodatabase(folder / f"{one}.gdb", amend.tables_of(one, amended), plan.crs)
        found = _reported(folder, profile, plan, tables, upper)
        if out.exists():
            out.rmdir()
        shutil.move(folder, out)
    open_fields = sum(one.mandatory and form[one.key] in (None, "") for one in profile.filing.form)
    return replace(found, folder=out, kinds=(kind, found_kind), open_fields=open_fields)


#: Files of a package that a profile names.
PARTS = ("geodatabase", "tables", "form", "form_document", "report", "report_table", "digests", "sheets")


def spare(out: Path) -> None:
    """Refuse to write where something is already."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise refused(PlanDataError, "out_taken", path=out)


def write_parts(
    folder: Path,
    plan: Plan,
    result: CheckResult,
    profile: DeliveryProfile,
    tables: Mapping[str, CarriedTable],
    form: Mapping[str, Any],
) -> None:
    """Write all of a package but its quality report and its list of digests into a folder."""

    def place(part: str) -> Path:
        return folder / file_name(profile, part, form)

    view, day = View(plan, result, Words("zh")), plan.manifest.drawn_on
    write_geodatabase(place("geodatabase"), tables.values(), plan.crs, profile.files.dataset)
    made = [table for table in office_tables(view) if table.lines]
    place("tables").write_bytes(workbook(view, made, titled=True))
    place("form").write_bytes(form_workbook(profile, form, day))
    place("form_document").write_bytes(form_document(profile, form, day))


def atlas_of(plan: Plan, result: CheckResult, folder: Path) -> None:
    """Write the atlas of a plan into a folder of its package."""
    write_whole(folder / ATLAS, atlas(plan, result, "zh").pdf)


def _reported(
    folder: Path, profile: DeliveryProfile, plan: Plan, tables: Mapping[str, CarriedTable], upper: Path | None
) -> Delivery:
    """Judge what was written, and put report and digests beside it."""
    package = read_package(folder, profile)
    back, why = plan_of(package, plan.manifest.drawn_on)
    lost = () if back is None else tuple(losses(plan, back, carried(profile, tables)))
    judgement = judge(PackageFacts(package, back, read_upper(upper, profile), whole=False))
    day, title = plan.manifest.drawn_on, pick(plan.manifest.title, "zh") or plan.manifest.id
    stated = not plan.manifest.day_is_assumed
    package.place("report").write_bytes(quality_pdf(judgement, profile, title, day, stated=stated))
    package.place("report_table").write_bytes(quality_workbook(judgement, lost, profile, title, day))
    write_digests(folder, profile)
    return Delivery(folder, profile, judgement, lost, back, why)


def write_digests(folder: Path, profile: DeliveryProfile) -> None:
    """Write the list of SHA-256 digests of a package, a line a file: digest, two blanks, path."""
    listed = digests(folder, profile.files.digests)
    text = "".join(f"{digest}  {name}\n" for name, digest in listed.items())
    (folder / profile.files.digests).write_text(text, "utf-8")


def carried(profile: DeliveryProfile, tables: Mapping[str, CarriedTable]) -> dict[str, list[int]]:
    """Layer of the plan -> its rows (from 0), in the order in which a package gives them back."""
    found: dict[str, list[int]] = {}
    for table in (tables[spec.name] for spec in profile.layers if spec.reads):
        for (layer, _), row in zip(table.rows, table.places, strict=True):
            found.setdefault(layer, []).append(row)
    return found


def accept(
    folder: Path, profile: DeliveryProfile, out: Path | None, *, upper: Path | None = None
) -> Delivery:
    """
    Read and judge a package, and write the plan that it holds.

    Parameters
    ----------
    out
        Where the plan is written; None for judging alone. A package with blocking faults is read as well,
        as far as it can be.

    Returns
    -------
    Delivery
        Losses are what the plan, written under the profile again, would not give back.

    Raises
    ------
    PlanDataError
        If there is no database that can be read, or the place is taken or cannot be written.
    """
    if out is not None:
        spare(out)
    package = read_package(folder, profile)
    plan, why = plan_of(package, dt.datetime.now(dt.UTC).date())
    judgement = judge(PackageFacts(package, plan, read_upper(upper, profile)))
    lost: Sequence[Loss] = () if plan is None else _unread(package, plan)
    if plan is not None and out is not None:
        write(plan, out)
    return Delivery(folder, profile, judgement, tuple(lost), plan, why)


def plan_of(package: Package, today: dt.date) -> tuple[Plan | None, str]:
    """The plan that a package holds; None and why, where none can be made of it."""
    profile = package.profile
    if profile.numbering.parcel_layer not in package.layers:
        return None, str(refused(PlanDataError, "not_read", layer=profile.numbering.parcel_layer))
    crs = package.layers[profile.numbering.parcel_layer].crs
    try:
        return restore(package.tables, profile, package.form or {}, _named(crs), today.isoformat()), ""
    except BlockplanError as error:
        return None, str(error)


def _named(crs: pyproj.CRS | None) -> str:
    if crs is None:
        return "local"
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.to_string()


def _unread(package: Package, plan: Plan) -> list[Loss]:
    """
    What a package says and the plan does not hold: values that nothing of the plan carries.

    A feature is held against what the row of the plan that it became says again: one that cannot be carried,
    as it has no shape, is lost alone.
    """
    again, became = carry(plan, package.profile, package.form or {}), origins(package.tables, package.profile)
    found = []
    for name in package.tables:
        made = again[name]
        carried = {
            (of, row): at for at, ((of, _), row) in enumerate(zip(made.rows, made.places, strict=True))
        }
        for field, values in package.layers[name].cells.items():
            mine = made.cells.get(field, [])
            for at, value in enumerate(values):
                here = carried.get(became.get((name, at), ("", -1)))
                now = mine[here] if here is not None and mine else None
                if value not in (None, "") and not _same(value, now):
                    found.append(Loss(name, field, str(at + 1), value, now))
    return found


def _same(value: Any, now: Any) -> bool:
    if isinstance(value, float) and isinstance(now, int | float):
        return abs(value - now) <= 1e-6 * max(1.0, abs(value))
    return bool(value == now)
