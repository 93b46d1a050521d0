"""What gives away a sentence that nobody has translated."""

from __future__ import annotations

import re

#: Three English words in a row make a sentence; names of keys and programs are shorter.
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
