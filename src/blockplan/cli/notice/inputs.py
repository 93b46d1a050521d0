"""What ``notice submit`` and ``notice amend`` share: words, files, objects and places as they are given."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.notice import Attachment, SqliteStore
    from blockplan.notice.intake.places import PlaceIndex

text_option = click.option("--text", help="The words; or --text-file.")
text_file_option = click.option(
    "--text-file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="The words, from a file; - for stdin.",
)
beside_options = together(
    click.option("--title", help="A title."),
    click.option(
        "--object", "targets", multiple=True, metavar="LAYER:ID", help="What of the plan it is about."
    ),
    click.option("--clause", help="A clause of the plan's text that it is about."),
    click.option("--place", help="Where: words, or coordinates as they were told."),
    click.option("--datum", help="Which the coordinates carry: wgs84, cgcs2000, gcj02, bd09 or plan."),
    click.option(
        "--drawing",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Where: a point, line or area as GeoJSON.",
    ),
    click.option("--given-reason", "given_reason", help="The reason that the submitter gives."),
    click.option(
        "--file",
        "files",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        help="A file that came with it.",
    ),
)


def text_of(given: dict[str, Any], needed: bool = True) -> str | None:
    """The words; None where none are given."""
    if given["text"] is not None and given["text_file"] is not None:
        raise click.UsageError("Give --text or --text-file, not both.")
    text: str | None = given["text"] if given["text_file"] is None else given["text_file"].read()
    if text is None and needed:
        raise click.UsageError("Give the words with --text or --text-file.")
    return text


def beside(store: SqliteStore, given: dict[str, Any]) -> dict[str, Any]:
    """
    What is given to stand beside the words: keys of an opinion's payload.

    What is given as an empty text stands there as empty, and is taken out of an opinion that has it.
    """
    more = {name: given[name] for name in ("title", "clause") if given[name] is not None}
    if given["given_reason"] is not None:
        more["reason"] = given["given_reason"]
    if given["targets"]:
        more["targets"] = targets_of(given["targets"])
    return more | _where(store, given)


def targets_of(said: Sequence[str]) -> list[dict[str, str]]:
    """Objects of the plan; none where the one text is empty."""
    targets = []
    for one in said if list(said) != [""] else ():
        layer, colon, name = one.partition(":")
        if not colon or not name:
            raise click.UsageError(f"--object {one!r}: write layer and id, as parcels:P-012.")
        targets.append({"layer": layer, "id": name})
    return targets


def attachment(path: str) -> Attachment:
    """A file as an entry takes it."""
    import mimetypes

    from blockplan.notice import Attachment

    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Attachment(Path(path).name, media_type, Path(path).read_bytes())


def _where(store: SqliteStore, given: dict[str, Any]) -> dict[str, Any]:
    """A place in words, by coordinates or as a drawing, as form and API enter it."""
    from blockplan.datums import DATUMS
    from blockplan.notice.intake.coordinates import near_enough
    from blockplan.notice.intake.geometry_in import take_geometry

    place, datum, drawing = given["place"], given["datum"], given["drawing"]
    if place is not None and drawing is not None:
        raise click.UsageError("Give --place or --drawing, not both.")
    if datum is not None and (datum not in DATUMS or place is None):
        raise click.UsageError(f"--datum goes with --place and is one of: {', '.join(DATUMS)}.")
    if drawing is not None:
        drawn = take_geometry(Path(drawing).read_bytes(), places_of(store).area)
        return {"place": {"system": drawn.system, "sent": drawn.sent}, "geometry": drawn.geometry}
    if place is None:
        return {}
    text = " ".join(place.split())
    typed = places_of(store).find(text, datum).typed if text else None
    if typed is None:
        return {"place": {"said": text} if text else None, "geometry": None}
    near_enough(typed)
    for note in typed.notes:
        click.echo(note.said(given["lang"]), err=True)
    point = {"type": "Point", "coordinates": [round(typed.x, 2), round(typed.y, 2)]}
    return {"place": typed.log(), "geometry": point}


def places_of(store: SqliteStore) -> PlaceIndex:
    """The places of the plan that is on notice, read from the record itself."""
    from blockplan.notice.intake.places import PlaceIndex
    from blockplan.notice.submissions import files_of
    from blockplan.plan import read

    opened = max(store.events({"opened"}), key=lambda event: event.seq)
    with tempfile.TemporaryDirectory() as folder:
        for file in files_of(store, opened):
            path = Path(folder, file.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        return PlaceIndex.of_plan(read(folder, opened.payload["plan"].get("scenario")))
