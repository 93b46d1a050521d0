"""
What people read: tables, maps, the HTML report, the A3 sheet.

`report` writes everything into a folder; `write_html` and `write_sheet` write
one file. Nothing here computes a figure: values come from `measure` and
`check`, words from ``texts.toml``, in Chinese, English and Japanese.
"""

from blockplan import callable_room
from blockplan.report.files import (
    report,
    write_html,
    write_sheet,
    write_summary,
    write_tables,
    write_verdicts,
)

__all__ = ["report", "write_html", "write_sheet", "write_summary", "write_tables", "write_verdicts"]

callable_room(__name__)
