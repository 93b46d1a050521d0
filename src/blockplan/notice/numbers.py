"""
The numbers of opinions that people are told: 1, 2, 3 in order of arrival in the record of a notice.

The record, its verifiers, addresses and the API name an opinion by the entry that it came with (``O-10484``).
Its number is the rank of that entry among those of the kind ``submitted``. It is stored in no entry and needs
no proof of its own: whoever has the log can count, and no entry is ever taken out, so that it never changes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from blockplan.notice.refusals import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from blockplan.errors import BlockplanError
    from blockplan.notice.events import Event

_ENTRY = re.compile(r"(?<![a-z])o-?(\d+)")
#: An opinion or a point as the record names it.
_ID = re.compile(r"(?<![a-z])o-(\d+(?:\.\d+)?)(?![\d.])")
#: The same in a sentence, where its number does not stand before it already.
_NAMED = re.compile(r"(?<![A-Za-z(（])O-(\d{1,15})(?:\.\d+)?(?!\d)")
#: ``2``, ``2.3``, ``No. 2``; and a whole name in any of the languages: number, point, entry.
_BEGINS = r"\s*(?:no\.?|#|第)?\s*"
_NUMBERED = re.compile(_BEGINS + r"(\d{1,15})(?:\.(\d+))?\s*[号條条]?\s*", re.IGNORECASE)
_SAID = re.compile(_BEGINS + r"(\d{1,15})\D+(?:(\d+)\D+)?\d+\D*", re.IGNORECASE)
LONGEST = 15


class Typed(NamedTuple):
    """What somebody may mean: the number of an opinion, or of its entry; None where that is not meant."""

    number: int | None = None
    entry: int | None = None


def numbers(entries: Iterable[Event]) -> dict[str, int]:
    """
    ``O-17`` -> number from 1, of all entries of a notice in order, or of those ``submitted`` alone.

    Withdrawn, erased and late opinions have theirs like any other.
    """
    came = (entry.seq for entry in entries if entry.kind == "submitted")
    return {f"O-{seq}": number for number, seq in enumerate(came, 1)}


def named(opinion: str, number: int | None, lang: str) -> str:
    """
    An opinion, or a point of one, as people are told it: its number, and that of its entry.

    Examples
    --------
    >>> named("O-10484", 2, "en"), named("O-10484.3", 2, "en")
    ('No. 2 (entry 10484)', 'No. 2, point 3 (entry 10484)')
    >>> named("O-10484", None, "en")  # where nothing could be counted
    'O-10484'
    """
    name, _, point = opinion.partition(".")
    if number is None:
        return opinion
    key = "opinion.point" if point else "opinion.named"
    return WORDS(key, lang, number=number, point=point, entry=name.removeprefix("O-"))


def with_id(opinion: str, number: int | None, lang: str) -> str:
    """
    The same with the id beside, where people go on with the id: in commands and tables.

    Examples
    --------
    >>> with_id("O-10484.3", 2, "en")
    'No. 2 (O-10484.3)'
    """
    return opinion if number is None else WORDS("opinion.with_id", lang, number=number, opinion=opinion)


def read_typed(said: str, *, alone: bool = False) -> Typed:
    """
    What somebody typed of what they were shown: ``1``, ``No. 1``, all of ``No. 1 (entry 17)``, or ``O-17``.

    A figure by itself is a number. Earlier receipts named the entry, and some left out the letter: whoever has
    the submitter's secret to tell by may try a bare figure as an entry too.

    Parameters
    ----------
    alone
        Whether it is a number only where nothing else is said: ``2 trees`` is a search for words.

    Examples
    --------
    >>> read_typed("第 １ 号"), read_typed("o-17"), read_typed("No. 1 (entry 17)"), read_typed("trees")
    (Typed(number=1, entry=None), Typed(number=None, entry=17), Typed(number=1, entry=17), Typed(number=None, entry=None))
    """  # noqa: E501
    from blockplan.notice.intake.texts_in import typed  # noqa: PLC0415 (the room's door)

    if entry := _ENTRY.search(typed(said).lower()):
        return Typed(entry=_figure(entry[1]))
    plain = unicodedata.normalize("NFKC", said)
    found = [_figure(one) for one in re.findall(r"\d+", plain)]
    if not found or (alone and not (_NUMBERED.fullmatch(plain) or _SAID.fullmatch(plain))):
        return Typed()
    return Typed(number=found[0], entry=found[-1] if len(found) > 1 else None)


def id_of(said: str, entries: Iterable[Event]) -> str:
    """
    What a command is told of an opinion or a point, as the record names it; as it stands where it is none.

    Examples
    --------
    >>> class One(NamedTuple):
    ...     seq: int
    ...     kind: str = "submitted"
    >>> log = [One(1), One(10484)]
    >>> [id_of(said, log) for said in ("2", "2.3", "No. 2, point 3 (entry 10484)", "No. 2 (O-10484)", "o-1.1", "9", "trees")]
    ['O-10484', 'O-10484.3', 'O-10484.3', 'O-10484', 'O-1.1', '9', 'trees']
    """  # noqa: E501
    plain = unicodedata.normalize("NFKC", said)
    if found := _ID.search(plain.lower()):
        return f"O-{found[1]}"
    asked = _NUMBERED.fullmatch(plain) or _SAID.fullmatch(plain)
    if asked is None:
        return said
    by_number = {number: name for name, number in numbers(entries).items()}
    name = by_number.get(_figure(asked[1]) or 0)
    return said if name is None else f"{name}.{int(asked[2])}" if asked[2] else name


def name_opinions(error: BlockplanError, number: Callable[[int], int | None]) -> None:
    """
    Have a refusal name opinions as people are told them, wherever it names their entries.

    Parameters
    ----------
    number
        Gives the number of the opinion of an entry; None where there is none.
    """

    def again(said: str, lang: str) -> str:
        return _NAMED.sub(lambda found: named(found[0], number(int(found[1])), lang), said)

    if error.text is not None:
        error.text = {lang: again(said, lang) for lang, said in error.text.items()}
    error.args = tuple(again(one, "en") if isinstance(one, str) else one for one in error.args)


def _figure(said: str) -> int | None:
    return int(said) if len(said) <= LONGEST else None
