"""
The small language of a mapping: one value per row from the columns of a source layer.

An expression is written like Python and is none: names are columns, and there are
numbers, texts, ``True``, ``False``, ``None``, arithmetic (``+ - * / // %``), comparisons,
``in`` a list or a text, ``is None``, ``and or not`` and ``A if C else B``. There are
no calls, attributes, subscripts or powers, so an expression can neither reach the machine nor
run away. ``row`` is the number of the row, counted from 1. ``+`` joins
texts, also a text and a number. What is computed from an unknown value is unknown;
only ``is None``, ``if`` and, where the other side decides, ``and`` and ``or`` see through it.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.errors import MappingError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    for operator, right in zip(node.ops, node.comparators, strict=True):
        is_list = isinstance(right, ast.Tuple | ast.List)
        if isinstance(operator, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise MappingError(f"{text!r}: `is` asks only for None{place(right)}; compare values by ==")
        elif is_list != isinstance(operator, ast.In | ast.NotIn) and is_list:
            raise MappingError(f"{text!r}: a list stands only after `in`{place(right)}")


def place(node: ast.AST) -> str:
    """Where a part of an expression stands, as the words ``at character 7``."""
    column = getattr(node, "col_offset", None)
    return "" if column is None else f" at character {column + 1}"
