r"""
Words from strangers: what is entered in the record as it came, and what is shown of it.

Two forms of a text are kept apart. *Received* goes into the record and its commitment: as it was sent,
but for what no file can carry. *Shown* is for pages, search and mail: composed (NFC), line ends alike,
and every mark that turns the direction of writing closed where its line ends, so that it cannot turn what
stands around it.

>>> words = take_words({"text": "More\x00 trees\r\nplease", "title": "Trees"})
>>> words["text"].received, words["text"].shown
('More� trees\r\nplease', 'More� trees\nplease')

Of what people type from paper, `typed` gives what was printed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.refusals import IntakeNote, note, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.notice.intake.limits import UploadLimits

#: What UTF-8 and a page cannot carry: half signs, control characters but tab and line ends, non-characters.
UNFIT = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
#: Marks that turn the direction of what follows, so that a text reads as something else.
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
#: Longer texts are kept in full, and somebody is told to look.
LONGEST = 50_000
#: Field of an opinion -> the limit of its length; those of one line hold no line end.
FIELDS = {
    "text": "text_characters",
    "reason": "reason_characters",
    "title": "line_characters",
    "clause": "line_characters",
    "place": "line_characters",
    "name": "line_characters",
    "address": "line_characters",
    "contact": "line_characters",
    "standing": "line_characters",
}
MANY_LINES = frozenset({"text", "reason"})
_LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_EMBEDDING, _ISOLATE, _POP, _POP_ISOLATE = (
    "\u202a\u202b\u202d\u202e",
    "\u2066\u2067\u2068",
    "\u202c",
    "\u2069",
)
#: So many marks on one letter are enough for every script (Unicode Annex 15, stream-safe texts).
MOST_MARKS = 30
#: Letters that are drawn as nothing.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")
#: One address of e-mail and nothing else; no mail is sent to what is written in another way.
_MAIL = re.compile(
    r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
)


@dataclass(frozen=True, slots=True)
class OpinionField:
    """
    A field of an opinion, in both forms.

    Attributes
    ----------
    received
        For the record and its commitment.
    shown
        For pages, search and mail; "" where nothing of it can be seen.
    notes
        What was changed, for the submitter.
    """

    received: str
    shown: str
    notes: tuple[IntakeNote, ...] = ()


def take_words(said: Mapping[str, str], limits: UploadLimits = LIMITS) -> dict[str, OpinionField]:
    """
    The fields of an opinion in both forms; fields without anything to be seen are left out.

    Parameters
    ----------
    said
        Field (`FIELDS`) -> what was sent. Which fields a country asks for is not judged here.

    Raises
    ------
    IntakeError
        If a field is longer than `limits` allow.
    KeyError
        If there is no such field.
    """
    found = {field: take_text(text, field, limits) for field, text in said.items()}
    return {field: words for field, words in found.items() if words.shown}


def take_text(said: str, field: str = "text", limits: UploadLimits = LIMITS) -> OpinionField:
    """
    One field in both forms.

    Raises
    ------
    IntakeError
        If it is longer than `limits` allow.
    """
    most: int = getattr(limits, FIELDS[field])
    if len(said) > most:
        code = "text.long" if field in MANY_LINES else "text.line"
        raise refused(code, length=f"{len(said):,}", most=f"{most:,}")
    received, unfit = UNFIT.subn("\ufffd", said)
    notes = [note("text.unfit", count=unfit)] if unfit else []
    if field not in MANY_LINES:
        received = re.sub(r"\s+", " ", received).strip()
    if TURNING.search(received):
        notes.append(note("text.turning"))
    return OpinionField(received, shown(received), tuple(notes))


def shown(received: str) -> str:
    r"""
    A received text as pages, search and mail have it; "" where nothing of it can be seen.

    Examples
    --------
    >>> shown("cafe\u0301\r\n\u3164")
    'café\n\u3164'
    >>> shown("\u3000\u200b\n")
    ''
    """
    if is_blank(received):
        return ""
    lines = _LINE_END.sub("\n", unicodedata.normalize("NFC", with_few_marks(received)))
    return "\n".join(closed(line) for line in lines.split("\n"))


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: spaces, control and format characters, empty letters."""
    return all(sign in _UNSEEN or unicodedata.category(sign)[0] in "ZC" for sign in text)


def with_few_marks(text: str) -> str:
    r"""
    A text with at most 30 marks on a letter.

    More belong to no script, hide the lines around them, and make composing take quadratic time.

    Examples
    --------
    >>> len(with_few_marks("a" + "\u0301\u0323" * 1_000))
    31
    """
    if text.isascii():
        return text
    kept, run = [], 0
    for sign in text:
        run = run + 1 if unicodedata.combining(sign) else 0
        if run <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def closed(line: str) -> str:
    r"""
    A line in which every turning mark is closed and no closing mark stands alone (Unicode Annex 9).

    Examples
    --------
    >>> closed("a\u202eb"), closed("\u2069\u2067a")
    ('a\u202eb\u202c', '\u2067a\u2069')
    """
    if not TURNING.search(line):
        return line
    kept: list[str] = []
    waiting: list[str] = []
    isolates = 0
    for sign in line:
        if sign in _EMBEDDING or sign in _ISOLATE:
            waiting.append(_POP if sign in _EMBEDDING else _POP_ISOLATE)
            isolates += sign in _ISOLATE
        elif sign == _POP:
            if not waiting or waiting[-1] != _POP:
                continue
            waiting.pop()
        elif sign == _POP_ISOLATE:
            if not isolates:
                continue
            isolates -= 1
            while waiting.pop() != _POP_ISOLATE:
                pass  # closing an isolate closes what was opened in it
        kept.append(sign)
    return "".join(kept + waiting[::-1])


def mail_of(contact: str) -> str | None:
    """
    The address of e-mail that a contact is; None where it is a telephone number, or anything else.

    Examples
    --------
    >>> mail_of(" wang@example.org "), mail_of("010-1234567"), mail_of("a@example.org, b@example.org")
    ('wang@example.org', None, None)
    """
    plain = contact.strip()
    return plain if len(plain) <= 254 and _MAIL.fullmatch(plain) else None


def made_fit(text: str) -> tuple[str, list[str]]:
    r"""
    A text of an imported list that every file can carry, and what had to be changed or should be looked at.

    Examples
    --------
    >>> made_fit("no\x00 more")
    ('no� more', ['1 character that no file can carry became �'])
    """
    fit, changed = UNFIT.subn("\ufffd", text)
    said = []
    if changed:
        plural = "" if changed == 1 else "s"
        said.append(f"{changed} character{plural} that no file can carry became \ufffd")
    if turning := len(TURNING.findall(fit)):
        said.append(f"{turning} marks turn the direction of writing; read the text with care")
    if len(fit) > LONGEST:
        said.append(f"{len(fit):,} characters long; look whether it is one opinion")
    return fit, said


#: Signs that keyboards give for a hyphen, the long vowel mark of Japanese ones among them.
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff70"), "-")


def typed(said: str) -> str:
    """
    What was printed, of what somebody typed: without spaces and invisible signs, in plain signs.

    Examples
    --------
    >>> typed(" ＡＢＣ１ ２３－＿ xyz ")
    'ABC123-_xyz'
    """
    plain = unicodedata.normalize("NFKC", said).translate(_HYPHENS)
    return "".join(sign for sign in plain if not sign.isspace() and unicodedata.category(sign) != "Cf")
