"""Texts with errors at known places: ranges, counts, names that the plan lacks, and a whole volume."""

import pytest
from benchmarks.check_text import an_invented_plan
from benchmarks.seeded_text import score, seeded_text
from tests.deliver.made import a_view, numbers

from blockplan.deliver.text import check_text

#: Shares of the seeded errors, in figures and in names and ranges alike, that have to have a comment.
LEAST = {"zh": 0.85, "ja": 0.85, "en": 0.8}


@pytest.fixture(scope="module")
def invented():
    return a_view(an_invented_plan(144, seed=3))


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "ja", "en"])
def test_errors_in_a_volume_are_found_and_under_two_in_a_hundred_statements_are_false(invented, lang):
    text = seeded_text(invented.plan, lang, seed=4, size=0.3)
    found = score(text, check_text(invented, text.document).statements)
    assert found.told.total() > 20
    assert found.share("missed") >= LEAST[lang], found.listed
    assert found.share("kept", "represented") < 0.02, found.listed
    assert len(found.false) < 0.02 * found.statements, found.false
    assert found.bound > 0.9, found.unbound


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("01街区：地块{}个。", 16),
        ("01街区共有地块{}个，其余不计。", 16),
        ("01街区の区画数は{}区画である。", 16),
        ("Block 01: {} parcels.", 16),
    ],
)
def test_the_parcels_of_a_block_are_counted_wherever_the_counted_word_stands(invented, said, right):
    assert [state for _, state, _ in numbers(invented, said.format(right))] == ["kept"]
    assert [state for _, state, _ in numbers(invented, said.format(right + 3))] != ["kept"]


@pytest.mark.parametrize(
    "said",
    [
        "01街区容积率为{}~{}。",
        "01街区容积率控制在{}-{}之间。",
        "The floor area ratio of Block 01 ranges from {} to {}.",
    ],
)
def test_each_end_of_a_range_is_held_against_the_parcels_of_its_block(invented, said):
    parcels = invented.plan.layer("parcels")
    far = parcels.loc[parcels["block_id"] == "01", "far"].dropna()
    low, high = f"{far.min():.2f}", f"{far.max():.2f}"
    assert [state for _, state, _ in numbers(invented, said.format(low, high))] == ["kept", "kept"]
    wrong = numbers(invented, said.format(low, f"{far.max() + 0.4:.2f}"))
    assert [state for _, state, _ in wrong] == ["kept", "missed"]


@pytest.mark.parametrize(
    "text", ["A-998：商务金融用地，用地面积14416平方米，容积率1.55。", "A-998 | 0902，用地面积1.44公顷。"]
)
def test_figures_of_a_parcel_that_the_plan_does_not_have_are_held_against_nothing_else(invented, text):
    states = {state for _, state, _ in numbers(invented, text)}
    assert states <= {"not_evidenced", "context"}
