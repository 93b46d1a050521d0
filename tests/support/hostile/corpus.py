"""
The hostile corpus: files, texts, drawings and places that a stranger may send, all made here.

Page tests can show `texts()` wherever words of an opinion stand, and send `files()` to every door that
takes files.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tests.support.hostile import documents, drawings, pictures, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.hostile.entries import Hostile


def files() -> Iterator[Hostile]:
    """Every file; large ones are made only when their content is asked for."""
    return chain(
        pictures.jpegs(),
        pictures.pngs(),
        pictures.webps(),
        pictures.others(),
        documents.offices(),
        documents.relations(),
        documents.pdfs(),
        documents.foreign(),
        documents.pages(),
        words.tables(),
        words.names(),
        words.geojson_files(),
    )


def texts() -> Iterator[Hostile]:
    """Every text."""
    return words.texts()


def geometries() -> Iterator[Hostile]:
    """Every drawn place."""
    return drawings.geometries()


def places() -> Iterator[Hostile]:
    """Every text about a place."""
    return words.places()


def corpus() -> Iterator[Hostile]:
    """Everything."""
    return chain(files(), texts(), geometries(), places())
