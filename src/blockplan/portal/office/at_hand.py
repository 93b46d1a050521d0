"""
A plan package at hand made the draft of a notice, to be read at once: what ``blockplan serve PLAN`` does.

The draft stands in the office like every other one: nothing of it is public before two persons released it.
"""

from __future__ import annotations

import io
import itertools
import os
import secrets
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.notice.countries import country
from blockplan.notice.office import FrozenPlan
from blockplan.portal.office.audit import note
from blockplan.portal.office.drafts import begin_draft, use_plan
from blockplan.portal.office.models import Draft
from blockplan.portal.office.preview import link_for
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.portal.config import Config

#: Who begins such drafts, in the list of acts.
BY = "blockplan serve"
#: Letters of a plan's id that stand in the address of its notice.
LONGEST_ID = 50
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """
    Where the plan can be read.

    Attributes
    ----------
    outcome
        ``begun`` a draft, ``changed`` the plan of one, ``there`` already, or ``open``: on notice already.
    address
        Of the notice; of a draft with a secret that opens it for reading in one browser.
    """

    notice: str
    outcome: str
    address: str


def put_at_hand(
    package: Path,
    judged: tuple[Plan, CheckResult],
    config: Config,
    *,
    scenario: str | None = None,
    code: str = "CN",
) -> AtHand:
    """
    Make a plan the draft of a notice: the same content again is the same draft, other content its next plan.

    Parameters
    ----------
    package
        Folder or zip of the plan; a copy of what would be frozen is kept, so that it can be changed later.
    judged
        The plan of it and its verdicts.
    code
        The country by whose law the notice is to run, for a draft that begins.

    Raises
    ------
    UsageError
        If the country is not known, or the plan is too large.
    """
    plan, _ = judged
    law = country(code)
    frozen = FrozenPlan.of(plan, package, scenario)
    name, outcome = _place(plan, scenario)
    if outcome in {"begun", "changed"}:
        kept = _keep(frozen, config)
        draft = (
            begin_draft(name, code, law.rules[0].id, by=BY)
            if outcome == "begun"
            else Draft.objects.select_related("version").get(pk=name)
        )
        use_plan(draft, kept, scenario or "", judged)
        note("draft_changed", who=BY, notice=name, about="plan")
    site = config.address.rstrip("/")
    path = f"notices/{name}/" if outcome == "open" else f"office/reading/{link_for(name)}/"
    return AtHand(notice=name, outcome=outcome, address=f"{site}/en/{path}")


def _place(plan: Plan, scenario: str | None) -> tuple[str, str]:
    """The notice of a plan, and what is to be done there: the first that has it, or may have it."""
    for name in _names(plan.manifest.id):
        row = Notice.objects.filter(id=name).first()
        if row is None:
            return name, "begun"
        version = PlanVersion.objects.filter(notice=row).order_by("-id").first()
        same = (
            version is not None
            and version.content_hash == plan.content_hash
            and version.scenario == (scenario or "")
        )
        if row.state != "draft":
            # What is on notice stays as it is; a changed plan is another draft beside it.
            if same:
                return name, "open"
            continue
        if same:
            return name, "there"
        other = version is not None and version.document.get("frozen", {}).get("id") != plan.manifest.id
        if not other and Draft.objects.filter(pk=name).exists():
            return name, "changed"
    raise AssertionError("names do not end")


def _names(plan_id: str) -> Iterator[str]:
    """Ids for a notice of a plan: its own as an address has it, then with numbers."""
    base = "".join(mark if mark.isalnum() else "-" for mark in plan_id)[:LONGEST_ID].strip("-")
    yield base
    yield from (f"{base}-{number}" for number in itertools.count(2))


def _keep(frozen: FrozenPlan, config: Config) -> Path:
    """The files of a plan as a zip in the data folder, on the disk when this returns."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in frozen.files:
            info = zipfile.ZipInfo(file.name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.content)
    folder = config.data / "packages"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}.zip"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(packed.getvalue())
        out.flush()
        os.fsync(out.fileno())
    return path
