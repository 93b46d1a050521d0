"""
Opinions cut, sorted and answered, until none is without an answer: and the consultation report.

``Desk(store)`` reads a record and holds what people decided. A module is loaded when a name of it is first
used: who only asks where an opinion stands need not wait for what groups and imports them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blockplan.respond.answers import KINDS, Answer, PlanChange, answer_from, faults_of
    from blockplan.respond.campaigns import find_campaigns
    from blockplan.respond.coverage import gaps, reconcile, require_complete
    from blockplan.respond.desk import Desk
    from blockplan.respond.grouping import propose_groups
    from blockplan.respond.importing import read_opinions
    from blockplan.respond.listed_opinions import ListedOpinion
    from blockplan.respond.seeding import assign_by_examples
    from blockplan.respond.segments import Segment, split
    from blockplan.respond.sorting import Sorting, Theme

#: Name -> the module that holds it.
_HOMES = {
    "KINDS": "answers",
    "Answer": "answers",
    "PlanChange": "answers",
    "answer_from": "answers",
    "faults_of": "answers",
    "find_campaigns": "campaigns",
    "gaps": "coverage",
    "reconcile": "coverage",
    "require_complete": "coverage",
    "Desk": "desk",
    "propose_groups": "grouping",
    "read_opinions": "importing",
    "ListedOpinion": "listed_opinions",
    "assign_by_examples": "seeding",
    "Segment": "segments",
    "split": "segments",
    "Sorting": "sorting",
    "Theme": "sorting",
}

__all__ = [
    "KINDS",
    "Answer",
    "Desk",
    "ListedOpinion",
    "PlanChange",
    "Segment",
    "Sorting",
    "Theme",
    "answer_from",
    "assign_by_examples",
    "faults_of",
    "find_campaigns",
    "gaps",
    "propose_groups",
    "read_opinions",
    "reconcile",
    "require_complete",
    "split",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"blockplan.respond.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'blockplan.respond' has no attribute {name!r}")
