"""
A proposal taken over as a scenario of its plan, whole or in part, and undone again.

The scenario holds what the scenario that the proposal was made for holds, and the changes on top.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan import read, with_scenario
from blockplan.plan.files.package import difference as drawn_difference
from blockplan.plan.files.scenarios import save_scenario
from blockplan.plan.model.plan import BASE, Difference, tidied
from blockplan.propose.changes import CATALOG, apply, changed_frames, picked
from blockplan.propose.proposal import read_changes
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.plan import Plan
    from blockplan.propose.changes import Change

DOCUMENT = "proposal.json"


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """A proposal as it was written: its file, kind, plan and scenario, its changes."""

    path: Path
    kind: str
    plan: str
    scenario: str
    content_hash: str
    changes: tuple[Change, ...]


def read_proposal(path: str | Path) -> KeptProposal:
    """
    A proposal from its file, or from the folder that ``--out`` wrote.

    Raises
    ------
    PlanDataError
        If there is none, or it is no proposal.
    """
    file = Path(path)
    file = file / DOCUMENT if file.is_dir() else file
    changes = read_changes(file)
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    said = {key: document.get(key) for key in ("kind", "plan", "scenario", "content_hash")}
    if not isinstance(said["scenario"], str) or not isinstance(said["plan"], str):
        raise PlanDataError(f"{file} does not say which plan and scenario it was made for.")
    return KeptProposal(
        file, str(said["kind"]), said["plan"], said["scenario"], str(said["content_hash"]), changes
    )


def is_proposal(path: str | Path) -> bool:
    """Whether a path looks like a proposal: a JSON file, or a folder with ``proposal.json`` and no plan."""
    place = Path(path)
    if place.is_dir():
        return (place / DOCUMENT).is_file() and not (place / "plan.toml").exists()
    return place.suffix == ".json" and place.is_file()


def changed_by(plan: Plan, kept: KeptProposal, only: Sequence[str] = ()) -> Plan:
    """
    The plan with a proposal (or the changes of some features of it) in place.

    Raises
    ------
    UsageError
        If the proposal was made for another plan, or does not touch a feature of `only`.
    PlanDataError
        If the changes do not start from what the plan has.
    """
    if kept.plan != plan.manifest.id:
        raise UsageError(
            f"{kept.path} was made for plan {kept.plan!r}, not for {plan.manifest.id!r}. "
            "Name the plan it was made for."
        )
    before = with_scenario(plan.base, kept.scenario)
    return apply(before, picked(kept.changes, only) if only else kept.changes)


def take_over(
    path: str | Path, proposal: str | Path, name: str, only: Sequence[str] = ()
) -> tuple[KeptProposal, int]:
    """
    Save a proposal as a scenario of the plan at `path`; the package is changed whole or not at all.

    Parameters
    ----------
    only
        Ids (or ``layer:id``) of the features to take over; all of them where empty.

    Returns
    -------
    tuple
        The proposal, and how many features it changed.

    Raises
    ------
    UsageError, PlanDataError
        As for `changed_by` and `blockplan.plan.files.scenarios.save_scenario`.
    """
    kept, plan = read_proposal(proposal), read(path)
    changed_by(plan, kept, only)  # every fault of the changes comes out before anything is written
    changes = picked(kept.changes, only) if only else kept.changes
    before = with_scenario(plan, kept.scenario)
    touched = len({(one.layer, one.id) for one in changes})
    record = {
        "kind": kept.kind,
        "on_top_of": kept.scenario,
        "features": touched,
        "content_hash": before.content_hash,
    }
    save_scenario(path, name, _titles(plan, kept), on_top(plan, before, changes), record)
    return kept, touched


def _titles(plan: Plan, kept: KeptProposal) -> dict[str, str]:
    """What a scenario with a proposal in it is, in each language."""
    kind = CATALOG.text(f"kind.{kept.kind}") if f"kind.{kept.kind}" in CATALOG else kept.kind
    title: dict[str, str] = CATALOG.text("as_drawn")
    if kept.scenario in plan.manifest.scenarios:
        title = {lang: plan.manifest.scenario_titles_in(lang)[kept.scenario] for lang in LANGUAGES}
    return CATALOG.text("with_proposal", title=title, kind=kind)


def on_top(plan: Plan, before: Plan, changes: Sequence[Change]) -> Difference:
    """The rows by which `before` with changes differs from the plan as drawn."""
    given = Difference({}) if before.scenario == BASE else drawn_difference(plan, before.scenario)
    frames = changed_frames(before, changes)
    rows, removed = {}, {}
    for layer in dict.fromkeys([*given.changed, *given.removed, *frames]):
        frame = frames.get(layer, before.layers.get(layer))
        touched = dict.fromkeys(
            [
                *(given.changed[layer].index if layer in given.changed else ()),
                *given.removed.get(layer, ()),
                *(one.id for one in changes if one.layer == layer),
            ]
        )
        stay = [] if frame is None else [id_ for id_ in touched if id_ in frame.index]
        if stay and frame is not None:
            rows[layer] = frame.loc[stay]
        drawn = plan.layer(layer).index if layer in plan.layers else ()
        gone = tuple(id_ for id_ in touched if id_ not in stay and id_ in drawn)
        if gone:
            removed[layer] = gone
    return tidied(rows, removed)
