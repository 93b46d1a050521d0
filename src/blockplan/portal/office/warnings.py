"""What goes wrong beside the pages, told to everybody of the office on its first page and at each notice."""

from __future__ import annotations

from typing import Any

from blockplan.portal import moments
from blockplan.portal.config import FILE, config_of_environment
from blockplan.portal.lang import current
from blockplan.portal.mail import halts
from blockplan.portal.words import say


def warnings() -> list[str]:
    """Sentences in the reader's language; none where all is well."""
    return _of_mail()


def _of_mail() -> list[str]:
    found: dict[str, Any] | None = halts.warning()
    if found is None:
        return []
    lang = current()
    what = say(f"office_warning.mail_{found['step']}", lang)
    why = f"{what} ({found['code']})" if found["code"] else what
    since = moments.said(found["since"], config_of_environment().zone, lang)
    return [say("office_warning.mail", lang, since=since, why=why, waiting=found["waiting"], file=FILE)]
