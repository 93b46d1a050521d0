"""Who wants to know of entries and erasures is told: what a listener writes of an entry is kept with it."""

from __future__ import annotations

from django.dispatch import Signal

#: ``entered.send(notice_id, event=event)``; a listener that fails takes the entry back, so it must be short.
entered = Signal()
#: ``forgotten.send_robust(notice_id, opinion="O-17", words=True)`` once an erasure is in the record: whoever
#: keeps copies of the words takes them away, and is asked again until nothing is raised.
forgotten = Signal()
#: ``erased.send(notice_id, opinion="O-17")``: nothing is left of what was erased.
erased = Signal()
