"""
The code by which a submitter, without an account, comes back to an opinion: written down, and typed by hand.

Seven groups of four figures and letters without I, L, O and U, ``7K3M-9QXD-…`` (140 bits), the same in
whatever case it is typed and wherever hyphens and spaces stand in it.
"""

from __future__ import annotations

import hashlib
import secrets

from blockplan.notice.intake.texts_in import typed

#: Figures and letters without I, L, O and U (Crockford's base 32).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans("OIL", "011")
_LENGTH, _GROUP = 28, 4
_BITS = 5 * _LENGTH


def access_code(number: int | None = None) -> str:
    """
    A new code; that of a number, of which the lowest 140 bits count, where one is given.

    Examples
    --------
    >>> access_code(1)
    '0000-0000-0000-0000-0000-0000-0001'
    """
    left = secrets.randbits(_BITS) if number is None else number % (1 << _BITS)
    signs = "".join(_SIGNS[left >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return _grouped(signs)


def digest_of_secret(secret: str) -> str:
    """What is kept of a secret in its place: SHA-256 of its characters."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def as_given_out(said: str) -> tuple[str, ...]:
    """
    The codes that may have been given out, of what somebody typed from paper, likeliest first.

    Codes of earlier receipts tell cases and hyphens apart: without its hyphens one may look like one of ours.

    Examples
    --------
    >>> as_given_out("oooo 0000 0000 0000-0000-0000-oool")[0]
    '0000-0000-0000-0000-0000-0000-0001'
    >>> as_given_out("x7-Qe _4")
    ('x7-Qe_4',)
    """
    plain = typed(said)
    signs = plain.replace("-", "").upper().translate(_MEANT)
    ours = len(signs) == _LENGTH and set(signs) <= set(_SIGNS)
    return (_grouped(signs), plain) if ours else (plain,)


def _grouped(signs: str) -> str:
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))
