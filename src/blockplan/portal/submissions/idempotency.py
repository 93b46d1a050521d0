"""
One key is one opinion: whether what comes under a key is what came under it before.

Kept beside a sent form is a seal of all that was sent, made with the form's own key. Whoever has the key can
make the seal again; nobody else can guess from it what was said, not even after an erasure.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from blockplan.errors import BlockplanError
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    from blockplan.notice.submissions import Submission


class KeyUsedError(BlockplanError):
    """Under this key something else was entered; what came now is not."""


def seal_of(form: str, opinion: Submission, mail: str = "") -> str:
    """
    What tells one content from every other, in hex: words, objects, place, person, files, and mail or none.

    Parameters
    ----------
    mail
        Where receipt and answer go to; empty where they go nowhere.
    """
    files = [(file.name, file.media_type, hashlib.sha256(file.content).hexdigest()) for file in opinion.files]
    more = {key: value for key, value in opinion.more.items() if value not in (None, "", [])}
    said = [opinion.text, opinion.channel, opinion.sender, more, dict(opinion.person), files, mail]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hmac.new(form.encode("utf-8", "replace"), text.encode(), hashlib.sha256).hexdigest()


def require_same(before: str, now: str) -> None:
    """
    See that two seals are of one content; an empty one is of any.

    Raises
    ------
    KeyUsedError
        If they are not.
    """
    if before and now and not hmac.compare_digest(before.encode("utf-8", "replace"), now.encode()):
        raise refusal(KeyUsedError, say, "opinion.stopped.sent_otherwise")
