"""The receipt on paper, as `blockplan.report.public.prints` sets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.portal import moments
from blockplan.portal.config import config_of_environment
from blockplan.portal.intake.receipt_page import facts, follow_link
from blockplan.portal.record.keys import fingerprint
from blockplan.portal.record.numbers import named
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.portal.intake.submissions import Receipt
    from blockplan.portal.record.models import Notice


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
    about = "; ".join(f"{one['kind']} {one['id']} {one['words']}".strip() for one in said["targets"])
    stated = (row.opened.get("particulars") or {}).get("authority")
    found = ReceiptFacts(
        number=named(row.id, made.opinion, lang, made.number),
        title=pick(row.opened["plan"].get("title"), lang),
        authority=pick(stated or row.opened.get("authority"), lang) or config_of_environment().office,
        received=moments.said(made.at, row.zone, lang),
        arrived="" if made.arrived == made.at else moments.said(made.arrived, row.zone, lang),
        day=moments.local(made.at, row.zone).date(),
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
