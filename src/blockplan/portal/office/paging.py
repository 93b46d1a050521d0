"""Twenty rows a page, from where the last page ended: no query grows with what stands before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

ROWS = 20


def paged(
    rows: QuerySet[Any], request: HttpRequest, *, key: str = "pk", newest_first: bool = False
) -> tuple[list[Any], int | None]:
    """The rows after the place that the address names (``?after=``), and where the next ones begin."""
    at = after(request)
    ordered = rows.order_by(f"-{key}" if newest_first else key)
    if at is not None:
        ordered = ordered.filter(**{f"{key}__lt" if newest_first else f"{key}__gt": at})
    found = list(ordered[: ROWS + 1])
    more = len(found) > ROWS
    return found[:ROWS], getattr(found[ROWS - 1], key) if more else None


def sliced(rows: Sequence[Any], request: HttpRequest) -> tuple[Sequence[Any], int | None]:
    """The same for rows that are in memory; the place is how many stand before."""
    at = after(request) or 0
    return rows[at : at + ROWS], at + ROWS if len(rows) > at + ROWS else None


def after(request: HttpRequest) -> int | None:
    """The place that an address names; None where it names none."""
    said = request.GET.get("after", "")
    return int(said) if said.isdecimal() and len(said) < 16 else None
