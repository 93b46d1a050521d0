"""No report with a hole in it, and a count that comes out even."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.respond.made import CLERK, MemoryRecord, a_desk, an_answer, submit

from blockplan.errors import NoticeStateError
from blockplan.respond import Desk, gaps, reconcile, require_complete
from blockplan.respond.coverage import progress, received


def an_answered_desk(*texts):
    desk = a_desk(*texts)
    theme = desk.name_theme("all", by=CLERK)
    desk.assign([segment.id for segment in desk.open_segments()], theme, by=CLERK)
    desk.answer_theme(theme, an_answer(), by=CLERK)
    return desk


def test_a_report_is_refused_while_one_segment_has_no_answer_and_it_is_named():
    desk = an_answered_desk("绿地太少，希望多一些公园", "1. 停车位不够\n2. 道路太窄，请拓宽")
    desk.assign(["O-2.2"], None, by=CLERK)
    with pytest.raises(
        NoticeStateError, match=r"1 point has no answer.*\n  No\. 2 \(O-2\.2\): in no theme, and without"
    ):
        require_complete(desk)
    desk.answer_segment("O-2.2", an_answer("adopted"), by=CLERK)
    require_complete(desk)


def test_each_gap_says_what_is_lacking():
    desk = an_answered_desk("绿地太少，希望多一些公园", "停车位不够，请增加一些", "道路太窄，请拓宽这条路")
    desk.assign(["O-1.1"], desk.name_theme("unanswered", by=CLERK), by=CLERK)
    desk.assign(["O-2.1"], None, by=CLERK)
    desk.record.append("amended", {"opinion": "O-3", "text": "道路太窄，请拓宽两米"})
    assert [(gap.opinion, gap.segment, gap.lack, gap.theme) for gap in gaps(Desk(desk.record))] == [
        ("O-1", "O-1.1", "not_answered", "T-2"),
        ("O-2", "O-2.1", "not_sorted", None),
        ("O-3", None, "not_cut", None),
    ]


def test_withdrawn_and_erased_opinions_need_no_answer_and_withheld_ones_do():
    desk = a_desk("第一条意见在这里", "第二条意见在这里", "第三条意见在这里")
    desk.record.append("withdrawn", {"opinion": "O-1"})
    desk.record.append("erased", {"entries": [{"seq": 2, "parts": ["body", "person"]}], "ground": "consent"})
    desk.record.append("withheld", {"opinion": "O-3", "ground": "insult", "by": "A", "second": "B"})
    assert [gap.opinion for gap in gaps(Desk(desk.record))] == ["O-3"]


def test_the_newest_gaps_are_counted_where_there_are_many():
    with pytest.raises(NoticeStateError, match=r"11 points have no answer[\s\S]*and 1 more"):
        require_complete(a_desk(*["绿地太少，希望多一些公园"] * 11))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["submitted", "amended", "withdrawn", "redacted", "withheld", "restored", "erased"]),
        st.integers(0, 30),
        st.booleans(),
    ),
    max_size=40,
)


@given(ACTS)
def test_received_is_the_sum_of_what_became_of_each_opinion_whatever_happens(acts):
    record = MemoryRecord()
    numbers, late_ones = [], 0
    for kind, at, late in acts:
        if kind == "submitted" or not numbers:
            numbers.append(int(submit(record, f"opinion {at}", late=late)[2:]))
            late_ones += late
            continue
        number = numbers[at % len(numbers)]
        said = {"opinion": f"O-{number}", "text": "■", "ground": "g", "by": "a", "second": "b"}
        if kind == "erased":
            said = {"entries": [{"seq": number, "parts": ["body"]}], "ground": "g"}
        record.append(kind, said)
    desk = Desk(record)
    counted = reconcile(desk.opinions.by_id.values(), received(desk))
    assert counted.even
    assert counted.received == len(numbers)
    assert counted.late == late_ones


def test_a_late_opinion_is_counted_late_and_in_one_of_the_five_places_too():
    record = MemoryRecord()
    for late in (False, True, None):
        submit(record, "意见", late=late)
    record.append("redacted", {"opinion": "O-1", "text": "■", "ground": "name"})
    desk = Desk(record)
    assert reconcile(desk.opinions.by_id.values(), received(desk)).to_dict() == {
        "received": 3,
        "published_whole": 2,
        "published_redacted": 1,
        "withheld": 0,
        "withdrawn": 0,
        "erased": 0,
        "late": 1,
        "late_unknown": 1,
    }


def test_an_amendment_after_a_redaction_is_whole_again_until_somebody_looks():
    record = MemoryRecord()
    submit(record, "我叫张某，反对")
    record.append("redacted", {"opinion": "O-0", "text": "我叫■■，反对", "ground": "name"})
    assert Desk(record).opinions.by_id["O-0"].published == "我叫■■，反对"
    record.append("amended", {"opinion": "O-0", "text": "反对这个方案"})
    assert Desk(record).opinions.by_id["O-0"].published == "反对这个方案"


def test_progress_counts_what_is_answered_and_by_which_answer():
    desk = an_answered_desk("绿地太少，希望多一些公园", "停车位不够，请增加一些")
    desk.answer_segment("O-1.1", an_answer("adopted"), by=CLERK)
    told = progress(desk)
    assert (told["segments"], told["answered"], told["by_own_answer"], told["complete"]) == (2, 2, 1, True)
