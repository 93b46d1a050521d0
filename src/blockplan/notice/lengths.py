"""Whether a period in a record is as long as the law asks, found out again years later."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from blockplan.notice.countries import FOLDER, PeriodRule, country
from blockplan.notice.periods import shortest

if TYPE_CHECKING:
    from collections.abc import Mapping


def stands_at_least(said: Mapping[str, Any], period: Mapping[str, Any]) -> str | None:
    """
    What is wrong with a recorded period by the recorded rule, and by ours of the same name; None if it
    is long enough.

    Holidays are left out of it: they are announced, and libraries differ, years later.
    """
    submission, inspection = period["submission"], period["inspection"]
    first, last = dt.date.fromisoformat(submission["first"]), dt.date.fromisoformat(submission["last"])
    seen = dt.date.fromisoformat(inspection["last"])
    rules = [
        PeriodRule.model_validate(
            {key: value for key, value in said.items() if key in PeriodRule.model_fields}
        )
    ]
    ours = FOLDER / f"{str(said.get('country')).lower()}.yaml"
    if ours.is_file() and ours.parent == FOLDER:
        rules += [rule for rule in country(ours.stem).rules if rule.id == rules[0].id]
    for rule in rules:
        least = shortest(rule, first, lambda _day: False)
        if last < least.submission.last or seen < least.inspection.last:
            return f"{first} to {last}, and at least to {least.submission.last} by {rule.id}"
    return None
