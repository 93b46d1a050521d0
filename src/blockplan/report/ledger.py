"""
The ledger of statements: every sentence of the plan's text, its state, and what carries it.

Beside it stands the reconciliation: what the text says, what the tables add up to, what is drawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.report.tables import STATE_SYMBOLS, measure_words
from blockplan.report.trace import measure_anchor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.check.verdict import CheckResult, Discrepancy, StatementState
    from blockplan.report.words import Words

#: Whether text, table and drawing agree -> its code in words and styles; what differs stands first.
AGREEMENT = {False: "differs", None: "open", True: "agrees"}
#: The id at the beginning of ``id[part]>=2``.
MEASURE_NAME = re.compile(r"[A-Za-z0-9_]+")
SIGNS = {"differs": "×", "open": "?", "agrees": "✓"}


@dataclass(frozen=True, slots=True)
class Bond:
    """One thing that carries a statement: its words, its code, and the section that it leads to."""

    said: str
    code: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One figure of the text beside the table and the drawing, in words; `agreement` is its code."""

    statement_id: str
    subject: str
    said: str
    tabled: str
    drawn: str
    tolerance: str
    agreement: str
    outcome: str
    note: str


def bonds(
    statement: StatementState, words: Words, targets: Mapping[str, tuple[str, str]], names: Mapping[str, str]
) -> list[Bond]:
    """
    What a statement is bound to.

    Parameters
    ----------
    targets
        Rule -> its title and the id of its section.
    names
        Feature id -> name, for objects that have one.
    """
    found = []
    for code in statement.bound_to:
        kind, _, name = (part.strip() for part in code.partition(":"))
        if kind == "rule" and name in targets:
            title, target = targets[name]
            found.append(Bond(title, name, target))
        elif kind == "layer":
            found.append(Bond(words("bond.layer", said=words.or_else(f"layer.{name}", name)), name))
        elif kind == "object":
            found.append(Bond(names.get(name) or words("bond.object"), name))
        elif kind == "measure":
            id_ = MEASURE_NAME.match(name)
            known = id_[0] if id_ else name
            found.append(Bond(measure_words(known, words)[0], name, measure_anchor(known)))
        elif kind == "manifest":
            found.append(Bond("plan.toml", name))
        elif kind == "programme":
            found.append(Bond(words("bond.programme", said=words.or_else(f"programme.{name}", name)), name))
        else:
            found.append(Bond(words("bond.rule") if kind == "rule" else "", name if kind == "rule" else code))
    return found


def state_counts(result: CheckResult, words: Words) -> list[tuple[str, str, int]]:
    """State, its word, and how many statements are in it; states that no statement is in are left out."""
    states = [statement.state for statement in result.statements]
    return [(s, words(f"state.{s}"), states.count(s)) for s in STATE_SYMBOLS if s in states]


def differences(result: CheckResult) -> tuple[Discrepancy, ...]:
    """What `check` found when it laid text, table and drawing side by side; what differs stands first."""
    return tuple(sorted(result.differences, key=lambda row: list(AGREEMENT).index(row.agrees)))


def difference_rows(result: CheckResult, words: Words) -> list[DifferenceRow]:
    """The reconciliation in words."""
    return [_difference_row(row, words) for row in differences(result)]


def agreement_counts(result: CheckResult, words: Words) -> list[tuple[str, str, int]]:
    """How many figures differ, are open, and agree."""
    found = [agreement_of(row) for row in differences(result)]
    return [(code, agreement_said(code, words), found.count(code)) for code in SIGNS if code in found]


def agreement_said(code: str, words: Words) -> str:
    """Sign and word."""
    return f"{SIGNS[code]} {words(f'agreement.{code}')}"


def agreement_of(row: Discrepancy) -> str:
    """``agrees``, ``differs``, or ``open`` where there is nothing to compare with."""
    return AGREEMENT[row.agrees]


def _difference_row(row: Discrepancy, words: Words) -> DifferenceRow:
    code = agreement_of(row)
    return DifferenceRow(
        row.statement_id,
        words.pick(row.subject),
        _amount(row.said, row.unit, words),
        _amount(row.tabled, row.unit, words),
        _amount(row.drawn, row.unit, words),
        words.amount(row.tolerance, row.unit) if row.tolerance else "",
        code,
        agreement_said(code, words),
        words.pick(row.note),
    )


def _amount(value: float | None, unit: str, words: Words) -> str:
    """A figure; a dash where text, table or drawing does not speak of it."""
    return words.amount(value, unit) if is_known(value) else words("value.not_stated")
