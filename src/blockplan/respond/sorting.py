"""
What stands on the desk: opinions, their segments, themes and answers, read from the entries of a record.

Reading changes nothing; what people do is in `blockplan.respond.desk`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.respond.answers import Answer, answer_from
from blockplan.respond.opinions import OpinionIndex
from blockplan.respond.refusals import TEXTS, refused
from blockplan.respond.segments import Segment
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from blockplan.notice.events import Event
    from blockplan.respond.opinions import Record

    Text = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Theme:
    """
    What several segments are about, so that one answer serves them.

    Attributes
    ----------
    id
        ``T-3``.
    gist
        What the opinions of the theme say, in the planner's words; empty where nobody wrote it.
    answer
        The answer to all its segments that have none of their own.
    entry
        Number of the entry that named it.
    """

    id: str
    title: Text
    gist: Text = ""
    answer: Answer | None = None
    entry: int = 0


class Sorting:
    """
    Opinions, segments, themes and answers of one record.

    Attributes
    ----------
    segments
        Opinion id -> its segments in order; lacks those that nobody cut, or whose text changed since.
    themes
        Theme id -> `Theme`; without those that were merged into others.
    campaigns
        Campaign id -> ids of the opinions that are folded in it.
    runs
        What groupings of the machine proposed, oldest first.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.opinions = OpinionIndex()
        self.segments: dict[str, list[Segment]] = {}
        self.themes: dict[str, Theme] = {}
        self.campaigns: dict[str, tuple[str, ...]] = {}
        self.runs: list[Mapping[str, Any]] = []
        self._theme_of: dict[str, tuple[str, int]] = {}
        self._own: dict[str, Answer] = {}
        self._given: dict[str, list[Answer]] = {}
        self._names_used: dict[str, int] = {}
        self._themes_named = 0
        #: Number of the entry that would be read next.
        self.entries_read = 0
        self.catch_up(record.events())

    def catch_up(self, entries: Iterable[Event]) -> None:
        """Read entries that were made since, in order."""
        for entry in entries:
            self._read(entry)

    def texts(self) -> dict[str, str]:
        """Segment id -> its words; of every opinion that needs an answer."""
        return {segment.id: self.text_of(segment) for segment in self.open_segments()}

    def text_of(self, segment: Segment) -> str:
        """The words of a segment."""
        return self.opinions.by_id[segment.opinion].text[segment.start : segment.end]

    def open_segments(self) -> list[Segment]:
        """Segments of the opinions that need an answer, in the order of the record."""
        return [
            segment
            for opinion in self.opinions.by_id.values()
            if opinion.needs_answer
            for segment in self.segments.get(opinion.id, [])
        ]

    def segment(self, name: str) -> Segment:
        """The segment of an id; UsageError where none stands."""
        for segment in self.segments.get(name.rpartition(".")[0], []):
            if segment.id == name:
                return segment
        raise refused(UsageError, "no_segment", name=name)

    def theme_of(self, segment: str) -> Theme | None:
        """The theme that a segment is sorted into."""
        placed = self._theme_of.get(segment)
        return self.themes.get(placed[0]) if placed else None

    def sorted_by(self, segment: str) -> int | None:
        """Number of the entry that sorted a segment where it is; None where it is in no theme."""
        placed = self._theme_of.get(segment)
        return placed[1] if placed else None

    def own_answer(self, segment: str) -> Answer | None:
        """The answer that a segment has for itself, before that of its theme."""
        return self._own.get(segment)

    def given(self, subject: str) -> tuple[Answer, ...]:
        """Every answer that was given to a segment for itself, or to a theme, oldest first."""
        return tuple(self._given.get(subject, ()))

    def answer_of(self, segment: str) -> Answer | None:
        """What is answered to a segment: its own answer, or else its theme's; None where there is neither."""
        theme = self.theme_of(segment)
        return self._own.get(segment) or (theme.answer if theme else None)

    def members(self, theme: str) -> list[Segment]:
        """The open segments of a theme."""
        return [segment for segment in self.open_segments() if self._placed(segment.id) == theme]

    def came_later(self, theme: str) -> list[Segment]:
        """Segments sorted into a theme after it was answered: nobody looked whether the answer fits them."""
        answer = self._theme(theme).answer
        if answer is None or answer.entry is None:
            return []
        return [
            segment
            for segment in self.members(theme)
            if segment.id not in self._own and self._theme_of[segment.id][1] > answer.entry
        ]

    def _placed(self, segment: str) -> str | None:
        placed = self._theme_of.get(segment)
        return placed[0] if placed else None

    def _theme(self, name: str) -> Theme:
        if name not in self.themes:
            known = listed(self.themes) if self.themes else TEXTS.text("no_theme_yet")
            raise refused(UsageError, "no_theme", name=name, known=known)
        return self.themes[name]

    # ---- reading entries ----

    def _read(self, entry: Event) -> None:
        self.entries_read = entry.seq + 1
        if entry.kind in _READERS:
            _READERS[entry.kind](self, entry.seq, entry.payload)
        else:
            self._read_opinion(entry)

    def _read_opinion(self, entry: Event) -> None:
        self.opinions.read(entry)
        opinion = self.opinions.by_id.get(entry.payload.get("opinion", ""))
        if entry.kind in {"amended", "transcribed"} and opinion is not None:
            self.segments.pop(opinion.id, None)

    def _segmented(self, _seq: int, said: Mapping[str, Any]) -> None:
        opinion = self.opinions.by_id.get(said["opinion"])
        numbers = [int(part["id"].rpartition(".")[2]) for part in said["segments"]]
        used = self._names_used.get(said["opinion"], 0)
        self._names_used[said["opinion"]] = max([used, *numbers])
        if opinion is not None and opinion.entry == said["of"]:
            self.segments[opinion.id] = [
                Segment(part["id"], opinion.id, part["start"], part["end"]) for part in said["segments"]
            ]

    def _named(self, seq: int, said: Mapping[str, Any]) -> None:
        name, into = said["theme"], said.get("merged_into")
        if into:
            self.themes.pop(name, None)
            self._theme_of |= {at: (into, seq) for at, (held, _) in self._theme_of.items() if held == name}
            return
        old = self.themes.get(name)
        self._themes_named += old is None
        gist = said.get("gist") or (old.gist if old else "")
        self.themes[name] = Theme(name, said["title"], gist, old.answer if old else None, seq)

    def _themed(self, seq: int, said: Mapping[str, Any]) -> None:
        for place in said["assigned"]:
            if place["theme"] is None:
                self._theme_of.pop(place["segment"], None)
            elif self._placed(place["segment"]) != place["theme"]:
                self._theme_of[place["segment"]] = (place["theme"], seq)

    def _folded(self, _seq: int, said: Mapping[str, Any]) -> None:
        self.campaigns[said["campaign"]] = tuple(said["opinions"])

    def _grouped(self, _seq: int, said: Mapping[str, Any]) -> None:
        self.runs.append(said)

    def _answered(self, seq: int, said: Mapping[str, Any]) -> None:
        answer = answer_from(said["answer"], said.get("by", ""), seq)
        self._given.setdefault(said.get("theme") or said.get("segment", ""), []).append(answer)
        if "theme" in said and said["theme"] in self.themes:
            self.themes[said["theme"]] = replace(self.themes[said["theme"]], answer=answer)
        elif "segment" in said:
            self._own[said["segment"]] = answer


_READERS: dict[str, Callable[[Sorting, int, Mapping[str, Any]], None]] = {
    "segmented": Sorting._segmented,
    "theme": Sorting._named,
    "themed": Sorting._themed,
    "folded": Sorting._folded,
    "grouped": Sorting._grouped,
    "answered": Sorting._answered,
}
