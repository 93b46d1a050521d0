"""
The public notice of a plan: dates that hold, and a record that nobody can cut or tamper with unseen.

`SqliteStore` keeps a notice in one file; `blockplan.notice.events` says what is entered.
"""

from blockplan.notice.events import ANSWERS, CHANNELS, KINDS, Attachment, Event
from blockplan.notice.ledger import Ledger
from blockplan.notice.sqlite import SqliteStore
from blockplan.notice.standing import Standing, standing
from blockplan.notice.state import NEXT, State
from blockplan.notice.store import Store

__all__ = [
    "ANSWERS",
    "CHANNELS",
    "KINDS",
    "NEXT",
    "Attachment",
    "Event",
    "Ledger",
    "SqliteStore",
    "Standing",
    "State",
    "Store",
    "standing",
]
