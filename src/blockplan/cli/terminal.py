"""A document on the terminal: tables ruled and coloured there, aligned plain text in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from blockplan.cli.common import show_table

if TYPE_CHECKING:
    from blockplan.report.document import Block, Document
    from blockplan.report.words import Words


def show_document(document: Document) -> None:
    """What a document says: its subtitle, and its sections with an empty line before each."""
    from blockplan.report.words import Words

    if document.subtitle:
        click.echo(document.subtitle)
    words = Words(document.lang)
    for section in document.sections:
        click.echo()
        show_block(section, words)


def show_block(block: Block, words: Words) -> None:
    """One block; a figure is shown by its words."""
    from blockplan.report.document import Figure, Listing, Section, Table, Term, cell_said

    match block:
        case Section():
            if block.title:
                click.echo(block.title)
            for one in block.blocks:
                show_block(one, words)
        case Table():
            rows = [[cell_said(cell, words) for cell in row] for row in block.rows]
            show_table(block.heads, rows, style_by=block.sign)
        case Term():
            click.echo(f"{block.term}: {block.said}" + (f" ({block.note})" if block.note else ""))
        case Listing():
            click.echo("\n".join([block.lead, *(f"  {item}" for item in block.items)]))
        case Figure():
            click.echo(block.alt)
        case _:
            click.echo(block.text)
