"""Taking one opinion in: on the disk and signed over before it is acknowledged, once for each form."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import altcha
import pytest
from django.db import connection
from tests.support.stores import forget_stores

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.receipts import faults_of_receipt
from blockplan.portal.record.models import Opinion
from blockplan.portal.record.store import open_store
from blockplan.portal.submissions import rate_limits
from blockplan.portal.submissions.idempotency import KeyUsedError
from blockplan.portal.submissions.models import Bucket, Sending, Spent
from blockplan.portal.submissions.services import Receipt, Said, new_form, take

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore


def said(text: str = "More trees.", form: str | None = None, **more: object) -> Said:
    opinion = intake.Submission(text=text, files=more.pop("files", ()))  # type: ignore[arg-type]
    return Said(opinion=opinion, form=form or new_form(), **more)  # type: ignore[arg-type]


def solved(notice: str = "town") -> str:
    """What a browser sends once it has tried keys."""
    challenge = altcha.Challenge.from_dict(rate_limits.challenge_for(notice))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def test_a_receipt_proves_the_opinion_and_its_secret_opens_it(opened: DatabaseStore) -> None:
    made = take("town", said(solution=solved()))
    assert (made.opinion, made.late, made.held, made.defects) == ("O-1", False, False, ())
    assert faults_of_receipt(made.document, opened.notary.verifier) == []
    assert made.secret is not None
    intake.amend(opened, made.opinion, "More trees and benches.", secret=made.secret)


def test_the_same_form_sent_twice_is_one_opinion_with_one_secret(opened: DatabaseStore) -> None:
    form = new_form()
    first, second = take("town", said(form=form)), take("town", said(form=form))
    assert (first.opinion, first.at, first.secret) == (second.opinion, second.at, second.secret)
    assert Opinion.objects.count() == 1
    assert take("town", said()).opinion == "O-2"


def test_the_same_form_with_anything_else_in_it_is_refused_and_nothing_is_entered(
    opened: DatabaseStore,
) -> None:
    form = new_form()
    whole: dict[str, Any] = {
        "text": "words", "more": {"title": "a", "targets": [{"layer": "parcels", "id": "P-1"}]},
        "person": {"contact": "li@example.org"}, "files": [Attachment("a.txt", "text/plain", b"trees")],
    }  # fmt: skip
    others: list[dict[str, Any]] = [
        {"text": "others"}, {"more": whole["more"] | {"title": "b"}}, {"more": {"title": "a"}},
        {"more": whole["more"] | {"geometry": {"type": "Point", "coordinates": [1.0, 2.0]}}},
        {"person": {"contact": "wang@example.org"}}, {"person": {}}, {"files": []},
        {"files": [Attachment("a.txt", "text/plain", b"trees!")]},
        {"files": [Attachment("b.txt", "text/plain", b"trees")]},
    ]  # fmt: skip
    first = take("town", Said(opinion=intake.Submission(**whole), form=form))
    for other in others:
        with pytest.raises(KeyUsedError, match="What it holds now was not entered"):
            take("town", Said(opinion=intake.Submission(**whole | other), form=form))
    with pytest.raises(KeyUsedError) as error:
        take("town", Said(opinion=intake.Submission(**whole), form=form, mail="li@example.org"))
    assert set(error.value.text or ()) == {"zh", "en", "ja"}
    same = whole | {"more": whole["more"] | {"reason": "", "place": None}}  # what is empty is not there
    assert take("town", Said(opinion=intake.Submission(**same), form=form)).secret == first.secret
    assert Opinion.objects.count() == 1


def test_no_words_can_be_guessed_from_what_is_kept_of_a_form(opened: DatabaseStore) -> None:
    one, two = take("town", said("yes")), take("town", said("yes"))
    assert one.opinion != two.opinion
    assert len(set(Sending.objects.values_list("seal", flat=True))) == 2


@pytest.mark.parametrize("several_processes", [False, True])
def test_a_form_sent_by_many_requests_at_once_is_one_opinion(
    opened: DatabaseStore, several_processes: bool
) -> None:
    form = new_form()

    def one(_: int) -> Receipt:
        try:
            if several_processes:
                forget_stores()  # each request then has a store of its own, as in another process
            return take("town", said(form=form))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(one, range(16)))
    assert {(one.opinion, one.secret) for one in made} == {("O-1", made[0].secret)}
    assert (Opinion.objects.count(), Sending.objects.count()) == (1, 1)


def test_without_shown_work_it_is_in_the_record_and_held(opened: DatabaseStore) -> None:
    made = take("town", said())
    assert made.held is True
    assert Opinion.objects.get().held is True
    assert next(opened.events({"submitted"})).payload["text"] == "More trees."


def test_work_is_shown_once_for_one_opinion_of_one_notice(opened: DatabaseStore) -> None:
    solution = solved()
    assert take("town", said(solution=solution)).held is False
    assert take("town", said(solution=solution)).held is True
    assert take("town", said(solution=solved("other"))).held is True
    assert take("town", said(solution="nonsense")).held is True
    assert Spent.objects.count() == 1


def test_work_shown_for_what_cannot_be_entered_is_not_spent(opened: DatabaseStore, clock: HandClock) -> None:
    solution = solved()
    for _ in range(30):
        take("town", said(sender="one"))
    with pytest.raises(rate_limits.BusyError):
        take("town", said(sender="one", solution=solution))
    assert take("town", said(sender="another", solution=solution)).held is False


def test_a_flood_from_one_side_is_told_to_wait_and_others_are_not(
    opened: DatabaseStore, clock: HandClock
) -> None:
    for _ in range(30):
        take("town", said(sender="one"))
    with pytest.raises(rate_limits.BusyError) as caught:
        take("town", said(sender="one"))
    assert caught.value.wait_s == pytest.approx(20)
    take("town", said(sender="two"))
    clock.on(seconds=20)
    take("town", said(sender="one"))
    clock.on(days=3)
    assert rate_limits.sweep() == Bucket.objects.count() + 3


def test_a_late_opinion_is_kept_and_its_receipt_says_so(opened: DatabaseStore, clock: HandClock) -> None:
    clock.set(2026, 3, 31, 23, 59, 59, 999_999)
    assert take("town", said()).late is False
    clock.set(2026, 4, 1, 0, 0, 0)
    made = take("town", said())
    assert (made.late, made.ends_before) == (True, "2026-03-31T16:00:00.000000Z")
    assert Opinion.objects.filter(late=True).count() == 1


def test_what_cannot_be_entered_leaves_the_form_free_to_be_sent_again(opened: DatabaseStore) -> None:
    form = new_form()
    with pytest.raises(UsageError):
        take("town", said("  ", form))
    assert Sending.objects.count() == 0
    assert take("town", said("words", form)).opinion == "O-1"


def test_a_key_that_could_be_guessed_is_refused(opened: DatabaseStore) -> None:
    with pytest.raises(UsageError, match="22 random ones"):
        take("town", said(form="short"))
    assert Opinion.objects.count() == 0


def test_a_notice_that_is_not_open_takes_nothing(begun: DatabaseStore) -> None:
    with pytest.raises(NoticeStateError):
        take("town", said())
    with pytest.raises(UsageError):
        take("nowhere", said())


def test_files_are_on_the_disk_before_the_record_is_locked(
    opened: DatabaseStore, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    enter = intake.enter

    def looked(*arguments: object, **more: object) -> object:
        seen.append(sum(1 for path in config.files.rglob("*") if path.is_file()))
        return enter(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "enter", looked)
    made = take("town", said(files=[Attachment("a.txt", "text/plain", b"trees")]))
    assert seen == [1]
    assert open_store("town").file(made.seq, 0) == b"trees"


def test_after_erasure_the_same_form_shows_no_secret_and_no_words(opened: DatabaseStore) -> None:
    form = new_form()
    made = take("town", said(form=form))
    intake.erase(opened, made.opinion, ground="wish of the submitter", by="Li")
    again = take("town", said(form=form))
    assert (again.opinion, again.secret, again.document["body"]) == (made.opinion, None, None)
