"""
What was answered to a point or a theme before: who changed what of the answer, and when, side by side.

The record keeps every answer that was given. Only what differs between one and the next is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString

from blockplan.portal.lang import current
from blockplan.portal.office.forms import AnswerForm, initial_of
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.respond import Answer
    from blockplan.respond.sorting import Sorting

#: So many versions are shown, the newest first.
SHOWN = 10
#: Words of alphabets are compared whole, all other signs one by one: Chinese and Japanese part no words.
_TOKENS = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\d+|\s+|.", re.DOTALL)
#: Longer texts are compared line by line.
_MOST_TOKENS = 3000


@dataclass(frozen=True, slots=True)
class Differing:
    """A part of an answer that differs: what it is, its language, and its words before and after, marked."""

    label: str
    lang: str
    before: SafeString
    after: SafeString


@dataclass(frozen=True, slots=True)
class AnswerVersion:
    """A change of an answer: who made it, when, and what differs from the version before."""

    by: str
    at: str
    parts: tuple[Differing, ...]


@dataclass(frozen=True, slots=True)
class AnswerVersions:
    """The newest changes of an answer, newest first, and how many there are in all."""

    shown: tuple[AnswerVersion, ...]
    count: int

    @property
    def cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.count > len(self.shown)


def versions(notice: str, now: Sorting, subject: str) -> AnswerVersions:
    """The changes of the answer to a point or a theme; none where it was given once."""
    every = now.given(subject)
    given = every[-SHOWN - 1 :]
    entries = open_store(notice).some([one.entry for one in given if one.entry is not None])
    labels = {name: str(field.label) for name, field in AnswerForm().fields.items()}
    shown = [
        AnswerVersion(after.by, entries[after.entry or 0].at, _parts(labels, before, after))
        for before, after in pairwise(given)
    ]
    return AnswerVersions(tuple(reversed(shown)), max(len(every) - 1, 0))


def _parts(labels: dict[str, str], before: Answer, after: Answer) -> tuple[Differing, ...]:
    old, new = _said(before), _said(after)
    return tuple(
        Differing(label, name.removeprefix("reason_") if name.startswith("reason_") else "", *marks)
        for name, label in labels.items()
        if old.get(name, "") != new.get(name, "")
        and (marks := compared(old.get(name, ""), new.get(name, "")))
    )


def _said(answer: Answer) -> dict[str, str]:
    return initial_of(answer) | {"kind": say(f"office_answer.{answer.kind}", current())}


def compared(before: str, after: str) -> tuple[SafeString, SafeString]:
    """
    Two texts, with what is gone marked in the one and what is new in the other.

    Examples
    --------
    >>> compared("two trees", "ten trees")
    ('<del>two</del> trees', '<ins>ten</ins> trees')
    """
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if max(len(old), len(new)) > _MOST_TOKENS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    gone = [(old[begin:end], kind != "equal") for kind, begin, end, _, _ in steps]
    come = [(new[begin:end], kind != "equal") for kind, _, _, begin, end in steps]
    return _marked(gone, "del"), _marked(come, "ins")


def _marked(pieces: Sequence[tuple[Sequence[str], bool]], mark: str) -> SafeString:
    made = SafeString()
    for tokens, differs in pieces:
        if words := "".join(tokens):
            made += format_html(f"<{mark}>{{}}</{mark}>" if differs else "{}", words)
    return made
