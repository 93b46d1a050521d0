"""
What a machine proposes at the desk: groups of segments, themes for the rest, opinions to fold.

Nothing of it is in the record before a person took it over, by name. Then the run is kept with what it
proposed, by segment and opinion, never by words alone, beside the entries that the person made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.respond.campaigns import Campaign, find_campaigns
from blockplan.respond.grouping import ProposedGroups, propose_groups, standing_out
from blockplan.respond.refusals import refused
from blockplan.respond.seeding import Assignment, assign_by_examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.respond.desk import Desk, Text
    from blockplan.respond.segments import Segment
    from blockplan.respond.sorting import Sorting
    from blockplan.respond.vectors import Embedder


@dataclass(frozen=True, slots=True)
class Spread:
    """A theme proposed for a segment that is in none yet."""

    segment: str
    proposed: Assignment


def group_segments(
    sorting: Sorting, *, k: int | None = None, seed: int = 0, embedder: Embedder | None = None
) -> tuple[list[Segment], ProposedGroups]:
    """
    Propose groups of the open segments; the members of a group are indices into the list given back.

    Raises
    ------
    UsageError
        If fewer than two segments are open, or k is not possible.
    """
    segments = sorting.open_segments()
    texts, titles = _words(sorting, segments)
    proposal = propose_groups(texts, titles, k=k, seed=seed, embedder=embedder)
    said = standing_out(
        texts, [group.members for group in proposal.groups], [segment.opinion for segment in segments]
    )
    named = [replace(group, words=tuple(words)) for group, words in zip(proposal.groups, said, strict=True)]
    return segments, replace(proposal, groups=tuple(named))


def groups_said(segments: list[Segment], proposal: ProposedGroups) -> dict[str, Any]:
    """A proposal as the record keeps it, by the ids of segments."""
    groups = [
        {
            "group": group.number,
            "words": list(group.words),
            "segments": [segments[member].id for member in group.members],
            "doubtful": [segments[member].id for member in group.doubtful],
        }
        for group in proposal.groups
    ]
    return {"groups": groups, "separation": proposal.separation}


def keep_groups(desk: Desk, segments: list[Segment], proposal: ProposedGroups, *, by: str) -> None:
    """Keep a proposal in the record."""
    desk.keep_run(proposal.run, groups_said(segments, proposal), by=by)


def take_named(desk: Desk, proposal: Mapping[str, Any], titles: Mapping[int, Text], *, by: str) -> list[str]:
    """
    Make groups of a proposal themes, under the titles that a person gave; the others are left.

    Segments that were sorted or cut anew meanwhile stay as they are. Gives back the ids of the themes.
    """
    there = {segment.id for segment in desk.open_segments()}
    made = []
    for group in proposal["groups"]:
        if group["group"] in titles:
            made.append(desk.name_theme(titles[group["group"]], by=by))
            free = [name for name in group["segments"] if name in there and desk.theme_of(name) is None]
            desk.assign(free, made[-1], by=by)
    return made


def spread_themes(
    sorting: Sorting, *, embedder: Embedder | None = None
) -> tuple[list[Spread], dict[str, Any]]:
    """
    Propose a theme for each open segment that has none, by those that people sorted.

    Raises
    ------
    UsageError
        If nobody sorted a segment yet.
    """
    segments = sorting.open_segments()
    texts, titles = _words(sorting, segments)
    examples = {
        at: theme.id
        for at, segment in enumerate(segments)
        if (theme := sorting.theme_of(segment.id)) is not None
    }
    if not examples:
        raise refused(UsageError, "no_examples")
    found, run = assign_by_examples(texts, examples, titles, embedder=embedder)
    free = [at for at in range(len(segments)) if at not in examples]
    return [Spread(segments[at].id, found[at]) for at in free], run


def keep_spread(desk: Desk, spread: list[Spread], run: dict[str, Any], *, by: str) -> None:
    """Keep a proposal in the record."""
    told = [
        {
            "segment": one.segment,
            "theme": one.proposed.theme,
            "second": one.proposed.second,
            "unsure": one.proposed.unsure,
        }
        for one in spread
    ]
    desk.keep_run(run, {"assigned": told}, by=by)


def opinions_to_fold(
    sorting: Sorting, *, embedder: Embedder | None = None
) -> tuple[list[str], list[Campaign]]:
    """Opinions that say the same, whole texts compared; members are indices into the list of ids."""
    opinions = [opinion for opinion in sorting.opinions.by_id.values() if opinion.needs_answer]
    texts = [f"{opinion.title}\n{opinion.text}".strip() for opinion in opinions]
    return [opinion.id for opinion in opinions], find_campaigns(texts, embedder=embedder)


def _words(sorting: Sorting, segments: list[Segment]) -> tuple[list[str], list[str]]:
    """Words and titles of segments; a title speaks for a whole opinion, so one of several parts has none."""
    titles = []
    for segment in segments:
        opinion = sorting.opinions.by_id[segment.opinion]
        titles.append(opinion.title if len(sorting.segments[segment.opinion]) == 1 else "")
    return [sorting.text_of(segment) for segment in segments], titles
