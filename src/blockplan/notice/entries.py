"""The entries of a record folder, read line by line, and what is wrong with each by itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError
from blockplan.jsontext import JsonRecord
from blockplan.notice import two_person
from blockplan.notice.disclosure import GROUNDS, Fate, check_mark, check_waits, check_words
from blockplan.notice.events import KINDS, STANDING, EntryPart, Event, check_payload, parse_time
from blockplan.notice.leaves import event_of, holds, leaf, unhex
from blockplan.notice.proof import canonical, merkle
from blockplan.notice.refusals import WORDS
from blockplan.notice.standing import Standing, check_about
from blockplan.notice.two_person import Newest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEYS = {"leaf", "body", "body_key", "files", "person", "person_key", "kept_back", "opinion"}


@dataclass(frozen=True, slots=True)
class Finding(JsonRecord):
    """Something that is not as it should be: its kind, where, and what the words need."""

    kind: str
    where: str
    said: str = ""

    KEYS = ("kind", "where", "message")

    def message(self, lang: str = "en") -> str:
        """The finding in words."""
        said = WORDS(f"finding.{self.kind}", lang, where=self.where, said=self.said)
        return " ".join(said.split())


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the log: the event, the files behind it, and the ground if its body is kept back."""

    event: Event
    paths: tuple[str | None, ...] = ()
    ground: str | None = None


@dataclass(slots=True)
class Log:
    """What the lines of a log hold."""

    entries: list[LogEntry] = field(default_factory=list)
    tree: merkle.Tree = field(default_factory=merkle.Tree)
    findings: list[Finding] = field(default_factory=list)
    standing: Standing = field(default_factory=Standing)

    def find(self, kind: str, where: str, said: str = "") -> None:
        """One more finding."""
        self.findings.append(Finding(kind, where, said))


def read_log(data: bytes, notice: str, file: Callable[[str], bytes | None]) -> Log:
    """
    Read a log and check each of its entries.

    Parameters
    ----------
    file
        The content of a file of the record by its path; None where there is none.
    """
    log = Log()
    lines = data.split(b"\n")
    if lines.pop() != b"":
        log.find("log_damaged", "log.jsonl", "the last line does not end")
    for number, line in enumerate(lines):
        try:
            entry = _entry(canonical.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.find("log_damaged", f"log.jsonl, line {number + 1}", str(error))
            continue
        _check_place(log, entry.event, number, notice)
        _check_parts(log, entry, file)
        log.entries.append(entry)
        log.tree.add(merkle.leaf_hash(leaf(entry.event)))
    _check_laws(log)
    return log


def _entry(line: Mapping[str, Any]) -> LogEntry:
    if set(line) - _KEYS:
        raise ValueError(f"unknown keys: {', '.join(sorted(set(line) - _KEYS))}")
    event = event_of(line["leaf"])
    parse_time(event.at)
    if event.kind not in KINDS:
        raise ValueError(f"there is no kind of entry {event.kind!r}")
    ground = line.get("kept_back")
    if (ground is None) == ("body" not in line) or (ground is not None and ground not in GROUNDS):
        raise ValueError("it needs a body, or one of the grounds for keeping it back")
    if ground is not None and ({"body_key", "files"} & set(line)):
        raise ValueError("its body is kept back, and a key or a file of it is not")
    files = line.get("files", [])
    if ground is None and len(files) != len(event.files):
        raise ValueError("the number of its files differs from that of its leaf")
    paths = tuple(None if one is None else str(one["path"]) for one in files)
    parts = tuple(
        EntryPart(part.commitment, None if one is None else unhex(one["key"]))
        for part, one in zip(event.files, files, strict=False)
    )
    claimed = line.get("opinion")
    event = replace(
        event,
        body=_part(event.body, line, "body"),
        person=None if event.person is None else _part(event.person, line, "person"),
        files=parts or event.files,
        _payload={"opinion": claimed} if ground is not None and claimed is not None else None,
    )
    return LogEntry(event, paths, ground)


def _part(part: EntryPart, line: Mapping[str, Any], name: str) -> EntryPart:
    if name not in line:
        return part
    if not isinstance(line[name], dict):
        raise TypeError(f"the {name} is no document")
    return EntryPart(part.commitment, unhex(line[f"{name}_key"]), canonical.dumps(line[name]))


def _check_place(log: Log, event: Event, number: int, notice: str) -> None:
    where = said_of(event)
    if event.seq != number:
        log.find("entry_number", f"log.jsonl, line {number + 1}", f"{event.seq}")
    if event.notice != notice:
        log.find("entry_foreign", where, event.notice)
    before = log.entries[-1].event if log.entries else None
    if before is not None and event.at < before.at and event.kind != two_person.KIND:
        log.find("time_backwards", where, f"{event.at} < {before.at}")
    if event.kind == two_person.KIND and event.known:
        said = two_person.fault([entry.event for entry in log.entries], event)
        if said is not None:
            log.find("law_broken", where, said)


def _check_parts(log: Log, entry: LogEntry, file: Callable[[str], bytes | None]) -> None:
    event = entry.event
    if not holds(event.body):
        log.find("body_changed", said_of(event))
    if event.person is not None and not holds(event.person):
        log.find("person_changed", said_of(event))
    for part, path in zip(event.files, entry.paths, strict=False):
        content = None if path is None else file(path)
        if path is not None and (content is None or not holds(replace(part, content=content))):
            log.find("file_swapped", said_of(event), path)


def _check_laws(log: Log) -> None:
    """Replay the record: what may follow what, and what is in time, as if each entry were made now."""
    submitted = {
        event.opinion: event for event in (entry.event for entry in log.entries) if event.kind == "submitted"
    }
    fates: dict[str, Fate] = {}
    newest = Newest()
    for entry in log.entries:
        event = entry.event
        if not event.known and event.kind in STANDING:
            log.find("ground_missing", said_of(event), "an entry about the notice itself is always open")
        try:
            check_mark(event, submitted.get(event.opinion))
            if event.known:
                check_payload(event.kind, event.payload)
                log.standing = log.standing.after(event)
                _check_about(event, submitted, fates)
                newest.check(event.kind, event.payload)
            newest.take(event.seq, event.kind, event.opinion)
            if event.opinion is not None:
                fates.setdefault(event.opinion, Fate()).take(event)
        except BlockplanError as error:
            log.find("law_broken", said_of(event), str(error))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.find("law_broken", said_of(event), f"{type(error).__name__}: {error}")


def _check_about(event: Event, submitted: Mapping[str | None, Event], fates: Mapping[str, Fate]) -> None:
    """What an entry says of an opinion is about one that came before it."""
    opinion = event.payload.get("opinion")
    if opinion is None:
        return
    first = submitted.get(opinion)
    if first is None or first.seq > event.seq or (event.kind == "submitted" and first is not event):
        raise ValueError(f"there is no opinion {opinion} before it")
    fate = fates.get(opinion, Fate())
    check_about(event.kind, first, withdrawn=fate.withdrawn)
    if event.kind == "shown":
        check_waits(event.payload, fate)
    elif event.kind in {"redacted", "withheld"}:
        check_words(event.payload, fate)


def said_of(event: Event) -> str:
    """An entry as a finding names it."""
    return f"entry {event.seq} ({event.kind})"
