"""
An office's text held against its plan: every number and name bound to what it speaks of, or named as unbound.

`check_text` reads a Word document and gives the ledger of its statements; `write_comments` puts each
disagreement into the document at its place.
"""

from blockplan.deliver.text.checking import TextCheck, TextStatement, check_text, write_comments

__all__ = ["TextCheck", "TextStatement", "check_text", "write_comments"]
