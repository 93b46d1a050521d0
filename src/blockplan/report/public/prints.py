"""
What a notice hands out on paper: the card for the board on site, the receipt, "my parcel" on one page.

Each is a PDF/A-2b in Chinese, English, Japanese or easy Japanese with readings. The same facts give the same
bytes. What the caller does not state is said to be not stated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import blockplan
from blockplan.errors import UsageError
from blockplan.report import fonts
from blockplan.report.document import plain_text
from blockplan.report.public.furigana import pieces
from blockplan.report.public.place_words import sections, title
from blockplan.report.public.qr import qr_svg
from blockplan.report.public.speech import Speech
from blockplan.report.typesetting import REGIONS, desk, typeset

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from blockplan.report.document import Section, Table
    from blockplan.report.public.pictures import Picture
    from blockplan.report.public.place_records import ParcelRecord

Paper = Literal["a4", "a3"]
PAPERS = ("a4", "a3")
#: So many characters of a hash or a secret stand together.
GROUP = 4
#: So many characters of a checkpoint stand on a line.
LINE = 44


@dataclass(frozen=True, kw_only=True)
class NoticeFacts:
    """
    What a notice has to say of itself, in the language of the print.

    Attributes
    ----------
    title, authority, preparer, extent
        The plan, who answers for it, who drew it, which land it is about.
    legal_basis, manner, documents
        Lines: laws and clauses; ways to comment; papers on display.
    start, end, days
        First and last day, and how many days that is by the law that counts them.
    deadline
        Until when opinions are in time, with clock and time zone.
    place, hours, contact, privacy
        Where and when it is on display; whom to ask; what becomes of personal data.
    address
        Where the notice stands on the web: its QR code.
    checkpoint, key_fingerprint
        The signed checkpoint of the record at the time of printing, and the fingerprint of the office's key.
    """

    title: str
    authority: str
    start: dt.date
    end: dt.date
    days: int
    deadline: str
    address: str
    preparer: str = ""
    extent: str = ""
    legal_basis: tuple[str, ...] = ()
    place: str | tuple[str, ...] = ""
    hours: str | tuple[str, ...] = ""
    manner: tuple[str, ...] = ()
    contact: str = ""
    documents: tuple[str, ...] = ()
    privacy: str = ""
    checkpoint: str = ""
    key_fingerprint: str = ""
    attribution: str = ""
    draft: bool = True
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """
    What a paper receipt says.

    Attributes
    ----------
    number
        The opinion's number in the record.
    received, day
        Server time as it is to be read, with time zone; and its day.
    arrived
        When it reached the service, which says whether it is late; "" where that is the same.
    late
        Whether it came after the deadline.
    channel, about
        How it came, and what it is about, in the language of the print.
    leaf, checkpoint, key_fingerprint
        Hash of its leaf; the signed checkpoint; the fingerprint of the office's key.
    secret
        What its submitter follows it with; "" prints none (a copy for the file).
    follow
        Address where it is followed: the QR code. It must not hold the secret if the copy is for others.
    """

    number: str
    title: str
    authority: str
    received: str
    day: dt.date
    late: bool
    leaf: str
    checkpoint: str
    key_fingerprint: str
    follow: str
    channel: str = ""
    about: str = ""
    files: int = 0
    arrived: str = ""
    secret: str = field(default="", repr=False)
    draft: bool = True
    synthetic: bool = False


def notice_card(facts: NoticeFacts, lang: str, paper: Paper = "a4", picture: Picture | None = None) -> bytes:
    """
    The card for the board on site, A4 or A3 upright.

    Parameters
    ----------
    picture
        A map to put beside the facts; one of `blockplan.report.public.noticemaps`.

    Raises
    ------
    UsageError
        If there is no such language or paper, or the address does not fit a QR code.
    """
    if paper not in PAPERS:
        raise UsageError(f"There is no paper {paper!r} for a notice card. Papers: {', '.join(PAPERS)}.")
    speech = Speech(lang)
    with desk() as folder:
        data = {
            **_head(speech, "card", facts.title, draft=facts.draft, synthetic=facts.synthetic),
            "paper": paper,
            "rows": [_row(speech, f"print.card.{key}", value) for key, value in _card_rows(facts, speech)],
            "qr": _qr(folder, facts.address, speech("print.scan")),
            "qr_said": pieces(speech("print.scan")),
            "address": facts.address,
            "picture": _picture(folder, picture),
            "proof": _proof(speech, facts.checkpoint, facts.key_fingerprint),
        }
        return typeset(folder, "prints.typ", data, speech.lang, facts.start)


def paper_receipt(facts: ReceiptFacts, lang: str) -> bytes:
    """The numbered receipt on A5, for a counter to hand over; UsageError as `notice_card`."""
    speech = Speech(lang)
    state = speech("print.receipt.late" if facts.late else "print.receipt.in_time")
    rows = [
        ("authority", "print.card.authority", facts.authority),
        ("time", "print.receipt.time", facts.received),
        ("arrived", "print.receipt.arrived", facts.arrived),
        ("deadline", "print.receipt.deadline", state),
        ("by", "print.receipt.by", facts.channel),
        ("about", "print.receipt.about", facts.about),
    ]
    said = [_row(speech, label, value) for _, label, value in rows if value]
    if facts.files:
        said.append(_row(speech, "print.receipt.with", speech.count("print.receipt.files", facts.files)))
    with desk() as folder:
        data = {
            **_head(speech, "receipt", facts.title, draft=facts.draft, synthetic=facts.synthetic),
            "number_label": pieces(speech("print.receipt.number")),
            "number": facts.number,
            "rows": said,
            "leaf_label": pieces(speech("print.receipt.leaf")),
            "leaf": _grouped(facts.leaf),
            "secret_label": pieces(speech("print.receipt.secret")),
            "secret": _grouped(facts.secret),
            "secret_said": pieces(speech("print.receipt.secret_said")),
            "qr": _qr(folder, facts.follow, speech("print.receipt.follow")),
            "qr_said": pieces(speech("print.receipt.follow")),
            "address": facts.follow.partition("#")[0],
            "proof": _proof(speech, facts.checkpoint, facts.key_fingerprint),
        }
        return typeset(folder, "prints.typ", data, speech.lang, facts.day)


def parcel_page(
    parcel: ParcelRecord,
    lang: str,
    facts: NoticeFacts,
    picture: Picture | None = None,
) -> bytes:
    """
    "My parcel" on one page of A4.

    Parameters
    ----------
    facts
        Whom to ask, and until when; the address is that of the parcel's own page.
    picture
        Its small map: `Locator.picture` with ``plain=True``, since the page says the rest itself.

    Notes
    -----
    The page is set in the largest of a few sizes at which it holds; where even the smallest does not, tables
    are cut, and what is left out is counted.
    """
    speech = Speech(lang)
    with desk() as folder:
        data = {
            **_head(speech, "parcel", facts.title, draft=facts.draft, synthetic=facts.synthetic),
            "name": pieces(title(parcel, lang)),
            "sections": [_section(one) for one in sections(parcel, lang)],
            "more": {str(n): pieces(speech.count("print.parcel.more", n)) for n in range(1, 61)},
            "attribution": pieces(speech.words("head.attribution", source=facts.attribution))
            if facts.attribution
            else [],
            "ask_label": pieces(speech("print.parcel.ask")),
            "rows": [
                _row(speech, f"print.card.{key}", value)
                for key, value in _card_rows(facts, speech)
                if key in {"authority", "period", "deadline", "contact"}
            ],
            "qr": _qr(folder, facts.address, speech("print.scan")),
            "qr_said": pieces(speech("print.scan")),
            "address": facts.address,
            "picture": _picture(folder, picture),
        }
        return typeset(folder, "prints.typ", data, speech.lang, facts.start)


def _head(speech: Speech, kind: str, said: str, *, draft: bool, synthetic: bool) -> dict[str, Any]:
    """What every print has: its kind, language, heading, the plan's title, marks."""
    marks = [speech("print.draft")] if draft else []
    marks += [speech("print.synthetic")] if synthetic else []
    return {
        "kind": kind,
        "lang": speech.lang,
        "region": REGIONS[speech.lang],
        "easy": speech.easy,
        "head": pieces(speech(f"print.{kind}.head")) if kind != "parcel" else [],
        "title": pieces(speech.read(said)),
        "marks": [pieces(mark) for mark in marks],
        "made": speech("print.made", version=blockplan.__version__),
    }


def _card_rows(facts: NoticeFacts, speech: Speech) -> list[tuple[str, str | tuple[str, ...]]]:
    """The facts of a notice in their order; those that a notice may lack only where they are stated."""
    words = speech.words
    period = speech(
        "print.card.period_said", start=words.day(facts.start), end=words.day(facts.end), days=facts.days
    )
    always: list[tuple[str, str | tuple[str, ...]]] = [
        ("extent", facts.extent),
        ("authority", facts.authority),
        ("basis", facts.legal_basis),
        ("period", period),
        ("deadline", facts.deadline),
        ("place", facts.place),
        ("hours", facts.hours),
        ("manner", facts.manner),
        ("contact", facts.contact),
    ]
    rest: list[tuple[str, str | tuple[str, ...]]] = [
        ("preparer", facts.preparer),
        ("documents", facts.documents),
        ("privacy", facts.privacy),
    ]
    return always + [row for row in rest if row[1]]


def _row(speech: Speech, label: str, value: str | tuple[str, ...]) -> list[Any]:
    """A label and the lines that are said of it, with readings."""
    lines = [value] if isinstance(value, str) else list(value)
    said = [line for line in lines if line] or [speech("print.not_stated")]
    return [pieces(speech(label)), *(pieces(speech.read(line)) for line in said)]


def _proof(speech: Speech, checkpoint: str, fingerprint: str) -> dict[str, Any] | None:
    """Checkpoint and key, with what they are good for; nothing where neither is given."""
    if not checkpoint and not fingerprint:
        return None
    return {
        "checkpoint_label": pieces(speech("print.checkpoint")),
        "checkpoint": [part for said in checkpoint.strip().splitlines() for part in _short(said)],
        "key_label": pieces(speech("print.key")),
        "key": fingerprint,
        "said": pieces(speech("print.check")),
    }


def _section(one: Section) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": pieces(plain_text(one.title)),
        "sentences": [pieces(said) for said in one.sentences],
        "rows": [[pieces(row.term), pieces(plain_text(row.said)), pieces(row.note)] for row in one.terms],
        "table": _table(one.table) if one.table else None,
        "notes": [pieces(said) for said in one.notes],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "heads": [pieces(head) for head in table.heads],
        "rows": [[pieces(cell) for cell in row] for row in table.texts],
    }


def _grouped(secret: str) -> str:
    """A hash or a secret in groups that a person can read out; those that it has, where it is in groups."""
    if {len(one) for one in secret.split("-")} == {GROUP}:
        return secret
    return " ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP))


def _short(said: str) -> list[str]:
    """A line of a checkpoint in pieces that fit half a page."""
    return [said[at : at + LINE] for at in range(0, len(said), LINE)] or [""]


def _qr(folder: Path, address: str, said: str) -> str:
    (folder / "qr.svg").write_text(qr_svg(address, said), encoding="utf-8")
    return "qr.svg"


def _picture(folder: Path, picture: Picture | None) -> dict[str, Any] | None:
    if picture is None:
        return None
    (folder / "picture.svg").write_text(fonts.printable(picture.svg), encoding="utf-8")
    return {
        "file": "picture.svg",
        "ratio": round(picture.width_mm / picture.height_mm, 4),
        "alt": picture.alt,
    }
