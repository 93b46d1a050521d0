"""
Opinions from mails: mbox and eml files, in the encodings and shapes that mail programs write.

The plain part of a mail is its text; where there is only HTML, its words. Everything else is a file that goes
with it. A mail says of itself when it was sent; the day of arrival is read from the
topmost ``Received`` line, which the office's own server wrote, where there is one.
"""

from __future__ import annotations

import email
import email.header
import email.policy
import email.utils
import mailbox
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.notice import Attachment
from blockplan.notice.intake.texts_in import made_fit
from blockplan.notice.intake.uploads import plain_name
from blockplan.respond.listed_opinions import ListedOpinion
from blockplan.respond.refusals import refused

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

#: Elements of HTML that begin a new line.
BLOCKS = frozenset(
    ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul",
     "ol", "hr", "section", "article")
)  # fmt: skip
UNREAD = frozenset(("script", "style", "head", "title", "template"))


def read_mails(path: Path) -> list[ListedOpinion]:
    """
    The mails of an mbox or eml file as opinions.

    Raises
    ------
    UsageError
        If there is no mail in the file.
    """
    if path.suffix.lower() == ".eml":
        return [_opinion(email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32), 1)]
    box = mailbox.mbox(path, create=False)
    try:
        mails = [
            _opinion(email.message_from_bytes(box.get_bytes(key), policy=email.policy.compat32), number)
            for number, key in enumerate(box.keys(), 1)
        ]
    finally:
        box.close()
    if not mails:
        raise refused(UsageError, "no_mail", path=path)
    return mails


def _opinion(mail: Message, number: int) -> ListedOpinion:
    faults: list[str] = []
    text, files = _contents(mail, faults)
    title = _fit(_header(mail, "subject"), "subject", faults)
    name, address = email.utils.parseaddr(_header(mail, "from"))
    person = {
        key: _fit(value, "from", faults) for key, value in (("name", name), ("contact", address)) if value
    }
    received = _received(mail)
    if received is None:
        faults.append("no line says when it was received; the day is not known")
    return ListedOpinion(
        text=text,
        row=number,
        title=title,
        received_at=received,
        channel="email",
        person=person,
        other={"message_id": _header(mail, "message-id")} if mail.get("message-id") else {},
        attachments=tuple(files),
        faults=tuple(faults),
    )


def _fit(text: str, name: str, faults: list[str]) -> str:
    fit, said = made_fit(text)
    faults += [f"{name}: {one}" for one in said]
    return fit


def _header(mail: Message, name: str) -> str:
    """A header decoded, also where a program wrote raw GB18030 or Shift_JIS into it."""
    try:
        parts = email.header.decode_header(str(mail.get(name, "")))
    except email.errors.HeaderParseError:
        return str(mail.get(name, ""))
    said = ""
    for part, charset in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        said += _decoded(data, None if charset == "unknown-8bit" else charset)[0]
    return re.sub(r"\r?\n\s*", " ", said).strip()


def _contents(mail: Message, faults: list[str]) -> tuple[str, list[Attachment]]:
    """The words of a mail, and its files."""
    plain: list[str] = []
    html: list[str] = []
    files: list[Attachment] = []
    for part in mail.walk():
        if part.is_multipart():
            continue
        data = _bytes(part)
        kind = part.get_content_type()
        if _is_file(part) or kind not in {"text/plain", "text/html"}:
            files.append(Attachment(_file_name(part, len(files) + 1), kind, data))
            continue
        said, fits = _decoded(data, part.get_content_charset())
        if not fits:
            faults.append(
                f"the text is not in {part.get_content_charset()}, as the mail says; read as it fits best"
            )
        (plain if kind == "text/plain" else html).append(said if kind == "text/plain" else words_of(said))
    words = plain if any(said.strip() for said in plain) else html
    return _fit("\n".join(words).replace("\r\n", "\n").strip("\n"), "text", faults), files


def _bytes(part: Message) -> bytes:
    held: Any = part.get_payload(decode=True)
    return held if isinstance(held, bytes) else b""


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _file_name(part: Message, number: int) -> str:
    """The file's own name, cleaned like that of an upload; a number where it has none."""
    given = part.get_filename()
    if given is None:
        return f"part-{number}"
    parts = email.header.decode_header(given)
    said = "".join(
        piece if isinstance(piece, str) else _decoded(piece, charset)[0] for piece, charset in parts
    )
    return plain_name(said) or f"part-{number}"


def _decoded(data: bytes, charset: str | None) -> tuple[str, bool]:
    """The text of some bytes, and whether it is in the encoding that was said."""
    from blockplan.plan.files.encodings import codec_name, detect  # noqa: PLC0415

    name = codec_name(charset) if charset else None
    for candidate in (name, detect(data.splitlines() or [b""], name)):
        if candidate is not None:
            try:
                return data.decode(candidate), charset is None or candidate == name
            except (UnicodeDecodeError, LookupError):
                continue
    return data.decode("utf-8", "replace"), False


def _received(mail: Message) -> str | None:
    """When the office's server took the mail in; else when it says it was sent; None where neither is."""
    lines = [str(line).rpartition(";")[2] for line in mail.get_all("received", [])[:1]]
    for said in [*lines, str(mail.get("date", ""))]:
        try:
            return email.utils.parsedate_to_datetime(said.strip()).isoformat()
        except (ValueError, TypeError, IndexError):
            continue
    return None


class _Words(HTMLParser):
    """Collects the words of HTML: lines where its blocks begin, nothing of scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Whoever forgot to close the head has begun the body all the same.
        self.unread = 0 if tag == "body" else self.unread + (tag in UNREAD)
        if tag in BLOCKS:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.unread = max(0, self.unread - (tag in UNREAD))
        if tag in BLOCKS - {"br", "hr"}:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.said.append(re.sub(r"\s+", " ", data))


def words_of(html: str) -> str:
    r"""
    The words of an HTML text, with a line for each of its blocks.

    Examples
    --------
    >>> words_of("<style>p{}</style><p>绿地&nbsp;太少</p><p>道路<b>太窄</b></p>")
    '绿地 太少\n道路太窄'
    """
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.said).replace("\xa0", " ").splitlines()]
    return "\n".join(line for line in lines if line)
