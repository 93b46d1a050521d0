import contextlib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.errors import MappingError
from blockplan.exchange.evaluate import as_text, evaluate, kind_of, parse

LONG_ID = 9_007_199_254_740_993


def a_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["公园", "park", None],
            "levels": [3.0, None, 0.0],
            "area_m2": [100.0, 50.0, 20.0],
            "osm_id": [LONG_ID, 2, 3],
            "walk": [True, False, True],
        }
    )


def values(text: str) -> list[object]:
    return [None if pd.isna(value) else value for value in evaluate(parse(text), a_frame())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("area_m2", [100, 50, 20]),
        ("area_m2 * levels", [300, None, 0]),
        ("area_m2 / levels", [100 / 3, None, None]),
        ("7 // 2 + 7 % 2", [4, 4, 4]),
        ("-area_m2 + 1", [-99, -49, -19]),
        ('"w" + osm_id', [f"w{LONG_ID}", "w2", "w3"]),
        ('"n" + levels', ["n3", None, "n0"]),
        ('name + "!"', ["公园!", "park!", None]),
        ("row", [1, 2, 3]),
        ('"r" + row', ["r1", "r2", "r3"]),
        ("levels > 1", [True, None, False]),
        ("0 < levels <= 3", [True, None, False]),
        ('name == "park"', [False, True, None]),
        ('name != "park"', [True, False, None]),
        ('name in ("park", "garden")', [False, True, None]),
        ('name not in ["park"]', [True, False, None]),
        ('name in ("park", None)', [False, True, True]),
        ("levels in (3, 5)", [True, None, False]),
        ('"ar" in name', [False, True, None]),
        ("levels is None", [False, True, False]),
        ("levels is not None", [True, False, True]),
        ("levels == 3 or walk", [True, None, True]),
        ("levels == 3 and walk", [True, False, False]),
        ("not walk", [False, True, False]),
        ("levels if levels is not None else 1", [3, 1, 0]),
        ('"x" if walk else None', ["x", None, "x"]),
        ('levels if levels is not None else "none"', ["3", "none", "0"]),
        ("None", [None, None, None]),
        ('name if "一" <= name < "龦" else None', ["公园", None, None]),
        ("walk == True", [True, False, True]),
    ],
)
def test_an_expression_gives_a_value_for_each_row(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("open('x')", "uses a call at character 1"),
        ("name.upper", r"an attribute \(a dot\)"),
        ("name[0]", "a subscript"),
        ("2 ** 99", "a power"),
        ("lambda: 1", "a lambda"),
        ("f'{name}'", "a formatted text"),
        ("(x := 1)", "an assignment"),
        ("[a for a in name]", "ListComp"),
        ("{1: 2}", "Dict"),
        ("b'x'", "neither a number nor a text"),
        ("1j", "neither a number nor a text"),
        ("1e99", "a number that is too large"),
        ("9" * 30, "a number that is too large"),
        ("levels ==", "is no expression"),
        ("levels is 3", "`is` asks only for None"),
        ("levels == (1, 2)", "a list stands only after `in`"),
        ("levels in (1, levels)", "only numbers and texts"),
        ("(1, 2)", "a list stands only after `in`"),
        ("a; b", "is no expression"),
        ("import os", "is no expression"),
        ("", "is no expression"),
        ("x\0", "is no expression"),
    ],
)
def test_what_the_language_does_not_have_is_refused_with_its_place(text, said):
    with pytest.raises(MappingError, match=said):
        evaluate(parse(text), a_frame())


@pytest.mark.parametrize(
    "text",
    ["(" * 900 + "1" + ")" * 900, "-" * 1900 + "1", "not " * 400 + "walk", "1" + "+1" * 400, "x" * 3000],
)
def test_an_expression_that_is_too_large_is_refused(text):
    with pytest.raises(MappingError, match=r"too large|too deeply|characters|no expression"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hight > 1", "names hight, which the source layer does not have; it has: name, levels"),
        ("name > 1", "compares a text with a number at character 8"),
        ("name * 2", "arithmetic wants a number, not a text at character 1"),
        ("levels and walk", "`and` wants a flag, not a number at character 1"),
        ('levels in ("a",)', "looks for a number among others"),
        ("1 if levels else 2", "`if` wants a flag, not a number"),
        ("3 in levels", "`in` wants a text, not a number"),
    ],
)
def test_kinds_that_do_not_go_together_are_refused(text, said):
    with pytest.raises(MappingError, match=said):
        evaluate(parse(text), a_frame())


def test_columns_are_those_that_the_expression_reads():
    assert parse('"w" + a + row if b is None else c').columns == {"a", "b", "c"}


def test_a_layer_without_rows_gives_no_values():
    assert evaluate(parse("area_m2 * levels > 2"), a_frame().iloc[:0]).empty


@given(st.text(alphabet="ab(){}[].,:'\"0123456789+-*/%<>=! \n\\_inotrdel", max_size=60))
def test_any_text_is_an_expression_or_refused(text):
    try:
        found = parse(text)
    except MappingError:
        return
    frame = pd.DataFrame({name: [1.0, None] for name in found.columns} | {"row_": [0, 0]})
    with contextlib.suppress(MappingError):
        assert len(evaluate(found, frame)) == 2


NUMBERS = st.one_of(st.none(), st.floats(-1e6, 1e6))


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8), st.sampled_from("+-*"))
def test_arithmetic_on_an_unknown_is_unknown_and_else_as_python_reckons(pairs, sign):
    frame = pd.DataFrame(pairs, columns=["a", "b"], dtype="float64")
    result = evaluate(parse(f"a {sign} b"), frame)
    for (a, b), value in zip(pairs, result, strict=True):
        if a is None or b is None:
            assert pd.isna(value)
        else:
            assert value == {"+": a + b, "-": a - b, "*": a * b}[sign]


def test_flags_and_whole_numbers_as_text():
    assert as_text(pd.Series([True, None], dtype="boolean")).tolist() == ["true", None]
    assert as_text(pd.Series([2.0, 2.5])).tolist() == ["2", "2.5"]
    assert kind_of(pd.Series([None, None], dtype="object")) == "null"
