"""Lists of a comparison: who gains and who loses, and the rows that changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blockplan.compare import Comparison, Pair
    from blockplan.compare.changes import RowChange
    from blockplan.report.words import Words

#: A list of changes of one layer that is longer is folded; one that is longer still is cut.
SHORT_LIST, LONGEST_LIST = 12, 400
#: The unit of an area as lists of changes hold it.
AREA = re.compile(r"(?<=\d )m2$")
#: What people may be near to besides the services.
GOALS = frozenset({"green", "school_land", "stop"})


class Lists:
    """The lists that a view of a comparison shows; it has `found` and `words`."""

    found: Comparison
    words: Words

    def gains(self, pair: Pair) -> list[tuple[str, ...]]:
        """What is nearer or farther: name, residents nearer, farther, as before, mean before and after."""
        words = self.words
        return [
            (
                goal(one.to, words),
                words.number(one.nearer),
                words.number(one.farther),
                words.number(one.same),
                words.amount(one.old_m, "m"),
                words.amount(one.new_m, "m"),
            )
            for one in pair.gains
        ]

    def changes(self, pair: Pair) -> list[tuple[str, list[RowChange], int]]:
        """Layer in words, its changes (cut where there are very many), how many were cut."""
        layers: dict[str, list[RowChange]] = {}
        for change in self.found.changes:
            if change.column == pair.column:
                layers.setdefault(change.layer, []).append(change)
        return [
            (
                self.words(
                    "change.layer",
                    layer=self.words.or_else(f"layer.{layer}", layer),
                    n=self.words.number(len(rows)),
                ),
                rows[:LONGEST_LIST],
                max(0, len(rows) - LONGEST_LIST),
            )
            for layer, rows in layers.items()
        ]

    def folded(self, rows: list[RowChange]) -> bool:
        """Whether a list is long enough to be folded."""
        return len(rows) > SHORT_LIST

    def fields(self, change: RowChange) -> list[tuple[str, str]]:
        """The fields of a change: name, old and new value."""
        out = []
        for name, old, new in change.fields:
            said = self.words.or_else(f"field.{name}", name)
            if change.kind == "changed":
                out.append((said, f"{self.value(old)} → {self.value(new)}"))
            else:
                out.append((said, self.value(old if change.kind == "removed" else new)))
        return out

    def value(self, value: Any) -> str:
        """A value of the plan's data as it stands there; numbers written as people write them."""
        if value is None:
            return self.words("change.empty")
        if isinstance(value, bool):
            return str(value).lower()
        return self.words.number(value) if isinstance(value, int | float) else AREA.sub("m²", str(value))


def goal(to: str, words: Words) -> str:
    """What people are nearer to or farther from, in words."""
    return words(f"gains.{to}") if to in GOALS else words.or_else(f"service.{to}", to)
