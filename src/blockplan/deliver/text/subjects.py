"""What a number is of: what was named before it, what stands behind it, what the sentence before spoke of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.deliver.text.sentence import THIS

if TYPE_CHECKING:
    from blockplan.deliver.text.lexicon import Token
    from blockplan.deliver.text.scan import ScannedNumber
    from blockplan.deliver.text.sentence import ScannedSentence

#: How an English sentence begins that names its subject behind its figures.
_OF = re.compile(r"\s?of\s(?:(?:the|total|additional|new)\s)*", re.IGNORECASE)
_ANEW = re.compile(r"\s*(?:It|They|This|[该此其同])", re.IGNORECASE)
#: Before the one object of a sentence that stands behind all of its figures: "a site of 3 ha for X", 3haのX.
_FOR = re.compile(
    r"(?:\bfor\s(?:the\s)?|の|的|を"
    r"|\bfloor ?(?:area|space) (?:may|can|shall|will) be built on (?:parcel|plot|site)\s)$",
    re.IGNORECASE,
)
INVERTED = re.compile(
    r"\s*(?:with|on|at|having|offering|covering|measuring)\s(?!parcel|block|subblock|plot)", re.IGNORECASE
)
_BESIDE = re.compile(
    r"(?:位于|设于|建于|布置于|坐落于|属于|毗邻|邻近|临近|东至|南至|西至|北至|沿|为|在|隶属|(?<![次别])是)(?:地块)?$"
    r"|\b(?:in|on|within|at|inside|along|beside|near|next to|adjacent to|opposite|"
    r"(?:north|south|east|west) of|is|are|for|as|belongs to|part of)\s(?:the\s)?"
    r"(?:parcel\s|block\s|subblock\s|plot\s)?$",
    re.IGNORECASE,
)
#: What Japanese says behind a place or a use that is not spoken of itself.
_PLACED = re.compile(
    r"(?:区画|街区|街坊)?(?:内?に(?:位置|設置|立地|配置|整備|ある|所在|面|隣接|計画)|内の|沿いに|として|とし|で、|であり)"
)
#: What may stand before the quantity in a clause that goes on with the object of the sentence before.
_GOES_ON = re.compile(
    r"(?:\s|其中?|可?安排|提供|布置|该|本|此|同|地块|宗地|区画|敷地|规划|計画|计容|控制|地上|总|新建|建筑|建築物?|按|则|并|且|及|和|与|为|应|的|内|上|"
    r"の|は|で|と|また|なお|、|\.|\b(?:and|but|with|at|on|in|to|of|for|the|its|their|a|an|is|are|has|have|it|this|that|"
    r"parcel|site|plot|may|must|can|will|shall|should|be|up|most|least|maximum|minimum|total|planned|there|also|"
    r"building|buildings|homes|houses|new|not|exceed|more|than|about|some|around|limit|set|reach|reaches|"
    r"allowed|permitted|allows?|keeps?|plan|which|yields?|gives?|makes?|been|holds?|offers?|provides?|takes?|gets?|comes?|rises?|s)\b)*",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"\s?(?:の|的)(?=[\u3400-\u9fff])")
_CLAUSE = re.compile(r"[，,、；;：:。]")
#: What comes behind is of the next figure: "water covers 35 ha and woodland 81 ha".
_AND = re.compile(r"\s?(?:\band\b|,|，|、|和|与|及)\s?")
#: So far back an English sentence says where something is.
_LOOK_BACK = 28


def subject_of(
    sentence: ScannedSentence,
    number: ScannedNumber,
    before: list[Token],
    behind: list[Token],
    quantity: Token | None,
) -> Token | None:
    """What a number is of: the last topic before it, what is counted behind it, what was spoken of."""
    first = min((one.start for one in before if one.subject and sentence.is_one(one)), default=sentence.end)
    # A class of land, or of streets, behind an object is what that is: "地块A（住宅用地）面积", "北街为支路".
    topics = [
        one
        for one in before
        if one.subject and sentence.says(one, number) and (one.start <= first or sentence.is_one(one))
    ]
    own = [one for one in reversed(topics) if not is_aside(sentence, one)]
    counted = [
        one
        for one in behind
        if one.subject
        and sentence.says(one, number)
        and (one.start < number.end or not _AND.match(sentence.text, number.end))
    ]
    if number.dimension == "count":
        # "8 所小学" names what is counted behind the number.
        own = [*counted, *own]
    named = any(one.subject and not is_aside(sentence, one) and sentence.is_object(one) for one in before)
    # What the sentence before spoke of counts only where a word names the quantity: a unit is too little.
    carries = sentence.carried is not None and quantity is not None and not named
    carries = carries and _goes_on(sentence, number, quantity)
    carried = (
        [sentence.carried] if sentence.carried and carries and sentence.says(sentence.carried, number) else []
    )
    ahead: list[Token] = []
    # What is counted stands right behind its number, not in another clause.
    if (
        not topics
        and number.dimension != "count"
        and (INVERTED.match(sentence.text, sentence.start) or _signed(sentence))
    ):
        ahead = [
            one
            for one in sentence.words
            if one.start > number.start and one.subject and sentence.says(one, number)
        ]
    return next(iter([*own, *ahead, *carried, *reversed(topics), *counted]), None)


def _goes_on(sentence: ScannedSentence, number: ScannedNumber, quantity: Token | None) -> bool:
    """Whether a clause speaks on of what the one before did: it names no other thing, or a ; divides."""
    end = number.start if quantity is None else min(number.start, quantity.start)
    if sentence.divided or speaks_on(sentence, end):
        return True
    return _is_filler(sentence, sentence.clause(number), end)


def _signed(sentence: ScannedSentence) -> bool:
    """Whether the one object of a sentence stands in brackets, or as what it is for, behind."""
    objects = [one for one in sentence.words if one.subject and sentence.is_object(one)]
    if len(objects) != 1 or objects[0].start < sentence.numbers[-1].end:
        return False
    at = objects[0].start
    return sentence.text[at - 1] in "（(〔[" or _FOR.search(sentence.text, sentence.start, at) is not None


def is_aside(sentence: ScannedSentence, token: Token) -> bool:
    """Whether a word only tells where or what something else is: ``位于 RD-01-01``, ``为科研用地``."""
    lead = sentence.text[max(sentence.start, token.start - _LOOK_BACK) : token.start]
    # "启明小学（K-H-01）" says where the school is, and so does a table's "启明小学 | K-H-01".
    owner = any(
        (sign in {"（", "("} and sentence.is_object(one)) or (sign == "" and sentence.is_facility(one))
        for one in sentence.words
        if one.subject and one.end < token.start
        for sign in (sentence.text[one.end : token.start].strip(),)
    )
    return owner or _BESIDE.search(lead) is not None or _PLACED.match(sentence.text, token.end) is not None


def goes_on_with(sentence: ScannedSentence, number: ScannedNumber, quantity: Token | None) -> bool:
    """Whether a sentence goes on so with what the one before spoke of that its figure must be of that."""
    if quantity is None:
        return False
    if quantity.start >= number.start:
        # A unit alone reaches no sentence back, but what a figure is said to be of.
        of = _OF.fullmatch(sentence.text, number.end, quantity.start) or quantity.word.startswith("of ")
        anew = _ANEW.match(sentence.text, sentence.start) is not None
        return bool(of or anew) and _is_filler(sentence, sentence.start, number.start)
    return speaks_on(sentence, quantity.start) or _is_filler(sentence, sentence.start, quantity.start)


def speaks_on(sentence: ScannedSentence, end: int) -> bool:
    """Whether a sentence says "this parcel" before a place, and names no other object."""
    found = THIS.search(sentence.text, sentence.start, end)
    return found is not None and sentence.topic is None


def _is_filler(sentence: ScannedSentence, start: int, end: int) -> bool:
    """
    Whether nothing but numbers, words for quantities and what joins them stands in a stretch.

    A figure that qualifies a noun behind it is of that noun.
    """
    spans = [(one.start, one.end) for one in sentence.numbers]
    spans += [(one.start, one.end) for one in sentence.words if not one.subject]
    spans = [one for one in spans if one[0] >= start]
    at, rest = start, []
    for low, high in sorted(one for one in spans if one[0] < end):
        rest.append(sentence.text[at : max(at, low)])
        at = max(at, high)
    rest.append(sentence.text[at:end])
    if any(_ATTRIBUTE.match(sentence.text, high) for _, high in spans):
        return False
    return all(_GOES_ON.fullmatch(piece.strip()) for part in rest for piece in _CLAUSE.split(part))
