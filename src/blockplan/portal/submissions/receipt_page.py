"""The receipt that a submitter sees once or prints, with a square code to find the opinion again."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.safestring import mark_safe

from blockplan.notice.proof.notes import fingerprint, read_checkpoint, verifier
from blockplan.portal import words
from blockplan.portal.config import config_of_environment
from blockplan.portal.record.index import named
from blockplan.portal.submissions import subjects
from blockplan.portal.words import say
from blockplan.report.public.qr import qr_svg
from blockplan.texts import pick

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from blockplan.portal.record.models import Notice
    from blockplan.portal.submissions.promised import PromisedError
    from blockplan.portal.submissions.services import Receipt


def receipt_page(request: HttpRequest, row: Notice, made: Receipt) -> HttpResponse:
    """What was taken in, and how it is proved, followed, amended and withdrawn."""
    lang: str = request.lang  # type: ignore[attr-defined]
    response = render(request, "portal/receipt.html", {"notice": row, **facts(row, made, lang)})
    response.headers["Cache-Control"] = "no-store"
    return response


def promised_page(
    request: HttpRequest, row: Notice, form: str, seal: str, error: PromisedError
) -> HttpResponse:  # fmt: skip
    """Where the record stood still: by when it is in, the promise, and how to get the receipt."""
    document = json.dumps(dict(error.promise), ensure_ascii=False, indent=1).encode()
    known = {
        "notice": row, "arrived": error.arrived, "until": error.until, "secret": error.secret,
        "draft": form, "seal": seal, "file": base64.b64encode(document).decode(),
    }  # fmt: skip
    response = render(request, "portal/promised.html", known, status=202)
    response.headers["Cache-Control"] = "no-store"
    return response


def facts(row: Notice, made: Receipt, lang: str) -> dict[str, Any]:
    """What stands on a receipt, for pages and for print."""
    link = follow_link(row, made, lang)
    checkpoint = read_checkpoint(made.document["checkpoint"], verifier(made.document["key"]))
    return {
        "receipt": made,
        "checkpoint": checkpoint,
        "root": base64.b64encode(checkpoint.root).decode(),  # as the checkpoint and the notice write it
        "steps": made.document["proof"],
        "note": made.document["checkpoint"],
        "key": made.document["key"],
        "body": made.document["body"] or {},
        "kept_place": subjects.place_in_words(row, made.document["body"] or {}, lang),
        "targets": subjects.placed(
            row, subjects.named(row, (made.document["body"] or {}).get("targets", [])), lang
        ),
        "defects": [subjects.said_or(f"opinion.field.{name}", name, lang) for name in made.defects],
        "link": link,
        "code": mark_safe(qr_svg(link, say("receipt.code", lang))),  # noqa: S308 (drawn by us, its title escaped)
    }


def follow_link(row: Notice, made: Receipt, lang: str) -> str:
    """Where the opinion is followed: its number and its leaf, which are public; never the secret."""
    address = config_of_environment().address.rstrip("/")
    query = urlencode({"opinion": made.opinion, "leaf": made.leaf[:16]})
    return f"{address}/{lang}/notices/{row.id}/follow/?{query}"


def paper(row: Notice, made: Receipt, lang: str, secret: str) -> bytes:
    """
    A PDF with number, time, leaf, checkpoint, square code and the submitter's secret.

    Parameters
    ----------
    secret
        As its holder typed it; it is printed, and stands in no address.
    """
    from blockplan.report.public.prints import ReceiptFacts, paper_receipt  # noqa: PLC0415 (typst takes a while)

    said = facts(row, made, lang)
    parts = ("kind", "number", "words", "where")
    named_there = [" ".join(one[part] for part in parts if one[part]) for one in said["targets"]]
    about = "; ".join(filter(None, (said["kept_place"], *named_there)))
    stated = (row.opened.get("particulars") or {}).get("authority")
    found = ReceiptFacts(
        number=named(row.id, made.opinion, lang, made.number),
        title=pick(row.opened["plan"].get("title"), lang),
        authority=pick(stated or row.opened.get("authority"), lang) or config_of_environment().office,
        received=words.said(made.at, row.zone, lang),
        arrived="" if made.arrived == made.at else words.said(made.arrived, row.zone, lang),
        day=words.local(made.at, row.zone).date(),
        late=made.late,
        leaf=made.leaf,
        checkpoint=made.document["checkpoint"],
        key_fingerprint=fingerprint(made.document["key"]),
        follow=follow_link(row, made, lang),
        about=about[:400],
        files=len(said["body"].get("files", [])),
        secret=secret,
        synthetic=bool(row.opened.get("synthetic")),
    )
    return paper_receipt(found, lang)
