"""
The inbox of a notice: its points as rows that filters choose from, how far the answers are, and which point
comes before and after the one that is open.

Made in one pass over the desk at each look; the pages of the answering desk show it beside their subject.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from blockplan.notice.numbers import read_typed
from blockplan.portal.lang import current
from blockplan.portal.office import assignments, edit_conflicts, entries, hands, open_pages
from blockplan.portal.office.paging import ROWS, after
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.pages.common import standing_of
from blockplan.portal.submissions import subjects
from blockplan.portal.words import occurrences
from blockplan.respond.coverage import received, reconcile
from blockplan.respond.tables import shown as plainly
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.http import HttpRequest

    from blockplan.portal.office.hands import Holder
    from blockplan.portal.record.models import Notice
    from blockplan.respond import Answer, Sorting
    from blockplan.respond.opinions import Received
    from blockplan.respond.segments import Segment
    from blockplan.respond.sorting import Theme

#: So much of a point stands in its row.
EXCERPT = 160
LONGEST_SEARCH = 60
#: So many objects that a point is about stand in its row, their names no longer than this.
CHIPS, LONGEST_CHIP = 2, 40
#: How far a point is, in the order of the bar of progress.
STATES = ("own", "theme", "unanswered", "unsorted")
#: What the page's script does for a key, and its words; without it the page has a link or button for each.
KEYS = (
    ("J", "office_desk.key_next"), ("K", "office_desk.key_previous"), ("X", "office_desk.key_pick"),
    ("T", "office_desk.key_theme"), ("A", "office_desk.key_give_to"), ("Z", "office_desk.key_undo"),
    ("R", "office_desk.key_answer"), ("1–7", "office_desk.key_kind"),
    (";", "office_desk.key_template"),
    ("Ctrl Enter", "office_desk.key_give"), ("/", "office_desk.key_search"), ("?", "office_desk.key_keys"),
)  # fmt: skip
#: Filters that stand there also where nothing falls under them.
ALWAYS = ("unanswered", "all")


@dataclass(frozen=True, slots=True)
class ListedPoint:
    """
    A segment, and what stands about it.

    Attributes
    ----------
    number
        What people are told of its opinion.
    later
        Whether it was sorted into its theme after the theme was answered.
    campaign
        The campaign that its opinion is folded in, and how many opinions are; None outside of any.
    holder
        Who has it in hand, for itself or with its theme; `mine` where that is whoever looks.
    """

    segment: Segment
    opinion: Received
    number: int
    theme: Theme | None
    own: Answer | None
    later: bool
    campaign: tuple[str, int] | None
    holder: Holder | None
    mine: bool

    @property
    def id(self) -> str:
        """Id of the segment."""
        return self.segment.id

    @property
    def answer(self) -> Answer | None:
        """Its own answer, or its theme's."""
        return self.own or (self.theme.answer if self.theme else None)

    @property
    def text(self) -> str:
        """Its words on one line."""
        return " ".join(plainly(self.opinion.text[self.segment.start : self.segment.end]).split())

    @property
    def state(self) -> str:
        """``own``, ``theme``, ``unanswered`` or ``unsorted``: how far it is."""
        if self.own is not None:
            return "own"
        return "unsorted" if self.theme is None else "unanswered" if self.answer is None else "theme"


FILTERS: dict[str, Callable[[ListedPoint], bool]] = {
    "unanswered": lambda one: one.answer is None,
    "all": lambda _: True,
    "mine": lambda one: one.mine,
    "unsorted": lambda one: one.state == "unsorted",
    "later": lambda one: one.later,
    "late": lambda one: bool(one.opinion.late),
    "letters": lambda one: one.opinion.channel != "web",
    "agency": lambda one: one.opinion.sender == "agency",
    "placeless": lambda one: not _placed(one.opinion),
}


def points(
    now: Sorting,
    segments: list[Segment] | None = None,
    held: Mapping[str, Holder] | None = None,
    me: int | None = None,
) -> list[ListedPoint]:
    """
    These segments; without any every one that needs an answer, in the order of the record.

    Parameters
    ----------
    held, me
        Who has what in hand, and who looks.
    """
    holders = held or {}

    def holder(one: Segment, theme: Theme | None) -> Holder | None:
        return holders.get(one.id) or (holders.get(theme.id) if theme else None)

    numbers = now.opinions.numbers
    folded = {name: (campaign, len(held)) for campaign, held in now.campaigns.items() for name in held}
    return [
        ListedPoint(
            one, now.opinions.by_id[one.opinion], numbers[one.opinion], theme,
            now.own_answer(one.id), _came_later(now, one.id), folded.get(one.opinion),
            who := holder(one, theme), who is not None and who.staff == me,
        )
        for one in (now.open_segments() if segments is None else segments)
        for theme in [now.theme_of(one.id)]
    ]  # fmt: skip


def _came_later(now: Sorting, segment: str) -> bool:
    """Whether a segment without an answer of its own was sorted after its theme was answered."""
    theme, placed = now.theme_of(segment), now.sorted_by(segment)
    answered = theme.answer.entry if theme is not None and theme.answer is not None else None
    if answered is None or placed is None or now.own_answer(segment) is not None:
        return False
    return placed > answered


class Inbox:
    """
    The points that somebody looks at, chosen by the address: ``?show=``, ``?theme=``, ``?q=``, ``?after=``,
    ``?hand=`` (id of somebody, or ``none``).

    Parameters
    ----------
    at
        The point that is open; the list turns to its page.
    theme
        The theme that is open; the list holds its points.
    """

    def __init__(
        self, request: HttpRequest, row: Notice, now: Sorting, *, at: str = "", theme: str = ""
    ) -> None:
        self.row, self.now, self.at = row, now, at
        self.theme = theme or request.GET.get("theme", "")
        self.query = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
        self.hand = request.GET.get("hand", "")[:20]
        wanted = request.GET.get("show", "")
        self.show = wanted if wanted in FILTERS else "all" if self.theme or self.hand else "unanswered"
        actor = actor_of(request)
        self.staff, self.held = actor.staff, hands.held(row.id)
        self.openers = open_pages.others(row.id, actor, self.at or theme, now)
        self.every = points(now, None, self.held, self.staff.pk)
        self.found = [one for one in self.every if self._fits(one)]
        said = {"show": self.show, "theme": self.theme, "hand": self.hand, "q": self.query}
        self.keep = urlencode({name: value for name, value in said.items() if value})
        self.after = after(request)

    def _fits(self, one: ListedPoint) -> bool:
        in_theme = not self.theme or (one.theme is not None and one.theme.id == self.theme)
        held = not self.hand or self.hand == (str(one.holder.staff) if one.holder else "none")
        return FILTERS[self.show](one) and in_theme and held and (not self.query or _holds(one, self.query))

    def point(self, one: Segment) -> ListedPoint:
        """A segment with what stands about it, also where it needs no answer."""
        return points(self.now, [one], self.held, self.staff.pk)[0]

    def _before(self) -> int:
        """How many of the list come before the point that is open."""
        seen = {one.id: place for place, one in enumerate(self.every)}
        return sum(seen[one.id] < seen.get(self.at, 0) for one in self.found)

    @property
    def themes(self) -> list[tuple[str, str]]:
        """Ids and titles of all themes."""
        return [(one.id, pick(one.title, current())) for one in self.now.themes.values()]

    def beside(self, step: int) -> str:
        """Id of the point that the list goes on with, forwards (1) or back (-1); empty at its end."""
        others = [one.id for one in self.found if one.id != self.at]
        place = self._before() - (step < 0)
        return others[place] if 0 <= place < len(others) else ""

    def address(self, point: str) -> str:
        """The page of a point, or of the list where there is none, with what was chosen."""
        name, more = ("office_segment", [point]) if point else ("office_segments", [])
        return f"{reverse(name, args=[self.row.id, *more])}?{self.keep}"

    def shown(self) -> dict[str, Any]:
        """What the template ``office/inbox.html`` shows around its subject."""
        first = self.after or 0
        if self.at and self.after is None:
            first = self._before() // ROWS * ROWS
        states = Counter(one.state for one in self.every)
        counts = {name: sum(map(fits, self.every)) for name, fits in FILTERS.items()}
        of_theme = Counter(one.theme.id for one in self.every if one.theme)
        done = Counter(one.theme.id for one in self.every if one.theme and one.answer)
        shown = self.found[first : first + ROWS]
        opinions = self.now.opinions.by_id.values()
        counted, held = reconcile(opinions, received=received(self.now)), sum(one.waits for one in opinions)
        return {
            "notice": self.row, "standing": standing_of(self.row) if self.row.round else None,
            "keep": self.keep, "query": self.query,
            "sought": next((self._sought(one) for one in self.every if one.id == self.at), self.query),
            "show": self.show, "at": self.at, "theme_at": self.theme, "total": len(self.found),
            "rows": [self._row(one, named) for one, named in zip(shown, self._named(shown), strict=True)],
            "first": first + 1, "last": min(first + ROWS, len(self.found)),
            "next": first + ROWS if len(self.found) > first + ROWS else None,
            "before": max(first - ROWS, 0) if first else None,
            "filters": [(name, count) for name, count in counts.items() if count or name in ALWAYS],
            "points": len(self.every), "states": [(name, states[name]) for name in STATES],
            "answered": states["own"] + states["theme"], "bar": _bar(states),
            "counted": counted, "held": held, "in_full": counted.whole - held,
            "progress": [
                (one, of_theme[one.id], done[one.id], 100 * done[one.id] / max(of_theme[one.id], 1))
                for one in self.now.themes.values()
            ],
            "themes": self.themes, "keys": KEYS, "people": hands.people(self.row.id),
            "hands": self._hands(), "hand_at": self.hand, "me": self.staff.pk,
            "openers": self.openers,
            "last_move": assignments.last_move(self.row.id, self.staff, self.now),
        }  # fmt: skip

    def _hands(self) -> list[tuple[str, str, int, int]]:
        """Id, name, points and answered points of whoever has some in hand, then of nobody (``none``)."""
        found = Counter((str(one.holder.staff), one.holder.name) for one in self.every if one.holder)
        done = Counter(str(one.holder.staff) for one in self.every if one.holder and one.answer)
        nobodys = [one for one in self.every if not one.holder]
        rows = [
            (who, name, n, done[who]) for (who, name), n in sorted(found.items(), key=lambda at: at[0][1])
        ]
        return [*rows, ("none", "", len(nobodys), sum(bool(one.answer) for one in nobodys))] if rows else []

    def holds(self, subject: str) -> str:
        """The mark of who has a point or theme in hand for itself; empty where nobody has."""
        return str(self.held[subject].staff) if subject in self.held else ""

    def _sought(self, one: ListedPoint) -> str:
        """The words to be marked in a point; none where it was found by what it is called."""
        return "" if _is_called(one, self.query) else self.query

    def _named(self, shown: list[ListedPoint]) -> Iterator[list[str]]:
        """The first objects that each point is about, by name, or by number where they have none."""
        aims = [one.opinion.targets[:CHIPS] for one in shown]
        found = subjects.named(self.row, list(chain(*aims)))
        words = (subjects.in_words(one, current(), LONGEST_CHIP) for one in found)
        for some in aims:
            yield [one["words"] or one["id"] for one in islice(words, len(some))]

    def _drawn(self, one: ListedPoint) -> list[str]:
        """What was drawn on the map, and how large."""
        original = one.opinion.fate.original
        said = entries.drawn_briefly(original.payload) if original is not None else ""
        return [said] if said else []

    def _row(self, one: ListedPoint, named: list[str]) -> dict[str, Any]:
        text, sought = one.text, self._sought(one)
        at = next((begin for begin, _ in occurrences(text, sought)), 0)
        begin = max(at - EXCERPT // 2, 0)
        return {
            "point": one, "sought": sought, "about": [*named, *self._drawn(one)],
            "to": self.address(one.id), "held": self.holds(one.id),
            "seen": edit_conflicts.of_place(self.now, one.id)[0],
            "text": ("…" if begin else "") + text[begin : begin + EXCERPT]
            + ("…" if len(text) > begin + EXCERPT else ""),
        }  # fmt: skip


def _holds(one: ListedPoint, query: str) -> bool:
    """Whether a point says the words that are sought, or is called so."""
    return bool(occurrences(one.text, query)) or _is_called(one, query)


def _is_called(one: ListedPoint, query: str) -> bool:
    """Whether a point is about an object of that id, or bears that number."""
    wanted, asked = query.casefold(), read_typed(query, alone=True)
    return (
        any(wanted == str(aim["id"]).casefold() for aim in one.opinion.targets)
        or one.number == asked.number
        or (asked.entry is not None and one.opinion.id == f"O-{asked.entry}")
    )


def _placed(opinion: Received) -> bool:
    """Whether an opinion says what place or part of the plan it is about."""
    return bool(opinion.targets or (opinion.fate.original and opinion.fate.original.payload.get("geometry")))


def _bar(states: Counter[str]) -> list[tuple[str, float, float]]:
    """The parts of the bar of progress: state, where it begins and how wide it is, of 100."""
    whole = max(sum(states.values()), 1)
    ends = [0.0]
    for name in STATES:
        ends.append(ends[-1] + 100 * states[name] / whole)
    return [(name, begin, end - begin) for name, (begin, end) in zip(STATES, pairwise(ends), strict=True)]
