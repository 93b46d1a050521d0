"""A delivery as a folder: where its parts lie, and what is found of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blockplan.deliver.filing import read_form
from blockplan.deliver.geodatabase import read_geodatabase
from blockplan.deliver.profile import available, load_delivery_profile
from blockplan.deliver.refusals import refused
from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from blockplan.deliver.geodatabase import ReadLayer
    from blockplan.deliver.profile import DeliveryProfile
    from blockplan.deliver.to_profile import CarriedTable


@dataclass
class Package:
    """
    A delivery as it was read.

    Attributes
    ----------
    geodatabases
        Folders ``*.gdb`` in it; the first was read.
    layers
        Layer name -> what the database holds.
    form
        The filing form; None where there is none.
    """

    folder: Path
    profile: DeliveryProfile
    geodatabases: list[Path]
    layers: dict[str, ReadLayer]
    form: dict[str, Any] | None

    @property
    def tables(self) -> dict[str, CarriedTable]:
        """The layers of the profile that the database holds, as they are carried."""
        wanted = [spec for spec in self.profile.layers if spec.name in self.layers]
        return {spec.name: self.layers[spec.name].table(spec) for spec in wanted}

    def place(self, part: str) -> Path:
        """Where a part of the package should lie: a name of `Files`."""
        return self.folder / file_name(self.profile, part, self.form or {})


def file_name(profile: DeliveryProfile, part: str, form: Mapping[str, Any]) -> str:
    """Name of a part of a package, with what the filing form says of it."""
    template: str = getattr(profile.files, part)
    words = {"district": str(form.get("xzqdm") or ""), "name": str(form.get("ghfamc") or "")}
    name = "".join("_" if char in '<>:"/\\|?*' else char for char in template.format(**words))
    # A plan without a name in the office's language has a file all the same.
    return f"plan{name}" if name.startswith(".") else name


#: Words in the name of a package that lies beside the plan's own database: outline, and analysis.
OUTLINE, ANALYSIS = "项目区", "分析"


def beside(name: str) -> bool:
    """Whether a package lies beside the plan's own database."""
    return OUTLINE in name or ANALYSIS in name


def read_package(folder: Path, profile: DeliveryProfile) -> Package:
    """
    Read a delivery.

    Raises
    ------
    PlanDataError
        If there is no such folder, no File Geodatabase in it that can be read, or no layer of the profile.
    """
    if folder.is_file() or folder.suffix.lower() == ".gdb":
        raise refused(PlanDataError, "no_package", path=folder)
    if not folder.is_dir():
        raise refused(PlanDataError, "no_folder", path=folder)
    found = sorted(path for path in folder.rglob("*.gdb") if path.is_dir())
    if not found:
        raise refused(PlanDataError, "no_geodatabase", path=folder)
    form = read_form(folder / profile.files.form)
    beside = set(wanted_beside(profile, form or {}))
    own = [path for path in found if path.stem not in beside] or found
    layers = _spelled(read_geodatabase(own[0]), profile)
    if not any(spec.name in layers for spec in profile.layers):
        others = [name for name in available() if any(map(load_delivery_profile(name).layer, layers))]
        known = {"layers": ", ".join(layers) or "-", "others": ", ".join(others) or "-"}
        raise refused(PlanDataError, "other_profile", path=own[0].name, profile=profile.id, **known)
    return Package(folder, profile, own, layers, form)


def _spelled(layers: Mapping[str, ReadLayer], profile: DeliveryProfile) -> dict[str, ReadLayer]:
    """Layers and fields under their names in a profile: to a geodatabase large and small letters are one."""
    found: dict[str, ReadLayer] = {}
    for name, layer in layers.items():
        own = _spelling(name, layers, [one.name for one in profile.layers])
        spec = profile.layer(own)
        wanted = [one.name for one in spec.fields] if spec else []
        names = {each: _spelling(each, layer.fields, wanted) for each in layer.fields}
        fields = {names[each]: replace(one, name=names[each]) for each, one in layer.fields.items()}
        cells = {names[each]: values for each, values in layer.cells.items()}
        found[own] = replace(layer, name=own, fields=fields, cells=cells)
    return found


def _spelling(name: str, given: Collection[str], wanted: Iterable[str]) -> str:
    """The wanted name that a given one is but for its case, unless that is given as well."""
    return next((one for one in wanted if one.casefold() == name.casefold() and one not in given), name)


def wanted_beside(profile: DeliveryProfile, form: Mapping[str, Any]) -> list[str]:
    """Packages that the kind and stage of a filing form want beside the plan's own database."""
    kind, stage = str(form.get("balx") or ""), str(form.get("jd") or "")
    found = next((one for one in profile.filing.kinds if str(one.kind) == kind), None)
    return [name for name in (found.stages.get(stage, []) if found else []) if beside(name)]


def digests(folder: Path, leave_out: str) -> dict[str, str]:
    """SHA-256 of each file of a package but the list itself, by path with slashes, in order."""
    return {
        name: digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (name := path.relative_to(folder).as_posix()) != leave_out
    }


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
