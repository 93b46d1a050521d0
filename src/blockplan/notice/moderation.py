"""
Words that wait until somebody of the office has looked, and the entry that lets them be seen.

What comes without shown work is in the record at once, and counts and is answered like everything else; but
a record that is open to everybody must not show words which nobody has read. So the leaf bears a mark: it is
signed, stands in the submitter's receipt, and everybody can see that words were kept back because they wait,
and for no other reason. An entry ``shown`` opens the words of one entry, and those alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError
from blockplan.notice.disclosure import Fate
from blockplan.notice.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.notice.events import Event


def waits_again(first: Event | None, payload: Mapping[str, Any]) -> bool:
    """Whether an amendment waits: that of an opinion which came with the mark, unless a clerk entered it."""
    return first is not None and first.held and "by" not in payload


def waits_still(about: Iterable[Event]) -> bool:
    """Whether nobody has looked yet at the newest words of an opinion, which are marked."""
    fate = Fate()
    for event in about:
        fate.take(event)
    return fate.unseen


def check_look(payload: Mapping[str, Any], about: Iterable[Event]) -> None:
    """
    Whether an entry ``shown`` may be made.

    Raises
    ------
    NoticeStateError
        If its words do not wait, or others stand in their place since somebody looked.
    """
    fate = Fate()
    for event in about:
        fate.take(event)
    check_waits(payload, fate)


def check_waits(payload: Mapping[str, Any], fate: Fate) -> None:
    """The same, where what became of the opinion is known."""
    opinion, of = payload["opinion"], payload["of"]
    if not fate.unseen:
        raise refused(NoticeStateError, "waits_not", opinion=opinion)
    if type(of) is not int or of != fate.newest:
        raise refused(NoticeStateError, "other_words", opinion=opinion, newest=fate.newest, of=of)


def stands_on(about: Iterable[Event], opinion: str, of: Any = None) -> int | None:
    """Number of the entry whose words stand; NoticeStateError where `of` names another."""
    fate = Fate()
    for event in about:
        fate.take(event)
    check_words({"opinion": opinion} | ({} if of in (None, "") else {"of": of}), fate)
    return fate.newest


def check_words(payload: Mapping[str, Any], fate: Fate) -> None:
    """
    Whether what redacts or withholds is about the words that stand; ``of`` names their entry.

    Raises
    ------
    NoticeStateError
        If others stand there now.
    """
    of = payload.get("of", fate.newest)
    if type(of) is not int or of != fate.newest:
        raise refused(NoticeStateError, "other_words", opinion=payload["opinion"], newest=fate.newest, of=of)


def check_mark(event: Event, first: Event | None) -> None:
    """
    Whether a leaf may bear, or lack, the mark of words that wait.

    Parameters
    ----------
    first
        The entry by which the opinion was submitted; None where there is none.

    Raises
    ------
    NoticeStateError
        If it may not.
    """
    if event.kind == "submitted":
        return
    if event.kind != "amended" or not event.known:
        wrong = event.held and not (event.kind == "amended" and waits_again(first, {}))
    else:
        wrong = event.held != waits_again(first, event.payload)
    if wrong:
        said = "bears" if event.held else "lacks"
        raise NoticeStateError(
            f"The leaf of entry {event.seq} {said} the mark of words that wait for a look."
        )
