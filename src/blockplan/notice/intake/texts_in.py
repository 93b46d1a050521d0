"""
Words from strangers: what of them a file can carry, and what they say in plain signs.

What is sent goes into the record as it came, but for what no file can carry (`made_fit`). Pages show marks
that turn the direction of writing by their numbers (`blockplan.respond.tables.shown`). Of what people type
from paper, `typed` gives what was printed.

Words folded for search: width, case, blanks and the forms of a character make no difference.

A resident writes 綠地, a planner 绿地, a Japanese partner 緑地, and each finds the others' places. What is
shown stays as it was written; the table of forms (``variants.txt``) holds those of common words and names,
not all that there are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

#: What UTF-8 and a page cannot carry: half signs, control characters but tab and line ends, non-characters.
UNFIT = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
#: Marks that turn the direction of what follows, so that a text reads as something else.
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
#: Longer texts are kept in full, and somebody is told to look.
LONGEST = 50_000
#: So many marks on one letter are enough for every script (Unicode Annex 15, stream-safe texts).
MOST_MARKS = 30
#: One address of e-mail and nothing else; no mail is sent to what is written in another way.
_MAIL = re.compile(
    r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
)


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


def folded(*texts: str) -> str:
    """
    Texts as search compares them, joined by a blank.

    Examples
    --------
    >>> folded("Ｃ－０１２", "North  Park"), folded("綠地"), folded("緑地（公園）")
    ('c-012 north park', '绿地', '绿地(公园)')
    """
    joined = unicodedata.normalize("NFKC", with_few_marks(" ".join(texts))).casefold()
    return " ".join(joined.translate(_variants()).split())


def letters(folded_text: str) -> str:
    """
    The letters and digits of a folded text alone.

    Examples
    --------
    >>> letters("c-012 (北区)")
    'c012北区'
    """
    return "".join(sign for sign in folded_text if sign.isalnum())


@cache
def _variants() -> dict[int, str]:
    text = resources.files("blockplan.notice.intake").joinpath("variants.txt").read_text(encoding="utf-8")
    groups = " ".join(line for line in text.splitlines() if not line.startswith("#")).split()
    return {ord(form): group[0] for group in groups for form in group[1:] if form != group[0]}
