"""Who wants to know of entries is told in their transaction: what a listener writes is kept with them."""

from __future__ import annotations

from django.dispatch import Signal

#: ``entered.send(notice_id, event=event)``; a listener that fails takes the entry back, so it must be short.
entered = Signal()
