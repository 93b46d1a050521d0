"""What mails say, written when they are sent, of the record as it stands then; never words of an opinion."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from django.core.mail import EmailMessage

from blockplan.portal import words
from blockplan.portal.config import config_of_environment
from blockplan.portal.ids import written
from blockplan.portal.mail.outbox import token_of
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.record.index import named
from blockplan.portal.record.models import Opinion
from blockplan.portal.record.register import title_of
from blockplan.portal.visible_notices import version_of
from blockplan.portal.words import say
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.portal.mail.models import Outgoing
    from blockplan.portal.record.models import Notice


def letter(row: Outgoing) -> EmailMessage:
    """The mail of a row."""
    config = config_of_environment()
    subject, body = LETTERS[row.kind](row)
    made = EmailMessage(subject=" ".join(subject.split())[:200], body=body, to=[row.to])
    host = urlsplit(config.address).hostname or "localhost"
    # The same mail has the same name, so that one that comes twice can be told.
    name = hashlib.sha256(f"{config.secret()} {row.pk}".encode()).hexdigest()[:32]
    made.extra_headers = {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}
    if "subscription" in row.said:
        link = _link(row, f"mail/{token_of(row.said['subscription'])}/")
        made.extra_headers |= {
            "List-Unsubscribe": f"<{link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return made


def _receipt(row: Outgoing) -> tuple[str, str]:
    found = Opinion.objects.filter(notice=row.notice, seq=int(row.opinion.removeprefix("O-"))).first()
    at = "" if found is None else _moment(found.at, row.notice, row.lang)
    late = found is not None and found.late
    standing = say("mail.late" if late else "mail.in_time", row.lang)
    values = {
        "opinion": _opinion(row),
        "at": at,
        "standing": standing,
        "follow": _notice_link(row, "follow/"),
    }
    return _said(row, "receipt", **values)


def _confirm(row: Outgoing) -> tuple[str, str]:
    return _said(row, "confirm")


def _news(row: Outgoing) -> tuple[str, str]:
    end = _moment(row.notice.ends_before, row.notice, row.lang) if row.notice.ends_before else ""
    what = say(f"mail.event.{row.said['event']}", row.lang, end=end, name=_name(row))
    answer = ""
    if row.opinion and row.said["event"] == "published":
        follow = _notice_link(row, f"follow/?opinion={row.opinion}")
        answer = say("mail.your_answer", row.lang, opinion=_opinion(row), follow=follow)
    if theme := row.said.get("theme"):
        title = pick(title_of(row.notice, theme), row.lang)
        about = say("mail.theme", row.lang, theme=title or theme)
        return _said(row, "news", what=f"{about}\n{what}", answer=answer, notice=_theme_link(row))
    more = {"notice": _object_link(row)} if row.said.get("layer") else {}
    return _said(row, "news", what=what, answer=answer, **more)


#: Kind of a row -> its subject and body.
LETTERS: dict[str, Callable[[Outgoing], tuple[str, str]]] = {
    "receipt": _receipt,
    "confirm": _confirm,
    "news": _news,
}


def _said(row: Outgoing, name: str, **values: Any) -> tuple[str, str]:
    known = {
        "plan": pick(row.notice.opened.get("plan", {}).get("title"), row.lang) or row.notice_id,
        "notice": _notice_link(row, ""),
        "link": _link(row, f"mail/{token_of(row.said['subscription'])}/"),
        "office": config_of_environment().office or say("frame.name", row.lang),
    }
    said = [say(f"mail.{name}.{part}", row.lang, **{**known, **values}) for part in ("subject", "body")]
    return said[0], said[1].replace("\n\n\n", "\n\n").strip() + "\n"


def _notice_link(row: Outgoing, rest: str) -> str:
    return _link(row, f"notices/{row.notice_id}/{rest}")


def _object_link(row: Outgoing) -> str:
    return _notice_link(row, f"plan/{row.said['layer']}/{quote(written(row.said['object']), safe='')}/")


def _theme_link(row: Outgoing) -> str:
    return _notice_link(row, f"response/#{quote(row.said['theme'])}")


def _name(row: Outgoing) -> str:
    """The object that it is about, as the plan on notice calls it."""
    layer, id_ = row.said.get("layer", ""), row.said.get("object", "")
    version = version_of(row.notice) if layer else None
    found = PlanObject.objects.filter(version=version, layer=layer, object=id_).first() if version else None
    title = pick(found.title, row.lang) if found is not None else ""
    return f"{title} ({id_})" if title else id_


def _link(row: Outgoing, rest: str) -> str:
    return f"{config_of_environment().address.rstrip('/')}/{row.lang}/{rest}"


def _opinion(row: Outgoing) -> str:
    """The opinion that it is about, by its number and its entry."""
    return named(row.notice_id, row.opinion, row.lang)


def _moment(at: str, notice: Notice, lang: str) -> str:
    return words.said(at, notice.zone, lang)
