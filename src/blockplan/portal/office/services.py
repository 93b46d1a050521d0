"""
What the office does with a notice and with an opinion: one table, from which pages and permissions come.

When an act may be done is asked of `KINDS`; those that need two persons go through
`blockplan.portal.office.two_person`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.notice import office, submissions
from blockplan.notice.events import KINDS
from blockplan.notice.intake.uploads import take_files
from blockplan.portal.office import forms, permissions, two_person
from blockplan.portal.office.audit import note
from blockplan.portal.office.drafts import draft_anew
from blockplan.portal.office.edit_conflicts import of_opinion, of_words, require_seen
from blockplan.portal.record.clock import ahead_of_clock
from blockplan.portal.record.store import open_store
from blockplan.respond import Desk, require_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from blockplan.notice.ledger import Ledger
    from blockplan.portal.office.forms import Sure
    from blockplan.portal.office.permissions import Actor
    from blockplan.portal.record.models import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    An act of the office.

    Attributes
    ----------
    enter
        Enters it inside a transaction: ledger, what was said, the name that stands in the record.
    asks
        Whether there is anything to do, besides the state.
    """

    kind: str
    form: type[Sure]
    enter: Callable[[Ledger, Mapping[str, Any], str], object]
    of_opinion: bool = False
    asks: Callable[[Notice], bool] = lambda _notice: True

    @property
    def roles(self) -> tuple[str, ...]:
        """Who may do it."""
        return permissions.ENTERS[self.kind]

    def offered(self, notice: Notice) -> bool:
        """Whether the state of the notice allows it; the record decides when it is done."""
        return notice.state in KINDS[self.kind].when and self.asks(notice)


#: The act whose form names the words that were seen (`_transcribe`), and not all that was entered.
_NAMES_WORDS = "transcribe"


def do(
    name: str, notice: str, said: dict[str, Any], actor: Actor, *, seen: int | None = None, mark: str = ""
) -> None:  # fmt: skip
    """
    Do an act, or ask a second person for it.

    Parameters
    ----------
    seen
        Number of the newest entry when the page of an act of two persons was shown.
    mark
        Of an act about an opinion, what was last entered about it when the page was shown.

    Raises
    ------
    NoticeStateError, UsageError
        Where the record refuses it; nothing is entered then.
    """
    act = ACTS[name]
    said = {key: value for key, value in said.items() if key != "sure"}
    permissions.require(act.kind, actor)
    names_what_it_saw = act.of_opinion and name != _NAMES_WORDS
    if KINDS[act.kind].two:
        if names_what_it_saw:  # what comes between this and the lock, `two_person.ask` finds
            require_seen(mark, *of_opinion(open_store(notice), said["opinion"]))
        two_person.ask(notice, act.kind, said, actor, asked_on=seen)
        return
    if name == "restart":
        draft_anew(notice, said["reason"], by=actor.name)
        return

    def work(ledger: Ledger) -> None:
        if names_what_it_saw:
            require_seen(mark, *of_opinion(ledger, said["opinion"]))
        act.enter(ledger, said, actor.name)
        note(act.kind, who=actor.name, notice=notice, about=str(said.get("opinion", "")))

    permissions.work(notice, work, actor)


def _plain(kind: str) -> Callable[[Ledger, Mapping[str, Any], str], object]:
    """The entry says what the form asks for."""

    def enter(ledger: Ledger, said: Mapping[str, Any], by: str) -> object:
        told = {key: _json(value) for key, value in said.items() if value not in (None, "")}
        return ledger.append(kind, {**told, "by": by})

    return enter


def _transcribe(ledger: Ledger, said: Mapping[str, Any], by: str) -> object:
    told = {key: value for key, value in said.items() if key != "seen"}
    require_seen(said.get("seen", ""), *of_words(ledger, said["opinion"]))
    return ledger.append("transcribed", {**told, "by": by})


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _extend(ledger: Ledger, said: Mapping[str, Any], by: str) -> object:
    return office.enter_extension(
        ledger, said["last"], reason=said["reason"], by=by, inspection_last=said.get("inspection_last")
    )


def _close(ledger: Ledger, _said: Mapping[str, Any], by: str) -> object:
    return office.enter_close(ledger, by=by)


def _display(ledger: Ledger, said: Mapping[str, Any], by: str) -> object:
    photo = said.get("photo")
    taken = [] if photo is None else take_files([(photo.name, photo.read())])
    payload = {"what": said["what"], "where": said["where"], "by": by}
    return ledger.append("displayed", payload, attachments=[one.attachment() for one in taken])


def _erase(ledger: Ledger, said: Mapping[str, Any], by: str) -> object:
    return submissions.enter_erasure(
        ledger, said["opinion"], ground=said["ground"], by=by, person_only=bool(said.get("person_only"))
    )


def _take_back(ledger: Ledger, said: Mapping[str, Any], by: str) -> object:
    return submissions.enter_withdrawal(ledger, said["opinion"], by=by, reason=said["reason"])


def _complete(ledger: Ledger, _said: Mapping[str, Any], by: str) -> object:
    require_complete(Desk(ledger))
    return ledger.append("answers_complete", {"by": by})


def _two(_ledger: Ledger, _said: Mapping[str, Any], _by: str) -> object:
    raise AssertionError("a second person enters it")


ACTS: dict[str, Act] = {
    "extend": Act(kind="extended", form=forms.Extend, enter=_extend),
    "correct": Act(kind="corrected", form=forms.Correct, enter=_plain("corrected")),
    "display": Act(kind="displayed", form=forms.Display, enter=_display),
    "step": Act(kind="stepped", form=forms.StepField, enter=_plain("stepped")),
    "close": Act(kind="closed", form=forms.Sure, enter=_close),
    "repair": Act(
        kind="clock_repaired", form=forms.Because, enter=_two,
        asks=lambda notice: ahead_of_clock(notice.id) is not None,
    ),
    "restart": Act(kind="restarted", form=forms.Because, enter=_two),
    "withdraw": Act(
        kind="notice_withdrawn", form=forms.Because, enter=_plain("notice_withdrawn")
    ),
    "complete": Act(kind="answers_complete", form=forms.Sure, enter=_complete),
    "reopen": Act(
        kind="answers_reopened", form=forms.Because, enter=_plain("answers_reopened")
    ),
    "approve": Act(kind="approved", form=forms.Sure, enter=_two),
    "in-force": Act(kind="in_force", form=forms.OnDay, enter=_plain("in_force")),
    "supersede": Act(kind="superseded", form=forms.OnDay, enter=_plain("superseded")),
    "redact": Act(kind="redacted", form=forms.Redact, enter=_two, of_opinion=True),
    "withhold": Act(kind="withheld", form=forms.GroundField, enter=_two, of_opinion=True),
    "restore": Act(
        kind="restored", form=forms.Because, enter=_two, of_opinion=True
    ),
    "transcribe": Act(
        kind="transcribed", form=forms.Transcribe, enter=_transcribe,
        of_opinion=True,
    ),
    "take-back": Act(
        kind="withdrawn", form=forms.Because, enter=_take_back, of_opinion=True
    ),
    "erase": Act(kind="erased", form=forms.Erase, enter=_erase, of_opinion=True),
}  # fmt: skip
