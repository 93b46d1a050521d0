"""
Rules as data, a value against a limit, the verdict with who and where.

`check` judges a plan; `list_rules`, `show_rule` and `test_packs` look into the
rule packs.
"""

from blockplan import callable_room
from blockplan.check.judge import check
from blockplan.check.listing import list_rules, show_rule, test_packs
from blockplan.check.packs import available as available_packs
from blockplan.check.verdict import CheckResult, StatementState, Verdict

__all__ = [
    "CheckResult",
    "StatementState",
    "Verdict",
    "available_packs",
    "check",
    "list_rules",
    "show_rule",
    "test_packs",
]

callable_room(__name__)
