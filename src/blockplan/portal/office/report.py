"""
The consultation report as the office makes it: asked for by one person, published by another.

What would be published is the document that `blockplan.respond` makes of the record; it stands as
``response.json`` in every language, and pages and tables are made of it. So its hash is that of the report.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.plans.places import places_of
from blockplan.portal.record.models import Notice
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.plan import Plan
    from blockplan.respond import Sorting


def plan_on_notice(notice: str) -> Plan | None:
    """The plan that the answers speak of; None where none was made ready."""
    row = Notice.objects.get(pk=notice)
    version = PlanVersion.objects.filter(notice_id=notice, round=row.round).order_by("-id").first()
    return None if version is None else places_of(version).plan


def document_of(desk: Sorting, before: Plan | None) -> dict[str, Any]:
    """The report as it would be published of what stands on the desk; errors as `respond` has them."""
    from blockplan.respond.document import response  # noqa: PLC0415 (only the report needs it)

    return response(desk, before)


def files_of(document: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a report by language and name."""
    from blockplan.report.response import response_files  # noqa: PLC0415

    return {
        f"{lang}/{name}": content
        for lang in LANGUAGES
        for name, content in response_files(document, lang).items()
    }


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file, as an entry ``published`` names them."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def is_of(report: Mapping[str, str], document: Mapping[str, Any]) -> bool:
    """Whether the files that an entry names are those of a document."""
    from blockplan.respond.tables import DOCUMENT, as_json  # noqa: PLC0415

    digest = hashlib.sha256(as_json(document)).hexdigest()
    return all(report.get(f"{lang}/{DOCUMENT}") == digest for lang in LANGUAGES)
