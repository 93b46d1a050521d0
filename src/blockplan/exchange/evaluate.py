"""
The small language of a mapping, and its expressions evaluated for all rows of a layer at once.

An expression is written like Python and is none: names are columns, and there are
numbers, texts, ``True``, ``False``, ``None``, arithmetic (``+ - * / // %``), comparisons,
``in`` a list or a text, ``is None``, ``and or not`` and ``A if C else B``. There are
no calls, attributes, subscripts or powers, so an expression can neither reach the machine nor
run away. ``row`` is the number of the row, counted from 1. ``+`` joins
texts, also a text and a number. What is computed from an unknown value is unknown;
only ``is None``, ``if`` and, where the other side decides, ``and`` and ``or`` see through it.

A value is a column of one kind: numbers (float64, NaN is unknown), texts (object, None is
unknown) or flags (pandas ``boolean``). Kinds that do not go together are an
error that names the place; nothing is converted silently, except a number that is joined to a text.
"""

from __future__ import annotations

import ast
import operator
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from blockplan.errors import MappingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 2_000
MOST_NODES = 300
DEEPEST = 40
LARGEST_NUMBER = 1e15
ROW = "row"

_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.BinOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Compare, ast.Eq, ast.NotEq, ast.Lt,
    ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.IfExp, ast.Constant, ast.Name,
    ast.Load, ast.Tuple, ast.List,
)  # fmt: skip
_WORDS = {
    ast.Call: "a call",
    ast.Attribute: "an attribute (a dot)",
    ast.Subscript: "a subscript (brackets)",
    ast.Pow: "a power",
    ast.Lambda: "a lambda",
    ast.JoinedStr: "a formatted text",
    ast.NamedExpr: "an assignment",
}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that has been found harmless: its text, its tree and the columns that it reads."""

    text: str
    tree: ast.expr
    columns: frozenset[str]


def parse(text: str) -> Expression:
    """
    Read an expression.

    Raises
    ------
    MappingError
        If it is no expression, or uses what the language does not have; the message names the place.

    Examples
    --------
    >>> sorted(parse("area_m2 * levels if levels is not None else None").columns)
    ['area_m2', 'levels']
    """
    if len(text) > LONGEST:
        raise MappingError(f"the expression has {len(text):,} characters; at most {LONGEST:,} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        place = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        raise MappingError(f"{text!r} is no expression{place}: {message}") from None
    except (RecursionError, MemoryError):
        raise MappingError(f"{text[:40]!r}... nests too deeply") from None
    for nodes, (node, depth) in enumerate(_walk(tree), start=1):
        if nodes > MOST_NODES or depth > DEEPEST:
            raise MappingError(f"{text[:40]!r}... is too large: at most {MOST_NODES} parts, {DEEPEST} deep")
        _check(node, text)
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return Expression(text, tree.body, names - {ROW})


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _check(node: ast.AST, text: str) -> None:
    if not isinstance(node, _ALLOWED):
        word = _WORDS.get(type(node), f"{type(node).__name__}")
        raise MappingError(f"{text!r} uses {word}{place(node)}, which expressions do not have")
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, str | int | float | None):
            raise MappingError(f"{text!r} has a value that is neither a number nor a text{place(node)}")
        if isinstance(node.value, int | float) and not abs(node.value) <= LARGEST_NUMBER:
            raise MappingError(f"{text!r} has a number that is too large{place(node)}")
    if isinstance(node, ast.Compare):
        _check_compare(node, text)
    elif isinstance(node, ast.Tuple | ast.List) and not all(
        isinstance(one, ast.Constant) for one in node.elts
    ):
        raise MappingError(f"{text!r}: a list may hold only numbers and texts{place(node)}")


def _check_compare(node: ast.Compare, text: str) -> None:
    for relation, right in zip(node.ops, node.comparators, strict=True):
        is_list = isinstance(right, ast.Tuple | ast.List)
        if isinstance(relation, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise MappingError(f"{text!r}: `is` asks only for None{place(right)}; compare values by ==")
        elif is_list != isinstance(relation, ast.In | ast.NotIn) and is_list:
            raise MappingError(f"{text!r}: a list stands only after `in`{place(right)}")


def place(node: ast.AST) -> str:
    """Where a part of an expression stands, as the words ``at character 7``."""
    column = getattr(node, "col_offset", None)
    return "" if column is None else f" at character {column + 1}"


Kind = Literal["number", "text", "flag", "null"]
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISON: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def evaluate(expression: Expression, frame: pd.DataFrame) -> pd.Series[Any]:
    """
    The value of an expression for each row of a frame, on its index.

    Raises
    ------
    MappingError
        If the frame has no such column, or kinds do not go together (a text is
        compared with a number).

    Examples
    --------
    >>> from blockplan.exchange.evaluate import parse
    >>> frame = pd.DataFrame({"levels": [3, None], "area_m2": [100.0, 50.0]})
    >>> evaluate(parse("area_m2 * levels"), frame).tolist()
    [300.0, nan]
    """
    missing = sorted(expression.columns - set(map(str, frame.columns)))
    if missing:
        known = ", ".join(str(column) for column in frame.columns if column != "geometry")
        raise MappingError(
            f"{expression.text!r} names {', '.join(missing)}, which the source layer does not have; "
            f"it has: {known}"
        )
    return _Evaluation(expression.text, frame).value(expression.tree)


def as_column(given: pd.Series[Any]) -> pd.Series[Any]:
    """
    A column as one of the three kinds.

    Whole numbers stay whole while they are only copied or joined to a text (a long id keeps its digits).
    """
    if isinstance(given.dtype, pd.BooleanDtype) or given.dtype == bool:
        return given.astype("boolean")
    if pd.api.types.is_integer_dtype(given.dtype):
        return given.astype("Int64")
    if pd.api.types.is_numeric_dtype(given.dtype):
        return given.astype("float64")
    present = given[given.notna()]
    if len(present) and present.map(lambda value: isinstance(value, bool | np.bool_)).all():
        return given.astype("boolean")
    texts = [str(value) if there else None for value, there in zip(given, given.notna(), strict=True)]
    return pd.Series(texts, index=given.index, dtype="object")


def kind_of(column: pd.Series[Any]) -> Kind:
    """The kind of a column; ``null`` where nothing is known of any row."""
    if isinstance(column.dtype, pd.BooleanDtype):
        return "flag"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number" if column.notna().any() or len(column) == 0 else "null"
    return "text" if column.notna().any() else "null"


def as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column as texts: whole numbers without a decimal point, flags as ``true`` and ``false``."""
    if kind_of(column) == "flag":
        texts = [None if pd.isna(value) else "true" if value else "false" for value in column]
    else:
        texts = [None if pd.isna(value) else as_code(value) for value in column]
    return pd.Series(texts, index=column.index, dtype="object")


def as_code(value: Any) -> str:
    """A value as a code is written: a whole number without decimals."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class _Evaluation:
    """One walk over a tree; the frame and the text (for messages) stay the same."""

    def __init__(self, text: str, frame: pd.DataFrame) -> None:
        self.text = text
        self.frame = frame
        self.index = frame.index

    def value(self, node: ast.expr) -> pd.Series[Any]:
        walk: dict[type[ast.expr], Callable[[Any], pd.Series[Any]]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._arithmetic,
            ast.BoolOp: self._logic,
            ast.Compare: self._comparisons,
            ast.IfExp: self._choice,
        }
        if type(node) not in walk:
            raise MappingError(f"{self.text!r}: a list stands only after `in`{place(node)}")
        return walk[type(node)](node)

    def _constant(self, node: ast.Constant) -> pd.Series[Any]:
        value: Any = node.value
        if isinstance(value, bool):
            return pd.Series(value, index=self.index, dtype="boolean")
        if isinstance(value, int | float):
            dtype = "Int64" if isinstance(value, int) else "float64"
            return pd.Series(value, index=self.index, dtype=dtype)
        return pd.Series([value] * len(self.index), index=self.index, dtype="object")

    def _name(self, node: ast.Name) -> pd.Series[Any]:
        name = node.id
        if name == ROW and ROW not in self.frame:
            return pd.Series(range(1, len(self.index) + 1), index=self.index, dtype="Int64")
        return as_column(self.frame[name])

    def _wanted(self, node: ast.expr, kind: Kind, what: str) -> pd.Series[Any]:
        column = self.value(node)
        found = kind_of(column)
        if found == "null":
            # An unknown value has no kind of its own; it takes the one that is asked for.
            dtype = {"number": "float64", "flag": "boolean", "text": "object"}[kind]
            return pd.Series([None] * len(self.index), index=self.index, dtype=dtype)
        if found != kind:
            raise MappingError(f"{self.text!r}: {what} wants a {kind}, not a {found}{place(node)}")
        return column.astype("float64") if kind == "number" else column

    def _unary(self, node: ast.UnaryOp) -> pd.Series[Any]:
        if isinstance(node.op, ast.Not):
            return ~self._wanted(node.operand, "flag", "`not`")
        number = self._wanted(node.operand, "number", "a sign")
        return -number if isinstance(node.op, ast.USub) else number

    def _arithmetic(self, node: ast.BinOp) -> pd.Series[Any]:
        if isinstance(node.op, ast.Add):
            left, right = self.value(node.left), self.value(node.right)
            if "text" in (kind_of(left), kind_of(right)):
                return self._joined(left, right)
        first = self._wanted(node.left, "number", "arithmetic")
        second = self._wanted(node.right, "number", "arithmetic")
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            second = second.where(second != 0)  # What is divided by zero is unknown, not infinite.
        result: pd.Series[Any] = _ARITHMETIC[type(node.op)](first, second)
        return result

    def _joined(self, left: pd.Series[Any], right: pd.Series[Any]) -> pd.Series[Any]:
        pairs = zip(as_text(left), as_text(right), strict=True)
        texts = [None if one is None or other is None else one + other for one, other in pairs]
        return pd.Series(texts, index=self.index, dtype="object")

    def _logic(self, node: ast.BoolOp) -> pd.Series[Any]:
        word = "`and`" if isinstance(node.op, ast.And) else "`or`"
        parts = [self._wanted(value, "flag", word) for value in node.values]  # noqa: PD011 (a tree, no frame)
        result = parts[0]
        for part in parts[1:]:
            result = result & part if isinstance(node.op, ast.And) else result | part
        return result

    def _comparisons(self, node: ast.Compare) -> pd.Series[Any]:
        result: pd.Series[Any] | None = None
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            part = self._comparison(left, op, right)
            result = part if result is None else result & part
            left = right
        assert result is not None  # noqa: S101 (a comparison has at least one operator)
        return result

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> pd.Series[Any]:
        if isinstance(op, ast.Is | ast.IsNot):
            unknown = self.value(left).isna().astype("boolean")
            return ~unknown if isinstance(op, ast.IsNot) else unknown
        if isinstance(op, ast.In | ast.NotIn):
            found = self._contained(left, right)
            return ~found if isinstance(op, ast.NotIn) else found
        first, second = self.value(left), self.value(right)
        kinds = {kind_of(first), kind_of(second)} - {"null"}
        if len(kinds) > 1:
            raise MappingError(
                f"{self.text!r} compares a {kind_of(first)} with a {kind_of(second)}{place(right)}; "
                "write a text in quotes and a number without"
            )
        return self._known(first, second, _COMPARISON[type(op)])

    def _known(
        self, first: pd.Series[Any], second: pd.Series[Any], compare: Callable[[Any, Any], Any]
    ) -> pd.Series[Any]:
        """Compare where both sides are known; elsewhere the answer is unknown."""
        result = pd.Series(pd.NA, index=self.index, dtype="boolean")
        there = np.asarray(first.notna() & second.notna(), dtype=bool)
        if there.any():
            result[there] = compare(first[there], second[there]).astype("boolean")
        return result

    def _contained(self, left: ast.expr, right: ast.expr) -> pd.Series[Any]:
        column = self.value(left)
        if isinstance(right, ast.Tuple | ast.List):
            values = [one.value for one in right.elts if isinstance(one, ast.Constant)]
            kinds = {"text" if isinstance(value, str) else "number" for value in values if value is not None}
            if kinds - {kind_of(column)} and kind_of(column) != "null":
                raise MappingError(f"{self.text!r} looks for a {kind_of(column)} among others{place(right)}")
            found = column.isin([value for value in values if value is not None]).astype("boolean")
            unknown = column.isna() & (None not in values)
            return found.mask(unknown) | (column.isna() & (None in values))
        parts = self._wanted(left, "text", "`in`")
        wholes = self._wanted(right, "text", "`in`")
        return self._known(
            parts,
            wholes,
            lambda one, other: pd.Series([a in b for a, b in zip(one, other, strict=True)], index=one.index),
        )

    def _choice(self, node: ast.IfExp) -> pd.Series[Any]:
        chosen = self._wanted(node.test, "flag", "`if`")
        yes, no = self.value(node.body), self.value(node.orelse)
        kinds = {kind_of(yes), kind_of(no)} - {"null"}
        if len(kinds) > 1:
            yes, no = as_text(yes), as_text(no)
        elif kinds == {"number"}:
            yes, no = yes.astype("float64"), no.astype("float64")
        dtype = yes.dtype if kind_of(yes) != "null" else no.dtype
        test = [None if pd.isna(flag) else bool(flag) for flag in chosen]
        values = [
            None if flag is None else a if flag else b for flag, a, b in zip(test, yes, no, strict=True)
        ]
        cleaned = [None if pd.isna(value) else value for value in values]
        return pd.Series(cleaned, index=self.index, dtype=dtype)
