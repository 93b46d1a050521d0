"""
The ledger of a text's statements: what agrees with the plan, what does not, what nobody can say.

Comments in a Word document at the place of each disagreement.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from blockplan.deliver.text.binding import Bound, bind
from blockplan.deliver.text.certainty import LIMITS, TELLING
from blockplan.deliver.text.document import RUN, TextBlock, blocks, pieces, stretch
from blockplan.deliver.text.fitting import differing
from blockplan.deliver.text.knowledge import knowledge
from blockplan.deliver.text.lexicon import Lexicon
from blockplan.deliver.text.names import (
    NEARLY,
    is_label,
    is_number_of_a_parcel,
    names_in,
    strangers_of_columns,
)
from blockplan.deliver.text.places import misplaced, misplaced_in_row
from blockplan.deliver.text.reported import FIGURE, Report, language_of
from blockplan.deliver.text.scan import HORIZON, Span, context_numbers, numbers
from blockplan.deliver.text.sentence import THIS, topic_of
from blockplan.deliver.text.wording import TEXTS, place_said, source_said
from blockplan.jsontext import OR_NULL, JsonRecord
from blockplan.texts import LANGUAGES, listed, pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blockplan.deliver.text.knowledge import Knowledge
    from blockplan.deliver.text.lexicon import Token
    from blockplan.deliver.text.names import Name
    from blockplan.deliver.text.reported import PrintedText
    from blockplan.report.view import View


AUTHOR, INITIALS = "Blockplan", "BP"


def write_comments(document: Any, check: TextCheck, lang: str = "") -> int:
    """
    Put a comment at each statement that the plan contradicts, and a question at each name that is nearly one.

    They are in the text's language where none is named.

    Gives their number.

    The comment says the right figure and where it comes from. The text itself is not changed; a run is
    divided where a figure begins or ends in the midst of it, and keeps its looks. A note, a text box or a
    header takes no comment itself: its comment stands where the body refers to it, and says which figure
    it speaks of.
    """
    wrong: dict[int, list[TextStatement]] = defaultdict(list)
    for one in check.statements:
        if one.state == "missed" or (one.state == "doubtful" and one.kind == "name"):
            wrong[one.block].append(one)
    written = 0
    for at, block in enumerate(list(blocks(document))):
        for one in sorted(wrong.get(at, ()), key=lambda one: -one.start):
            _write(document, block, one, lang or check.lang)
            written += 1
    return written


def _write(document: Any, block: TextBlock, one: TextStatement, lang: str) -> None:
    why = pick(one.why, lang)
    if block.anchor is None:
        runs = [run for run in stretch(block.paragraph, one.start, one.end) if run.tag == RUN]
        runs = runs or [_a_run(block.paragraph)]
    else:
        place = place_said(one.place, lang)
        why = TEXTS("comment.beside", lang, place=place, said=one.said, why=why)
        runs = [block.anchor if block.anchor.tag == RUN else _a_run(block.anchor)]
    comment = document.comments.add_comment(text=why, author=AUTHOR, initials=INITIALS)
    runs[0].insert_comment_range_start_above(comment.comment_id)
    runs[-1].insert_comment_range_end_and_reference_below(comment.comment_id)


def _a_run(paragraph: Any) -> Any:
    """The first run of a paragraph that has text, or an empty one at its end."""
    found = next((run for run, _ in pieces(paragraph) if run.tag == RUN), None)
    return paragraph.add_r() if found is None else found


#: As `check` calls them: a number that agrees, one that does not, a name that is there, what is unbound; and
#: a number that does not agree with what it may state.
State = Literal["kept", "missed", "doubtful", "represented", "not_evidenced", "context"]
#: Loads and densities are reckoned by factors: those of a text are the plan's where so many of them agree.
AGREED = 2
#: So many parcels a comment names at most.
MOST = 4
#: Heading of a column that names facilities: what a row of such a table says is of these.
FACILITY = re.compile(r"设施名称|設施名稱|施設名|^Facility$|^Name of (?:the )?facility", re.IGNORECASE)
#: How the line of a table begins that sums up those above.
_TOTAL = re.compile(
    r"\s*(?:合\s?计|总\s?计|全区|規划区|規划范围|合\s?計|総\s?計|計画全体|grand total|total|whole plan)\b",
    re.IGNORECASE,
)
#: Before a name that only tells where what was named before it is.
_ASIDE = re.compile(
    r"(?:位于|设于|设在|[（(|]|地块|区画|は|を|\s|\b(?:on|in|at)\s(?:the\s)?(?:parcel|plot|site|block)\s)$",
    re.IGNORECASE,
)
#: Streets, and words for what only lies beside something else.
_STREET = re.compile(r"(?:[路街巷道]|通り?|Road|Street|Avenue|Lane|Drive|Way|Boulevard)$")
_NEIGHBOUR = re.compile(
    r"(?:[东西南北]至|位于|地处|邻|临|沿|靠近|以[东西南北]|[东西南北]侧?为"
    r"|\b(?:along|on|at|near|beside|opposite|(?:north|south|east|west) of|facing|by|from|to|off))"
    r"\s?(?:the\s)?"
    r"(?:[A-Z][a-z'’]+ (?:Road|Street|Avenue|Lane|Drive|Way|Boulevard)"
    r"|[\u3400-\u9fff]{2,4}(?:路|街|大道|巷|通り?))$",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"沿い|に面|に接|[の]?[東西南北]側|以[东西南北]|[东西南北]侧|交叉口|口")
_BRACKET = re.compile(r"\s?[（(][^（）()]*$")


@dataclass(frozen=True, slots=True)
class TextStatement(JsonRecord):
    """One number or name of a text: where it stands, what it says, what it is bound to, what is right."""

    statement_id: str
    kind: Literal["number", "name"]
    state: State
    place: str
    said: str
    sentence: str
    bound_to: str = field(metadata=OR_NULL)
    right: str = field(metadata=OR_NULL)
    why: dict[str, str] = field(metadata=OR_NULL)
    block: int = field(metadata={"json": None})
    start: int = field(metadata={"json": None})
    end: int = field(metadata={"json": None})


@dataclass(frozen=True)
class TextCheck(JsonRecord):
    """A text held against a plan; ``lang`` is the language that the text is in."""

    plan: str
    statements: tuple[TextStatement, ...]
    lang: str
    KEYS: ClassVar = ("plan", "counts", "statements")

    @property
    def counts(self) -> dict[str, int]:
        """Statements by state."""
        found = Counter(one.state for one in self.statements)
        return {state: found[state] for state in get_args(State)}


def check_text(
    view: View,
    document: Any,
    report: Report | None = None,
    read: Sequence[TextBlock] | None = None,
) -> TextCheck:
    """
    Hold a Word document against a plan.

    A sentence or a cell that the report prints of the plan is held against it figure by figure. Every other
    number is bound to an object, a cell of a table or a measure, and agrees with it to its last digit or not;
    or it is unbound. Numbers of chapters, days and standards are context. Every name of the plan is
    bound to its object; a parcel's number that the plan has not is missed, another name that looks like one
    is unbound. ``report`` is what the report prints of the plan in the language of the text, ``read`` holds
    the blocks of the document; each is made where None.
    """
    known = knowledge(view)
    lexicon = Lexicon(known)
    read = list(blocks(document)) if read is None else read
    lang = language_of([block.text for block in read])
    report = report or Report(view, lang)
    found: list[TextStatement] = []
    spoken_of = ""
    totals = _totals(read, lexicon)
    read = [replace(block, whole=True) if _line(block) in totals else block for block in read]
    for at, block in enumerate(read):
        for one in _BlockCheck(block, at, known, lexicon, spoken_of).statements(report.of(block)):
            said = _doubtful(one) if _of_facility(block, one, known) else one
            if _of_a_line(block, one, lexicon):
                said = replace(one, state="not_evidenced", bound_to="", right="", why=_why("no_fact"))
            found.append(said)
        if block.cell is None:
            spoken_of = topic_of(block.text, lexicon) or (spoken_of if THIS.match(block.text) else "")
    agreed = sum(one.state == "kept" and one.bound_to.startswith(TELLING) for one in found)
    if agreed < AGREED:
        found = [_doubtful(one) if one.bound_to.startswith(TELLING) else one for one in found]
    found = _asked_of_columns(read, found, known)
    return TextCheck(view.plan.manifest.id, tuple(found), lang)


def _asked_of_columns(
    read: Sequence[TextBlock], found: Sequence[TextStatement], known: Knowledge
) -> list[TextStatement]:
    """What is found, where a column of names of the plan has one that the plan lacks as a question."""
    own: dict[int, list[TextStatement]] = defaultdict(list)
    for one in found:
        own[one.block].append(one)
    named = {
        at: next(
            (one.bound_to for one in own[at] if one.state == "represented" and one.said == cell.text), ""
        )
        for at, cell in enumerate(read)
        if is_label(cell)
    }
    for at in strangers_of_columns(read, named, known.parcel_ids):
        if any(one.state in {"missed", "doubtful", "represented"} for one in own[at]):
            continue
        place, text = read[at].place, read[at].text
        own[at] = [
            TextStatement("", "name", "doubtful", place, text, text, "", "", _why("alone"), at, 0, len(text))
        ]
    rows = [one for at in sorted(own) for one in own[at]]
    return [replace(one, statement_id=f"D-{at:04d}") for at, one in enumerate(rows, 1)]


def _totals(read: Sequence[TextBlock], lexicon: Lexicon) -> set[str]:
    """The lines of tables that are sums of the whole plan: more of their figures say so than do not."""
    found: dict[str, list[bool]] = defaultdict(list)
    for block in read:
        if _TOTAL.match(block.lead):
            text = block.lead + block.text
            figures = list(numbers(text, (), block.unit))
            for one in bind(text, figures, lexicon, block.chapter, whole=True):
                if one.fact is not None and not one.fact.subjects:
                    found[_line(block)].append(one.number.states(one.fact))
    return {line for line, right in found.items() if sum(right) > len(right) / 2}


def _line(block: TextBlock) -> str:
    """A line of a table by its place."""
    return block.place.partition(", column")[0]


def _of_a_line(block: TextBlock, one: TextStatement, lexicon: Lexicon) -> bool:
    """Whether a figure of the whole plan is of the line of a table instead, whose label names no figure."""
    if block.cell is None or block.cell.row is None or block.whole or _TOTAL.match(block.lead):
        return False
    label = block.lead[: block.lead.rfind(" ", 0, -1)]
    whole = (one.bound_to.startswith(TELLING) and ":" not in one.bound_to.partition(":")[2]) or re.fullmatch(
        "layer:parcels/[a-z_0-9]+|measure:residents", one.bound_to
    )
    return bool(whole) and all(word.subject for word in lexicon.tokens(label)) and bool(label)


def _of_facility(block: TextBlock, one: TextStatement, known: Knowledge) -> bool:
    """Whether a figure of a facility's row differs from one of its parcel: it is not of the parcel."""
    heads = block.cell.heads if block.cell is not None and block.cell.row is not None else ()
    parcel = one.bound_to.removeprefix("object:").rpartition("/")[0] in known.parcel_ids
    return one.state == "missed" and parcel and any(map(FACILITY.search, heads))


def _doubtful(one: TextStatement) -> TextStatement:
    """A statement that may be of something else."""
    if one.state != "missed" or one.kind != "number":
        return one
    return replace(one, state="doubtful", why=_why("look", one.right, one.bound_to))


class _BlockCheck:
    """A paragraph or a cell held against a plan: the names, years and figures in it."""

    def __init__(self, block: TextBlock, at: int, known: Knowledge, lexicon: Lexicon, spoken_of: str) -> None:
        self.block, self.at, self.known, self.lexicon, self.spoken_of = block, at, known, lexicon, spoken_of
        self.text, self.shift = block.lead + block.text, len(block.lead)
        self.tokens = lexicon.tokens(self.text)
        self.names = names_in(self.text, known, lexicon)

    def statements(self, printed: PrintedText | None) -> list[TextStatement]:
        """What stands in the text, beside what the report prints at its place; not what its row is called."""
        lies = self._lies()
        if printed is None:
            rows = [*(self._placed(one, lies) for one in self.names), *self._bound()]
        else:
            # What the report prints itself is no news, wherever it says that a thing lies.
            new = [one for one in self.names if self._is_news(one, printed.text)]
            rows = [
                self._name(one) if self.text[one[0] : one[1]] in printed.text else self._placed(one, lies)
                for one in new
            ]
            rows += self._printed(printed)
            if self.block.cell and any(one.state == "missed" and one.kind == "number" for one in rows):
                # The report rounds an area as it was declared, a text as it is drawn.
                agreed = {one.start: one for one in self._bound() if one.state == "kept"}
                rows = [agreed.get(one.start, one) if one.kind == "number" else one for one in rows]
        return sorted((row for row in rows if row.start >= 0), key=lambda row: row.start)

    def _lies(self) -> dict[int, tuple[tuple[str, ...], str]]:
        """Where a parcel is named on which a thing does not lie: the right ones, and the thing."""
        places, parcels = self.known.places, self.known.parcel_ids
        things = [one for one in self.tokens if not self._of_a_name(one)]
        found = {
            start: (right, thing) for start, right, thing in misplaced(self.text, things, places, parcels)
        }
        own = {name: of for name, of in places.items() if name in self.known.names}
        if self.block.cell is not None and self.block.text.strip() in parcels:
            thing = misplaced_in_row(self.block.text.strip(), self.block.cell, own)
            if thing:
                found[self.text.index(self.block.text.strip(), self.shift)] = tuple(sorted(own[thing])), thing
        return found

    def _is_news(self, name: Name, printed: str) -> bool:
        """Whether a name is one of the plan's, or a word that the report does not print there itself."""
        own = name[2] and not name[2].startswith(NEARLY)
        return bool(own) or self.text[name[0] : name[1]] not in printed

    def _of_a_name(self, token: Token) -> bool:
        """Whether a word stands in a name that the plan lacks: Beacon Culture Room."""
        unknown = [one for one in self.names if not one[2] or one[2].startswith(NEARLY)]
        within = any(start <= token.start < end for start, end, _ in unknown)
        return within and token.word not in self.known.parcel_ids

    def _bound(self) -> Iterator[TextStatement]:
        """The figures by the words around them; those of chapters, days and standards as context."""
        text, shift = self.text, self.shift
        years = [one.span(2 if one[2] else 1) for one in HORIZON.finditer(text)]
        taken = [*_spans(self.names), *((one.start, one.end) for one in self.tokens if one.subject), *years]
        for span in years:
            yield self._year(span)
        for start, end in context_numbers(text):
            if end > shift and not _meets((start, end), taken):
                yield self._said("context", (max(start, shift), end))
        figures = [one for one in numbers(text, taken, self.block.unit) if one.start >= shift]
        if self.block.coded:
            yield from (self._said("context", (one.start, one.end)) for one in figures)
        else:
            whole, chapter = self.block.whole, self.block.chapter
            yield from map(
                self._number, bind(text, figures, self.lexicon, chapter, self.spoken_of, whole=whole)
            )

    def _printed(self, printed: PrintedText) -> Iterator[TextStatement]:
        """The figures that the report prints too, each against the one at its place."""
        context, names = context_numbers(self.text), _spans(self.names)
        both = zip(FIGURE.finditer(self.text, self.shift), FIGURE.finditer(printed.text), strict=True)
        for said, right in both:
            span = said.span()
            if _meets(span, names):
                continue
            if _digits(said[0]) != _digits(right[0]):
                yield self._said("missed", span, printed.place, right[0], "differs")
            elif not printed.states or _meets(span, context):
                yield self._said("context", span)
            else:
                yield self._said("kept", span, printed.place)

    def _year(self, span: Span) -> TextStatement:
        horizon, of = self.known.horizon, "manifest:horizon"
        if horizon is None:
            return self._said("not_evidenced", span, why="no_fact")
        if int(self.text[span[0] : span[1]]) == horizon:
            return self._said("kept", span, of)
        return self._said("missed", span, of, str(horizon), "differs")

    def _of_unknown(self, figure: Bound) -> bool:
        """Whether a figure is of a name that the plan lacks: the last one that its sentence speaks of."""
        at = figure.number.start
        begin = max(self.text.rfind(sign, 0, at) + 1 for sign in "。；;\n")
        unknown = [
            one
            for one in self.names
            if begin <= one[0] < at
            and (not one[2] or one[2].startswith(NEARLY))
            and self._may_have(one, figure, begin)
        ]
        if not unknown:
            return False
        end = unknown[-1][1]
        later = [one for one in self.names if end <= one[0] < at and one not in unknown]
        return not any(not _ASIDE.search(self.text, end, start) for start, *_ in later)

    def _may_have(self, name: Name, figure: Bound, begin: int) -> bool:
        """Whether a figure of the plan may be of a name that it lacks: a street beside a parcel has none."""
        text, (start, end, _), at = self.text, name, figure.number.start
        of = figure.fact.bound_to if figure.fact else ""
        if _STREET.search(text, start, end):
            beside = _NEIGHBOUR.search(text, begin, end) or _BESIDE.match(text, end)
            return of.startswith("table:streets/") and (
                not beside or _BRACKET.match(text[end:at]) is not None
            )
        named = any(begin <= one[0] < at and one[2] and of.startswith(f"{one[2]}/") for one in self.names)
        return not (named and of.endswith(LIMITS))

    def _number(self, one: Bound) -> TextStatement:
        span, number = (one.number.start, one.number.end), one.number
        if one.fact is not None and self._of_unknown(one):
            return self._said("not_evidenced", span, why="of_unknown")
        if one.fact is None:
            return self._said("not_evidenced", span, why=one.why)
        if number.states(one.fact):
            return self._said("kept", span, one.fact.bound_to)
        if one.fact.least and number.value > max(one.fact.amounts):
            return self._said("not_evidenced", span, why="least")
        # Of counts with roads and without the nearer one is meant.
        meant = (
            min(fact.amounts, key=lambda one: abs(one - number.value))
            if fact.dimension == "count"
            else fact.amounts[0]
            for fact in differing(one.facts)
        )
        right = "; ".join(map(number.written, meant))
        if one.doubts:
            return self._said("doubtful", span, one.fact.bound_to, right, "look")
        return self._said("missed", span, one.fact.bound_to, right, "differs")

    def _placed(self, name: Name, lies: Mapping[int, tuple[tuple[str, ...], str]]) -> TextStatement:
        """A name; missed where it is of a parcel on which what the text says lies there does not lie."""
        if name[0] not in lies:
            return self._name(name)
        right, thing = lies[name[0]]
        why = TEXTS.text("why.elsewhere", thing=thing, right=listed(right[:MOST]))
        return replace(self._said("missed", name[:2], name[2], "、".join(right[:MOST]), kind="name"), why=why)

    def _name(self, name: Name) -> TextStatement:
        span, bound_to = name[:2], name[2]
        if bound_to.startswith(NEARLY):
            right = bound_to.removeprefix(NEARLY)
            return self._said("doubtful", span, self.known.names[right], right, "look", kind="name")
        if bound_to:
            return self._said("represented", span, bound_to, kind="name")
        if is_number_of_a_parcel(self.text[span[0] : span[1]], self.known):
            return self._said("missed", span, why="no_parcel", kind="name")
        return self._said("not_evidenced", span, why="no_name", kind="name")

    def _said(
        self,
        state: State,
        span: Span,
        bound_to: str = "",
        right: str = "",
        why: str = "",
        kind: Literal["number", "name"] = "number",
    ) -> TextStatement:
        block, start, end = self.block, span[0] - self.shift, span[1] - self.shift
        said, sentence = self.text[span[0] : span[1]], _sentence(block.text, start)
        told = _why(why, right, bound_to) if why else {}
        return TextStatement(
            "", kind, state, block.place, said, sentence, bound_to, right, told, self.at, start, end
        )


def _spans(names: Sequence[Name]) -> list[Span]:
    return [name[:2] for name in names]


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _digits(said: str) -> str:
    return re.sub(r"[^0-9.]", "", said)


def _why(key: str, right: str = "", bound_to: str = "") -> dict[str, str]:
    return {
        lang: TEXTS(f"why.{key}", lang, right=right, source=source_said(bound_to, lang) if bound_to else "")
        for lang in LANGUAGES
    }


def _sentence(text: str, at: int) -> str:
    start = max(text.rfind(sign, 0, max(at, 0)) for sign in "。；\n") + 1
    ends = [found for sign in "。；\n" if (found := text.find(sign, max(at, 0))) >= 0]
    return text[start : min(ends) + 1 if ends else len(text)].strip()
