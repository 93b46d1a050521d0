"""
The register of opinions as everybody may read it: a page at a time, newest first.

What of an opinion may be seen is asked of `blockplan.notice.disclosure.seen_by`, from the entries about it;
what came without proof of work is counted, and shown once the record has an entry that somebody looked. No
query here grows with the number of opinions: each walks an index for as many rows as a page shows.

What a published response says of a theme and of an opinion; before the publication that is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, OuterRef

from blockplan.notice.disclosure import PUBLISHED, Disclosure, words_open
from blockplan.notice.state import State
from blockplan.portal.record.models import Opinion, Target
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from blockplan.portal.record.models import Notice

PAGE = 20
#: Where fewer opinions than these are about an object, their numbers are listed; else each row is asked.
FEW = 1000
#: Counting stops here; a page then says "more than".
MOST_COUNTED = 1000
#: So many opinions are shown by their places, the newest; the register has them all.
MOST_BY_PLACE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """
    What a reader wants to see; None leaves a thing open.

    Attributes
    ----------
    among
        Only these opinions, by the numbers of their entries.
    """

    object: tuple[str, str] | None = None
    late: bool | None = None
    sender: str | None = None
    channel: str | None = None
    standing: str | None = None
    round: int | None = None
    among: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """
    An opinion as everybody may see it.

    Attributes
    ----------
    words
        Fields of `blockplan.notice.disclosure.FIELDS`, as far as they may be seen.
    late, channel, sender, received_at
        Whether, how and when it came; None and empty where that is not open.
    ground
        Why something is left out, where a ground was entered.
    kept_back
        Why there are no words, one of `blockplan.notice.disclosure.GROUNDS`; None where there are.
    open
        Whether words of opinions may be shown at all, by the way of publication.
    entry
        Number of the entry whose words are shown.
    number
        1, 2, 3 in order of arrival: what people are told.
    """

    seq: int
    at: str
    round: int
    standing: str
    number: int
    open: bool
    words: Mapping[str, Any] = field(default_factory=dict)
    late: bool | None = None
    channel: str = ""
    sender: str = ""
    received_at: str | None = None
    ground: str | None = None
    kept_back: str | None = None
    entry: int | None = None

    @property
    def title(self) -> str | None:
        """None where it has none, or it may not be seen."""
        return self.words.get("title")

    @property
    def text(self) -> str | None:
        """None where its words may not be seen."""
        return self.words.get("text")

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """The objects of the plan that it is about: layer and id."""
        return tuple(
            (str(aim.get("layer", "")), str(aim.get("id", ""))) for aim in self.words.get("targets", ())
        )

    @property
    def files(self) -> tuple[Mapping[str, Any], ...]:
        """What names its files."""
        return tuple(self.words.get("files", ()))

    @property
    def place(self) -> Mapping[str, Any] | None:
        """Where it is meant, as it was said."""
        return self.words.get("place")

    @property
    def geometry(self) -> Mapping[str, Any] | None:
        """Where it is meant, as GeoJSON in the plan's CRS."""
        return self.words.get("geometry")

    @property
    def id(self) -> str:
        """``O-17``."""
        return f"O-{self.seq}"


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Rows, and the number to go on before; None on the last page."""

    rows: tuple[Row, ...]
    before: int | None


def is_open(notice: Notice) -> bool:
    """Whether the words of opinions are open to everybody now."""
    return words_open(str(notice.opened.get("publication", "none")), State(notice.state))


def page(notice: Notice, filters: Filters, before: int | None = None, size: int = PAGE) -> RegisterPage:
    """The newest opinions that fit, from those before a number on."""
    rows = _chosen(notice, filters)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: size + 1])
    shown = tuple(_shown(notice, found[:size]))
    return RegisterPage(shown, found[size - 1].seq if len(found) > size else None)


def one(notice: Notice, seq: int) -> Row | None:
    """An opinion; None where there is none, or a clerk has not looked yet."""
    found = Opinion.objects.filter(notice_id=notice.id, seq=seq, held=False).first()
    return None if found is None else _shown(notice, [found])[0]


def count_about(notice: Notice, layer: str, id_: str) -> int:
    """How many opinions are about an object; counting stops at `MOST_COUNTED` and one more."""
    found = Target.objects.filter(notice_id=notice.id, layer=layer, object=id_)
    return found.order_by("seq")[: MOST_COUNTED + 1].count() if is_open(notice) else 0


def most_about(notice: Notice, layers: Sequence[str]) -> list[tuple[str, int]]:
    """The objects that the newest `MOST_BY_PLACE` opinions are about, most first: ``layer:id``, how many."""
    if not is_open(notice):
        return []
    newest = Opinion.objects.filter(notice_id=notice.id, held=False).order_by("-seq")[:MOST_BY_PLACE]
    found = Target.objects.filter(notice_id=notice.id, layer__in=layers, seq__in=newest.values("seq"))
    counted = found.values_list("layer", "object").annotate(n=Count("seq", distinct=True))
    return [(f"{layer}:{id_}", n) for layer, id_, n in counted.order_by("-n", "layer", "object")]


def about_none(notice: Notice, layers: Sequence[str]) -> list[int]:
    """
    Of the newest `MOST_BY_PLACE` opinions those about no object of some layers, newest first.

    Their words may be shown; `shown` gives them.
    """
    if not is_open(notice):
        return []
    newest = Opinion.objects.filter(notice_id=notice.id, held=False).order_by("-seq")[:MOST_BY_PLACE]
    about = Target.objects.filter(notice_id=notice.id, layer__in=layers, seq=OuterRef("seq"))
    rows = Opinion.objects.filter(notice_id=notice.id, seq__in=newest.values("seq"), shown__isnull=False)
    return list(rows.exclude(Exists(about)).order_by("-seq").values_list("seq", flat=True))


def objects_of_readable(notice: Notice) -> dict[int, set[tuple[str, str]]]:
    """
    Of the newest `MOST_BY_PLACE` opinions those whose words may be read: number of the entry -> layer and id
    of each object that it is about.
    """
    if not is_open(notice):
        return {}
    newest = Opinion.objects.filter(notice_id=notice.id, held=False).order_by("-seq")[:MOST_BY_PLACE]
    rows = Opinion.objects.filter(notice_id=notice.id, seq__in=newest.values("seq"), shown__isnull=False)
    found: dict[int, set[tuple[str, str]]] = {seq: set() for seq in rows.values_list("seq", flat=True)}
    about = Target.objects.filter(notice_id=notice.id, seq__in=newest.values("seq"))
    for seq, layer, id_ in about.values_list("seq", "layer", "object"):
        if seq in found:
            found[seq].add((layer, id_))
    return found


def shown(notice: Notice, seqs: Sequence[int]) -> list[Row]:
    """Some opinions, newest first, with what may be seen of them."""
    rows = Opinion.objects.filter(notice_id=notice.id, seq__in=seqs, held=False)
    return _shown(notice, list(rows.order_by("-seq")))


def counts(notice: Notice) -> dict[str, int]:
    """How many were received in all, and how many of them wait for a clerk to look."""
    rows = Opinion.objects.filter(notice_id=notice.id)
    # Written as a list, since a bare truth value would walk past its index.
    return {"received": rows.count(), "held": rows.filter(held__in=[True]).count()}


def _chosen(notice: Notice, filters: Filters) -> QuerySet[Opinion]:
    # Bare on purpose: nearly all are not held, and their index would be walked for the few that are sought.
    rows = Opinion.objects.filter(notice_id=notice.id, held=False)
    for name in ("standing", "round"):
        if (value := getattr(filters, name)) is not None:
            rows = rows.filter(**{name: value})
    if not is_open(notice):
        return rows  # what stands in the bodies is not open, so nothing can be chosen by it
    for name in ("late", "sender", "channel"):
        if (value := getattr(filters, name)) is not None:
            # Written as a list, since a bare truth value would walk past its index.
            rows = rows.filter(**{f"{name}__in": [value]})
    if filters.among is not None:
        rows = rows.filter(seq__in=filters.among)
    return rows if filters.object is None else _about(rows, notice.id, *filters.object)


def _about(rows: QuerySet[Opinion], notice: str, layer: str, id_: str) -> QuerySet[Opinion]:
    about = Target.objects.filter(notice_id=notice, layer=layer, object=id_)
    few = list(about.order_by("-seq").values_list("seq", flat=True)[:FEW])
    if len(few) < FEW:
        return rows.filter(seq__in=few)
    return rows.filter(Exists(about.filter(seq=OuterRef("seq"))))


def _shown(notice: Notice, rows: Sequence[Opinion]) -> list[Row]:
    names = [f"O-{row.seq}" for row in rows]
    publication, state = str(notice.opened.get("publication", "none")), State(notice.state)
    told = Disclosure(publication, state).after(open_store(notice.id).about(names))
    open_ = words_open(publication, state)
    return [_row(row, told, name, open_) for row, name in zip(rows, names, strict=True)]


def _row(row: Opinion, told: Disclosure, name: str, open_: bool) -> Row:
    seen, fate = told.seen(name), told.fates[name]
    details: dict[str, Any] = {}
    if seen.details:
        details = {
            "late": row.late,
            "channel": row.channel,
            "sender": row.sender,
            "received_at": fate.received_at,
        }
    return Row(
        row.seq, row.at, row.round, fate.standing, row.number, open_, seen.words, **details,
        ground=fate.ground, kept_back=seen.kept_back, entry=seen.entry,
    )  # fmt: skip


class _Published(NamedTuple):
    """Theme -> title, of those that have an answer to give; opinion -> [{segment, kind, reason}] in order."""

    titles: dict[str, Mapping[str, str] | str]
    answers: dict[str, list[dict[str, Any]]]


def title_of(row: Notice, theme: str) -> Mapping[str, str] | str | None:
    """The title of a theme that the published response answers; None where there is none."""
    return _of(row).titles.get(theme)


def answers_to(row: Notice, number: str) -> list[dict[str, Any]]:
    """[{segment, kind, reason}] of the parts of an opinion, in order."""
    return _of(row).answers.get(number, [])


def _of(row: Notice) -> _Published:
    if row.state not in PUBLISHED:
        return _Published({}, {})
    published = max((event.seq for event in open_store(row.id).events({"published"})), default=-1)
    return _read(row.id, published)


@lru_cache(maxsize=8)
def _read(notice: str, _published: int) -> _Published:
    """Read once for each publication: nothing is sorted or answered after it."""
    from blockplan.respond.sorting import Sorting  # noqa: PLC0415 (only a response needs it)

    sorting = Sorting(open_store(notice))
    titles = {theme.id: theme.title for theme in sorting.themes.values() if sorting.members(theme.id)}
    answers: dict[str, list[dict[str, Any]]] = {}
    for segment in sorting.open_segments():
        answer = sorting.answer_of(segment.id)
        if answer is not None:
            said = {"segment": segment.id, "kind": answer.kind, "reason": answer.reason}
            answers.setdefault(segment.opinion, []).append(said)
    return _Published(titles, answers)
