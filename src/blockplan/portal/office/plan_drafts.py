"""
A plan package at hand made the draft of a notice, to be read at once: what ``blockplan serve PLAN`` does.

The draft stands in the office like every other one: nothing of it is public before two persons released it.
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.notice.countries import country
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
    from blockplan.notice.package import FrozenPlan
    from blockplan.plan import Plan
    from blockplan.portal.config import Config

#: Who begins such drafts, in the list of acts.
BY = "blockplan serve"
#: Packs of a country's planning law -> the country whose law of notice goes with them.
LAW_OF_PACKS = dict.fromkeys(
    ("gb50180", "gb50137", "gb55014", "gbt51328", "gbt51346", "living-circle", "bj", "zone"), "CN"
) | {"jp": "JP", "de": "DE"}
#: Letters of a plan's id that stand in the address of its notice.
LONGEST_ID = 50


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
    plan: Plan, judged: tuple[FrozenPlan, CheckResult], config: Config, *, code: str | None = None
) -> AtHand:
    """
    Make a plan the draft of a notice: the same content again is the same draft, other content its next plan.

    Parameters
    ----------
    plan
        As it was read, in the scenario that is to go out; a copy is kept, so that it can be changed later.
    judged
        Its public package, and the verdicts on what is in it.
    code
        The country by whose law the notice is to run, for a draft that begins; None takes that of the packs
        by which the plan is judged, and China where they are of none.

    Raises
    ------
    UsageError
        If the country is not known.
    """
    code = code or law_of_packs(plan) or "CN"
    law = country(code)
    name, outcome = _place(plan)
    if outcome in {"begun", "changed"}:
        draft = (
            begin_draft(name, code, law.rules[0].id, by=BY)
            if outcome == "begun"
            else Draft.objects.select_related("version").get(pk=name)
        )
        use_plan(draft, _keep(plan, config), _scenario(plan), judged)
        note("draft_changed", who=BY, notice=name, about="plan")
    site = config.address.rstrip("/")
    path = f"notices/{name}/" if outcome == "open" else f"office/reading/{link_for(name)}/"
    return AtHand(notice=name, outcome=outcome, address=f"{site}/en/{path}")


def law_of_packs(plan: Plan) -> str | None:
    """The country whose law judges a plan, of those whose law of notice is here; None where it is of none."""
    return next((LAW_OF_PACKS[name] for name in plan.manifest.packs if name in LAW_OF_PACKS), None)


def _scenario(plan: Plan) -> str:
    return "" if plan.scenario == plan.base.scenario else plan.scenario


def _keep(plan: Plan, config: Config) -> Path:
    """A copy of the plan with its scenarios, in the data folder."""
    from blockplan.plan import write  # noqa: PLC0415

    folder = config.data / "packages"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}.zip"
    write(plan, path)
    path.chmod(0o600)
    return path


def _place(plan: Plan) -> tuple[str, str]:
    """The notice of a plan, and what is to be done there: the first that has it, or may have it."""
    for name in _names(plan.manifest.id):
        row = Notice.objects.filter(id=name).first()
        if row is None:
            return name, "begun"
        version = PlanVersion.objects.filter(notice=row).order_by("-id").first()
        said = {} if version is None else version.document
        same = version is not None and (said["drawn"], version.scenario) == (
            plan.content_hash, _scenario(plan)
        )  # fmt: skip
        if row.state != "draft":
            # What is on notice stays as it is; a changed plan is another draft beside it.
            if same:
                return name, "open"
            continue
        if same:
            return name, "there"
        other = version is not None and said.get("frozen", {}).get("id") != plan.manifest.id
        if not other and Draft.objects.filter(pk=name).exists():
            return name, "changed"
    raise AssertionError("names do not end")


def _names(plan_id: str) -> Iterator[str]:
    """Ids for a notice of a plan: its own as an address has it, then with numbers."""
    base = "".join(mark if mark.isalnum() else "-" for mark in plan_id)[:LONGEST_ID].strip("-")
    yield base
    yield from (f"{base}-{number}" for number in itertools.count(2))
