"""Whether what a text says lies on a parcel lies there: a facility, all of a kind, a class of land."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.deliver.text.setting import EXISTING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blockplan.deliver.text.document import TableCell
    from blockplan.deliver.text.lexicon import Token

_GAP = r"(?:[^。；;.\n]|\.(?=[0-9])){0,24}?"
#: What stands between the name of a thing and the parcel that it lies on; in a table the column's heading.
LIES = re.compile(
    rf"{_GAP}(?:位于|设于|设在|布置[于在]|安排在|落位于)\s?"
    rf"|{_GAP}\b(?:stands?|lies|is|located|built) (?:on|in) (?:the )?(?:parcel|plot|site)\s"
    r"|\s?(?:は|を)(?:区画|地块)?\s?|\s?[（(](?:地块|区画|parcel\s)?"
    r"|\s(?:所在)?(?:地块编号|地块|区画番号|区画|parcel)(?: number| no\.?)?\s",
    re.IGNORECASE,
)
#: The heading of a column that says on which parcel a row's thing lies.
_OF_PARCELS = re.compile(
    r"\s*(?:规划|所在|計画)?(?:地块(?:编号|号|代码)?|区画(?:番号|コード)?"
    r"|(?:parcel|plot)(?: (?:number|no\.?|id))?)\s*",
    re.IGNORECASE,
)
_PLACED_BEHIND = re.compile(r"(?:区画)?に(?:位置|立地|配置|整備|設置|置)")


def misplaced(
    text: str, tokens: Sequence[Token], lies: Mapping[str, frozenset[str]], parcels: frozenset[str]
) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """Where the number of a parcel stands on which a thing does not lie: start, right ones, the thing."""
    subject: Token | None = None
    for token in tokens:
        if token.word in lies:
            subject = token
        elif token.word in parcels and subject is not None:
            between = text[subject.end : token.start]
            there = LIES.fullmatch(between)
            if there and re.search(r"[はを]", between) and not _PLACED_BEHIND.match(text, token.end):
                there = None
            past = EXISTING.search(text, max(0, subject.start - 12), token.start)
            if there and not past and token.word not in lies[subject.word]:
                yield token.start, tuple(sorted(lies[subject.word])), subject.word
            subject = None


def misplaced_in_row(parcel: str, cell: TableCell, lies: Mapping[str, frozenset[str]]) -> str:
    """The thing that a row of a table names before its parcel and that does not lie on it, else nothing."""
    if cell.row is None or not _OF_PARCELS.fullmatch(cell.heads[cell.column]):
        return ""
    thing = next((one.strip() for one in cell.row[: cell.column] if one.strip() in lies), "")
    return thing if thing and parcel not in lies[thing] else ""
