"""Small notices for tests: a clock that is set by hand, and a record that begins on 2 March 2026."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from blockplan.notice import SqliteStore
from blockplan.notice.countries import country

if TYPE_CHECKING:
    from pathlib import Path

ZONE = dt.timezone(dt.timedelta(hours=8))


class HandClock:
    """
    Says the time it was set to.

    Time goes by as it is set on, and a counter that nobody sets goes along (`counted`), but for `leap` and
    for steps of more than a year: these are leaps of the clock alone.
    """

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self._leapt = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return self.now

    @property
    def counted(self) -> float:
        """Seconds of the machine's counter."""
        return (self.now - self._leapt).timestamp()

    def set(self, *local: int) -> None:
        """To a local time of Shanghai: year, month, day, hour, minute, second, microsecond."""
        self.now = dt.datetime(*local, tzinfo=ZONE)  # type: ignore[misc,arg-type]

    def on(self, **step: float) -> None:
        if abs(dt.timedelta(**step)) > dt.timedelta(days=366):
            self.leap(**step)
        else:
            self.now += dt.timedelta(**step)

    def leap(self, **step: float) -> None:
        """The clock is wrong by so much from now on, or right again."""
        self._leapt += dt.timedelta(**step)
        self.now += dt.timedelta(**step)


#: Thirty days, both ends counted: 2 to 31 March 2026 in Shanghai.
PERIOD: dict[str, Any] = {
    "zone": "Asia/Shanghai",
    "inspection": {"first": "2026-03-02", "last": "2026-03-31", "days": 30},
    "submission": {"first": "2026-03-02", "last": "2026-03-31", "days": 30},
    "begins": "2026-03-01T16:00:00.000000Z",
    "ends_before": "2026-03-31T16:00:00.000000Z",
}


def an_opening(**more: Any) -> dict[str, Any]:
    """Payload of ``opened``."""
    return {
        "plan": {"id": "made-up", "content_hash": "00" * 32, "files": []},
        "period": PERIOD,
        "rule": {
            "country": "CN",
            **country("CN").rule().model_dump(mode="json", by_alias=True, exclude={"cases"}),
        },
        "by": "clerk 1",
        **more,
    }


def a_clock() -> HandClock:
    """On 2 March 2026, nine in the morning."""
    return HandClock(dt.datetime(2026, 3, 2, 9, 0, tzinfo=ZONE))


def a_notice(folder: Path, clock: HandClock | None = None, **more: Any) -> SqliteStore:
    """A notice that has just been opened."""
    store = SqliteStore(folder / "notice.sqlite", notice="made-up", clock=clock or a_clock())
    store.append("opened", an_opening(**more))
    return store


def an_opinion(text: str = "More trees along the canal, please.", **more: Any) -> dict[str, Any]:
    """Payload of ``submitted``."""
    return {"text": text, "channel": "web", "from": "public", **more}
