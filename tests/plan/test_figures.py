import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.plan.model.figures import figures


def read(text):
    return [(figure.value, figure.dimension) for figure in figures(text)]


@pytest.mark.parametrize(
    "text",
    [
        "3.5 km2", "3.5 km²", "3.5 square kilometres", "3.5 sq km", "3.5平方公里", "３．５平方公里",
        "3.5平方キロメートル", "3.5平方キロ", "350 ha", "350 hectares", "350公顷", "350ヘクタール",
        "三点五平方公里", "350万平方米", "3.5 million m2",
    ],
)  # fmt: skip
def test_an_area_is_read_in_every_spelling(text):
    assert read(text) == [(3_500_000, "area")]


@pytest.mark.parametrize(
    "text",
    [
        "9 km",
        "nine kilometres",
        "a nine-kilometre belt",
        "九公里",
        "9公里",
        "9キロメートル",
        "9キロ",
        "九千米",
        "9,000 m",
    ],
)
def test_a_length_is_read_in_every_spelling(text):
    assert read(text) in ([(9_000, "length")], [(9_000.0, "length")])


def test_a_figure_stands_for_all_that_rounds_to_it():
    (figure,) = figures("3.5 km2")
    assert [figure.fits(value * 1e6) for value in (3.44, 3.45, 3.5, 3.55, 3.56)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    (figure,) = figures("3.50 km2")
    assert [figure.fits(value * 1e6) for value in (3.49, 3.495, 3.505, 3.51)] == [False, True, True, False]
    (figure,) = figures("nine kilometres")
    assert [figure.fits(value) for value in (8_499, 8_500, 9_500, 9_501)] == [False, True, True, False]


def test_the_unit_at_the_end_of_a_list_holds_for_all_of_it():
    assert read("3.5, 3.6 and 2.4 km2") == [(3.5e6, "area"), (3.6e6, "area"), (2.4e6, "area")]
    assert read("3.5、3.6和2.4平方公里") == [(3.5e6, "area"), (3.6e6, "area"), (2.4e6, "area")]
    assert read("8.5 to 9.5 km") == [(8_500, "length"), (9_500, "length")]
    assert read("in 2035 a belt of 9 km") == [(2035, ""), (9_000, "length")]


def test_numbers_without_a_size_stay_as_they_are():
    assert read("50,000 residents") == read("5万人") == read("五万人") == [(50_000, "")]
    assert read("9.5 beds per 1,000") == [(9.5, ""), (1_000, "")]
    assert read("二〇三五年") == [(2035, "")]
    assert read("24 October 2021") == [(24, ""), (10, ""), (2021, "")]
    assert read("一千二百") == [(1_200, "")]
    assert read("十四五") == [(14, ""), (5, "")]


def test_a_weight_or_a_speed_is_no_length():
    assert read("5 kilograms, 5キログラム") == [(5, ""), (5, "")]
    assert read("30 km/h") == [(30, "")]


def test_no_text_has_no_figures():
    assert figures(None) == figures("") == figures("green and pleasant") == []


@given(st.text(max_size=60))
def test_any_text_can_be_read(text):
    assert all(figure.half > 0 for figure in figures(text))


@given(st.integers(1, 99_999), st.sampled_from(["km2", "平方公里", "平方キロメートル"]))
def test_a_written_area_fits_itself(hundredths, unit):
    (figure,) = figures(f"{hundredths / 100:.2f} {unit}")
    assert figure.dimension == "area"
    assert figure.fits(hundredths / 100 * 1e6)
