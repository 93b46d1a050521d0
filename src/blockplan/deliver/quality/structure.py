"""Rules of structure: layers, fields, types, lengths, what must be filled and with what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockplan.deliver.quality.finding import TEXTS, PackageFault, point_of
from blockplan.deliver.to_profile import use_name
from blockplan.plan.model.codes import LISTS
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.deliver.profile import FieldSpec
    from blockplan.deliver.quality.finding import PackageFacts
    from blockplan.report.words import Words

CODE = re.compile(r"[\w.\-]+", re.ASCII)
#: So many features are named in the sentence of a fault of many; all of them stand in its list.
NAMED = 3
#: So many values of a domain are named in what to do.
ALLOWED = 12


def layers(facts: PackageFacts) -> Iterator[PackageFault]:
    """Layers that the profile wants and the database lacks, or has without a feature."""
    for spec in facts.package.profile.layers:
        layer = facts.layer(spec.name)
        if spec.required and (layer is None or not layer.shapes):
            message = "message" if layer is None else "empty"
            yield PackageFault(spec.name, said={"title": spec.title}, message=message)


def fields(facts: PackageFacts) -> Iterator[PackageFault]:
    """Fields that a layer lacks."""
    for spec, layer in facts.layers:
        for one in spec.fields:
            if one.name not in layer.fields:
                yield PackageFault(spec.name, said={"field": one.name, "title": one.title})


def types(facts: PackageFacts) -> Iterator[PackageFault]:
    """Fields of another type."""
    for spec, layer, one in facts.cells(lambda one: True):
        if layer.fields[one.name].type != one.type:
            said = {"field": one.name, "type": one.type, "is": layer.fields[one.name].type}
            yield PackageFault(spec.name, said=said)


def lengths(facts: PackageFacts) -> Iterator[PackageFault]:
    """Text fields of another length."""
    for spec, layer, one in facts.cells(lambda one: one.type == "text"):
        is_ = layer.fields[one.name]
        if is_.type == "text" and is_.length != one.length:
            said = {"field": one.name, "length": one.length, "is": is_.length or "-"}
            yield PackageFault(spec.name, measured=is_.length, said=said)


def mandatory(facts: PackageFacts) -> Iterator[PackageFault]:
    """Fields that must be filled and are empty: a fault a field, with all features where it is."""
    for spec, layer, one in facts.cells(lambda one: one.mandatory):
        values = layer.cells[one.name]
        empty = [at for at, value in enumerate(values) if value is None or value == ""]
        if not empty:
            continue
        ids = tuple(facts.name(spec, layer, at) for at in empty)
        where = ids[0]
        if len(ids) > 1:
            more = ", …" if len(ids) > NAMED else ""
            where = f"{len(ids)}/{len(values)} ({', '.join(ids[:NAMED])}{more})"
        said: dict[str, Any] = {"field": one.name, "title": one.title, "where": where}
        keys = [key for key in one.sources if key.startswith("form:")]
        remedy = "remedy_form" if keys else "remedy" if one.sources else "remedy_none"
        said["key"] = keys[0].removeprefix("form:") if keys else _columns(one)
        yield PackageFault(
            spec.name,
            ids[0] if len(ids) == 1 else "",
            point_of(layer.shapes[empty[0]]),
            float(len(ids)),
            said,
            ids,
            remedy,
        )


def _columns(one: FieldSpec) -> dict[str, str]:
    """What a field carries of the plan, in each language: the words of each column with its name."""
    from blockplan.report.words import Words  # noqa: PLC0415 - costly, and most packages lack nothing

    names = dict.fromkeys(key.rpartition(":")[2] for key in one.sources)
    by_lang = {lang: Words(lang) for lang in LANGUAGES}

    def called(words: Words, name: str) -> str:
        known = words.field(name)
        return name if known == name else words("list.note", said=known, note=name)

    return {lang: words.join([called(words, name) for name in names]) for lang, words in by_lang.items()}


def domains(facts: PackageFacts) -> Iterator[PackageFault]:
    """Values that are none of those allowed."""

    def bad(one: FieldSpec, value: Any) -> bool:
        return _filled(value) and str(value) not in facts.package.profile.domains[one.domain]

    def allowed(one: FieldSpec) -> dict[str, str]:
        values = list(facts.package.profile.domains[one.domain])
        more = [f"… ({len(values)})"] if len(values) > ALLOWED else []
        listed = values[:ALLOWED] + more
        return {lang: (", " if lang == "en" else "、").join(listed) for lang in LANGUAGES}

    yield from _values(facts, lambda one: one.domain, bad, lambda one: {"allowed": allowed(one)})


def patterns(facts: PackageFacts) -> Iterator[PackageFault]:
    """Values that are not of the form wanted."""

    def bad(one: FieldSpec, value: Any) -> bool:
        return _filled(value) and re.fullmatch(one.pattern, str(value)) is None

    yield from _values(facts, lambda one: one.pattern, bad, lambda one: {"form": _form(one)})


def _form(one: FieldSpec) -> dict[str, str]:
    """How a field is written, in each language: type, length, an example, the pattern itself."""
    parts = ["length"] * (one.length is not None) + ["example"] * bool(one.example) + ["pattern"]

    def told(lang: str) -> str:
        said = {"length": one.length, "example": one.example, "pattern": one.pattern}
        named = [TEXTS(f"form.{part}", lang, **said) for part in (one.type, *parts)]
        return (", " if lang == "en" else "，" if lang == "zh" else "、").join(named)

    return {lang: told(lang) for lang in LANGUAGES}


def blanks(facts: PackageFacts) -> Iterator[PackageFault]:
    """Texts that are blank, or begin or end with blanks."""
    yield from _values(
        facts,
        lambda one: one.type == "text",
        lambda one, value: isinstance(value, str) and value != value.strip(),
    )


def chinese(facts: PackageFacts) -> Iterator[PackageFault]:
    """Codes with signs other than letters, digits, ``_ - .``; a pattern or domain goes before."""

    def bad(one: FieldSpec, value: Any) -> bool:
        return isinstance(value, str) and value == value.strip() and CODE.fullmatch(value) is None

    yield from _values(facts, lambda one: one.code and not one.pattern and not one.domain, bad)


def labels(facts: PackageFacts) -> Iterator[PackageFault]:
    """Names that are not those of the code beside them."""
    for spec, layer, one in facts.cells(lambda one: one.label_of):
        owner = spec.field(one.label_of)
        codes = layer.cells.get(one.label_of)
        if owner is None or codes is None:
            continue
        for at, (code, name) in enumerate(zip(codes, layer.cells[one.name], strict=True)):
            known = _names(facts, owner, code)
            if known and _filled(name) and str(name) not in known:
                said = {"field": one.name, "code": code, "value": name, "right": sorted(known)[0]}
                yield facts.fault(spec, layer, at, said)


def _names(facts: PackageFacts, owner: FieldSpec, code: Any) -> set[str]:
    """Names of a code: of its domain, or of the lists of land uses that know it."""
    if not _filled(code):
        return set()
    if owner.domain:
        name = facts.package.profile.domains[owner.domain].get(str(code))
        return {name} if name else set()
    return {name for of in LISTS if (name := use_name(str(code), of))}


def aliases(facts: PackageFacts) -> Iterator[PackageFault]:
    """Fields whose alias is another than the profile's."""
    for spec, layer, one in facts.cells(lambda one: one.title):
        alias = layer.fields[one.name].alias
        if alias not in {one.title, ""} or (not alias and one.title != one.name):
            yield PackageFault(spec.name, said={"field": one.name, "title": one.title, "is": alias or "-"})


def _filled(value: Any) -> bool:
    return value is not None and value != "" and not (isinstance(value, str) and value != value.strip())


def _values(
    facts: PackageFacts, wanted: Any, bad: Any, told: Callable[[FieldSpec], dict[str, Any]] = lambda _: {}
) -> Iterator[PackageFault]:
    for spec, layer, one in facts.cells(wanted):
        how: dict[str, Any] | None = None
        for at, value in enumerate(layer.cells[one.name]):
            if bad(one, value):
                how = told(one) if how is None else how
                said = {"field": one.name, "value": value, "title": one.title} | how
                yield facts.fault(spec, layer, at, said)
