"""Land-use codes of parcels put into the list in force, each translation listed."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from blockplan.exchange.office import codes
from blockplan.exchange.office.mapping import CodeChoice
from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.rows import PLACE, about_row

if TYPE_CHECKING:
    from blockplan.exchange.office.mapping import OfficeMapping
    from blockplan.exchange.office.parcels import ImportedParcels
    from blockplan.exchange.office.rows import Row
    from blockplan.exchange.office.source import Findings

NATIONAL = codes.NATIONAL


def code_list(rows: list[Row], mapping: OfficeMapping) -> tuple[str, float, str]:
    """The list that the office's codes are of, how sure that is, and the next likeliest where it is close."""
    if mapping.choices.code_list:
        return mapping.choices.code_list, 1.0, ""
    pairs = [
        (str(row.get("land_use") or row.get("land_use_name") or ""), str(row.get("land_use_name") or ""))
        for row in rows
        if "_standard" not in row
    ]
    marks = codes.scores([code for code, _ in pairs], [name for _, name in pairs])
    if not marks:
        return NATIONAL, 0.5, ""
    order = sorted(marks, key=lambda name: (-marks[name], list(codes.LISTS).index(name)))
    close = order[1] if len(order) > 1 and marks[order[0]] - marks[order[1]] < 0.02 else ""
    used = {code for one, _ in pairs for code in codes.codes_in(one)}
    if close and all(_same_class(code, order[0], close) for code in used):
        close = ""
    return order[0], min(1.0, marks[order[0]] / 1.5 + 0.2), close


def _same_class(code: str, one: str, other: str) -> bool:
    """Whether a code means the same first-level class in two lists."""
    first, second = (codes.translate(code, name).to or "" for name in (one, other))
    return first[:2] == second[:2]


def translate_codes(
    found: ImportedParcels, list_name: str, mapping: OfficeMapping, findings: Findings
) -> None:
    """
    Put codes of the list in force into the rows; the given ones stay beside, and
    each translation is listed.
    """
    by_hand = {(one.code, one.name): one for one in mapping.code} | {
        (one.code, ""): one for one in mapping.code if not one.name
    }
    used: dict[tuple[str, str], CodeChoice] = {}
    translated = cache(_translated)
    silent: dict[tuple[str, str], list[Row]] = {}
    for row in found.rows:
        given, name = str(row.pop("land_use", "") or ""), str(row.get("land_use_name") or "")
        own_list = str(row.get("_standard") or _standard(row, list_name))
        as_written = given or name
        done = translated(given, name, own_list)
        hand = by_hand.get((given, name)) or by_hand.get((given, ""))
        main_use = str(row.pop("main_use", "") or "")
        if main_use and done.to is None and hand is None and translated("", main_use, own_list).to:
            # What has no class by its own code or name has one by the field of main uses.
            given, name = "", main_use
            done = translated(given, name, own_list)
            hand = by_hand.get((given, name))
        to = hand.to or None if hand is not None else done.to
        row["_beside"] = done.beside
        if given or name:
            row["land_use_given"] = as_written or name
            row["land_use_given_list"] = done.list_name
        if to is not None:
            row["land_use"] = to
        elif given or name:
            findings.append(
                about_row(
                    row,
                    "office-code",
                    "error",
                    worded(
                        "land_use_without_class", use=given or name, id=row.get("parcel_id"), why=done.lost
                    ),
                    value=given or name,
                )
            )
        else:
            silent.setdefault(row[PLACE][:2], []).append(row)
        if row.get("_standard") != NATIONAL and (given or name):
            entry = used.setdefault(
                (given, name),
                CodeChoice(code=given, name=name, list=done.list_name, to=to or "", lost=done.lost),
            )
            entry.parcels += 1
        if done.lost and to is not None and to != given:
            findings.append(
                about_row(
                    row,
                    "office-code",
                    "warning" if done.doubtful else "note",
                    worded(
                        "land_use_became",
                        use=given or name,
                        list=done.list_name,
                        id=row.get("parcel_id"),
                        to=to,
                        lost=done.lost,
                    ),
                    value=given or name,
                )
            )
    for rows in silent.values():
        ids = [str(row.get("parcel_id")) for row in rows]
        some = ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
        have = worded("parcels_have_no_land_use", n=len(ids), some=some)
        message = worded("has_no_land_use", id=ids[0]) if len(ids) == 1 else have
        findings.append(about_row(rows[0], "office-code", "warning", message, measured=float(len(ids))))
    found.codes = sorted(used.values(), key=lambda one: (one.list, one.code, one.name))


def _standard(row: Row, list_name: str) -> str:
    """The list that a parcel's own field names, or that of the plan."""
    said = str(row.get("land_use_standard") or "")
    if said:
        for name in ("town2007", "gbj137", "gb50137", "cn2020", "cn2023"):
            if re.search(codes.LISTS[name][1], said):
                return name
    return list_name


def _translated(given: str, name: str, list_name: str) -> codes.Translation:
    done = codes.translate(given, list_name, name)
    if done.to is not None or not given:
        return done
    if all(code in codes.old_list(list_name) for code in codes.codes_in(given)):
        # A class of the list that is none in force is not looked for in another list, only by its name.
        named = codes.translate("", list_name, name) if name else done
        return named if named.to is not None else done
    for other in codes.LISTS:
        if other != list_name:
            tried = codes.translate(given, other, name)
            if tried.to is not None and tried.given == given:
                tried.lost = joined((worded("code_of_other_list", other=other, list=list_name), tried.lost))
                return tried
    return codes.translate("", list_name, name) if name else done
