"""The receipt that a submitter sees once, with a square code to find the opinion again."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.shortcuts import render

from blockplan.notice.proof.notes import read_checkpoint, verifier
from blockplan.portal.config import config_of_environment
from blockplan.portal.intake import subjects

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from blockplan.portal.intake.promised import PromisedError
    from blockplan.portal.intake.submissions import Receipt
    from blockplan.portal.record.models import Notice

#: Empty modules around a code, as ISO/IEC 18004 asks.
QUIET = 4


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
        "targets": [
            subjects.in_words(target, lang)
            for target in subjects.named(row, (made.document["body"] or {}).get("targets", []))
        ],
        "defects": [subjects.said_or(f"opinion.field.{name}", name, lang) for name in made.defects],
        "link": link,
        "code": code_of(link),
    }


def follow_link(row: Notice, made: Receipt, lang: str) -> str:
    """Where the opinion is followed: its number and its leaf, which are public; never the secret."""
    address = config_of_environment().address.rstrip("/")
    query = urlencode({"opinion": made.opinion, "leaf": made.leaf[:16]})
    return f"{address}/{lang}/notices/{row.id}/follow/?{query}"


def code_of(text: str) -> dict[str, Any]:
    """
    A QR code (level M) as one path of an SVG: ``side`` in modules with the quiet border, and ``path``.

    Examples
    --------
    >>> code_of("https://plans.example.org/")["side"]
    33
    """
    import qrcode  # noqa: PLC0415 (only receipts need it)

    made = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    made.add_data(text)
    made.make(fit=True)
    rows = made.get_matrix()
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return {"side": len(rows) + 2 * QUIET, "path": path}
