"""
Words from strangers: what is entered in the record as it came, and what is shown of it.

Two forms of a text are kept apart. *Received* goes into the record and its commitment: as it was sent,
but for what no file can carry. *Shown* is for pages, search and mail: composed (NFC), line ends alike,
and with every mark that turns the direction of writing closed where its line ends, so that it cannot
turn what stands around it.
"""

from __future__ import annotations

import re

#: What UTF-8 and a page cannot carry: half signs, control characters but tab and line ends, non-characters.
UNFIT = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
#: Marks that turn the direction of what follows, so that a text reads as something else.
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
#: Longer texts are kept in full, and somebody is told to look.
LONGEST = 50_000


def made_fit(text: str) -> tuple[str, list[str]]:
    r"""
    A text that every file can carry, and what had to be changed or should be looked at.

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
