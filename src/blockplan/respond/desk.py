"""
The desk where opinions are cut, sorted and answered by people, entry by entry.

Everything is an entry of the record, so that nothing changes unseen. Each act adds entries and reads them
back, so that what is shown is what is kept. Several clerks at once, or several entries that belong
together: make a desk inside a transaction,
``store.transact(lambda ledger: Desk(ledger).merge(["O-4.1", "O-4.2"], by="Li"))``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.respond.answers import Answer, answer_from
from blockplan.respond.refusals import refused
from blockplan.respond.segments import Fineness, Segment, may_cut, split
from blockplan.respond.sorting import Sorting
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.respond.opinions import Received, Record

    Text = str | Mapping[str, str]


class Desk(Sorting):
    """
    What stands (`Sorting`), and what can be done with it.

    Each act names who did it (`by`), and is refused with a UsageError where it names what is not there.

    Attributes
    ----------
    entered
        The payloads that it entered, in order.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.entered: list[Mapping[str, Any]] = []

    # ---- cutting ----

    def cut(self, fineness: Fineness = "point", *, by: str) -> int:
        """Cut every opinion that is not cut, or whose text changed since; gives back how many were cut."""
        todo = [
            opinion
            for opinion in self.opinions.by_id.values()
            if opinion.needs_answer and opinion.id not in self.segments
        ]
        for opinion in todo:
            self._cut_at(opinion, split(opinion.text, fineness), by)
        return len(todo)

    def split(self, segment: str, *places: int, by: str) -> list[Segment]:
        """
        Cut a segment at code-point offsets of its opinion's text; the parts keep theme and own answer.

        Raises
        ------
        UsageError
            If a place is not inside the segment, or between the parts of one character.
        """
        whole = self.segment(segment)
        opinion = self.opinions.by_id[whole.opinion]
        for place in places:
            if not whole.start < place < whole.end or not may_cut(opinion.text, place):
                raise refused(
                    UsageError, "cut_where", segment=segment, start=whole.start, end=whole.end, place=place
                )
        ends = [whole.start, *sorted(set(places)), whole.end]
        parts = list(pairwise(ends))
        return self._recut(opinion, {(whole.start, whole.end): parts}, by)

    def merge(self, segments: Sequence[str], *, by: str) -> Segment:
        """
        Make neighbouring segments of one opinion one; it keeps theme and own answer where theirs agree.

        Raises
        ------
        UsageError
            If they are fewer than two, of several opinions, or not next to each other.
        """
        parts = sorted((self.segment(name) for name in segments), key=lambda part: part.start)
        neighbours = all(one.end == other.start for one, other in pairwise(parts))
        if len(parts) < 2 or len({part.opinion for part in parts}) > 1 or not neighbours:
            raise refused(UsageError, "not_neighbours", segments=listed(segments))
        opinion = self.opinions.by_id[parts[0].opinion]
        whole = (parts[0].start, parts[-1].end)
        return self._recut(opinion, {(part.start, part.end): [whole] for part in parts}, by)[0]

    def _recut(
        self, opinion: Received, instead: Mapping[tuple[int, int], list[tuple[int, int]]], by: str
    ) -> list[Segment]:
        """Enter a new cut, and what the new parts take over from those that they come from."""
        before = self.segments[opinion.id]
        taken = {
            part: [self._held(old.id) for old in before if part in instead.get((old.start, old.end), ())]
            for parts in instead.values()
            for part in parts
        }
        places = [
            place for old in before for place in instead.get((old.start, old.end), [(old.start, old.end)])
        ]
        self._cut_at(opinion, list(dict.fromkeys(places)), by)
        made = [new for new in self.segments[opinion.id] if (new.start, new.end) in taken]
        for segment in made:
            self._take_over(segment, taken[segment.start, segment.end], by)
        return made

    def _held(self, segment: str) -> tuple[str | None, Answer | None]:
        return self._placed(segment), self._own.get(segment)

    def _take_over(self, segment: Segment, held: list[tuple[str | None, Answer | None]], by: str) -> None:
        themes = {theme for theme, _ in held}
        if len(themes) == 1 and (theme := themes.pop()):
            self.assign([segment.id], theme, by=by)
        # The same words may have been entered for each part: they agree, whoever entered them when.
        answers = [None if answer is None else answer.to_dict() for _, answer in held]
        if answers[0] is not None and all(answer == answers[0] for answer in answers):
            self._enter("answered", {"answer": answers[0], "segment": segment.id, "by": by})

    def _cut_at(self, opinion: Received, places: Iterable[tuple[int, int]], by: str) -> None:
        known = {(old.start, old.end): old.id for old in self.segments.get(opinion.id, [])}
        number = self._names_used.get(opinion.id, 0)
        parts = []
        for start, end in places:
            name = known.get((start, end))
            if name is None:
                number += 1
                name = f"{opinion.id}.{number}"
            parts.append({"id": name, "start": start, "end": end})
        self._enter("segmented", {"opinion": opinion.id, "of": opinion.entry, "segments": parts, "by": by})

    # ---- sorting ----

    def name_theme(self, title: Text, *, by: str, theme: str | None = None, gist: Text = "") -> str:
        """Name a new theme, or rename one; gives back its id."""
        if not title:
            raise refused(UsageError, "theme_untitled")
        if theme is None:
            theme = f"T-{self._themes_named + 1}"
        else:
            self._theme(theme)
        said: dict[str, Any] = {"theme": theme, "title": title, "by": by}
        self._enter("theme", said | ({"gist": gist} if gist else {}))
        return theme

    def merge_themes(self, theme: str, into: str, *, by: str) -> None:
        """End a theme; its segments go to another, and have that one's answer."""
        if theme == into:
            raise refused(UsageError, "theme_into_itself", theme=theme)
        self._theme(into)
        self._enter(
            "theme", {"theme": theme, "title": self._theme(theme).title, "merged_into": into, "by": by}
        )

    def assign(self, segments: Sequence[str], theme: str | None, *, by: str) -> None:
        """Sort segments into a theme (None: out of any)."""
        if theme is not None:
            self._theme(theme)
        self.assign_all(dict.fromkeys(segments, theme), by=by)

    def assign_all(self, places: Mapping[str, str | None], *, by: str) -> None:
        """Sort many segments at once: segment id -> theme id."""
        for segment in places:
            self.segment(segment)
        for theme in {theme for theme in places.values() if theme}:
            self._theme(theme)
        if places:
            assigned = [{"segment": segment, "theme": theme} for segment, theme in places.items()]
            self._enter("themed", {"assigned": assigned, "by": by})

    def fold(self, opinions: Sequence[str], *, by: str, campaign: str | None = None) -> str:
        """Fold opinions that say the same for reading; each still counts. Gives back the campaign's id."""
        unknown = [opinion for opinion in opinions if opinion not in self.opinions.by_id]
        if unknown or len(set(opinions)) < 2:
            raise refused(UsageError, "campaign_of_two", named=listed(unknown or opinions))
        name = campaign or f"C-{len(self.campaigns) + 1}"
        self._enter("folded", {"campaign": name, "opinions": list(dict.fromkeys(opinions)), "by": by})
        return name

    def keep_run(self, run: Mapping[str, Any], proposal: Mapping[str, Any], *, by: str) -> None:
        """Keep what a run of the machine proposed, once somebody took something of it over."""
        self._enter("grouped", {"run": dict(run), "proposal": dict(proposal), "by": by})

    # ---- answering ----

    def answer_theme(self, theme: str, answer: Answer, *, by: str) -> None:
        """Answer a theme: the answer reaches all its segments that have none of their own."""
        self._theme(theme)
        self._answer({"theme": theme}, answer, by)

    def answer_segment(self, segment: str, answer: Answer, *, by: str) -> None:
        """Answer one segment for itself, whatever its theme says."""
        self.segment(segment)
        self._answer({"segment": segment}, answer, by)

    def _answer(self, target: dict[str, str], answer: Answer, by: str) -> None:
        checked = answer_from(answer.to_dict())
        self._enter("answered", {"answer": checked.to_dict(), "by": by, **target})

    def _enter(self, kind: str, payload: dict[str, Any]) -> None:
        self._read(self.record.append(kind, payload))
        self.entered.append(payload)
