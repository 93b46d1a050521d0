"""
Opinions cut, sorted and answered, until none is without an answer: and the response report.

``Desk(store)`` reads a record and holds what people decided.
"""

from blockplan.respond.answers import KINDS, Answer, Change, answer_from, faults_of
from blockplan.respond.campaigns import find_campaigns
from blockplan.respond.coverage import gaps, reconcile, require_complete
from blockplan.respond.desk import Desk
from blockplan.respond.grouping import propose_groups
from blockplan.respond.importing import read_opinions
from blockplan.respond.intake import Opinion
from blockplan.respond.page import write_response
from blockplan.respond.seeding import assign_by_examples
from blockplan.respond.segments import Segment, split
from blockplan.respond.sorting import Sorting, Theme

__all__ = [
    "KINDS",
    "Answer",
    "Change",
    "Desk",
    "Opinion",
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
    "write_response",
]
