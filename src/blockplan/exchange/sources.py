"""The layers that a file or a folder of files offers to an import, read when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.errors import PlanDataError
from blockplan.plan.files import formats

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from blockplan.exchange.mapping import SourceRule


class Sources:
    """
    Layers by name.

    A file with several layers offers each under its name; a file of one layer
    (Shapefile, GeoJSON, ...) offers it under the stem of the file's name.

    Parameters
    ----------
    path
        A file, or a folder whose files (not those of its folders) are offered together.
    rule
        CRS and encoding that the files do not declare themselves.

    Raises
    ------
    PlanDataError
        If there is nothing to read, or two files offer the same name.
    """

    def __init__(self, path: Path, rule: SourceRule) -> None:
        self.path = path
        self.rule = rule
        self._places: dict[str, tuple[Path, str]] = {}
        self._frames: dict[str, pd.DataFrame] = {}
        for file in self._files():
            layers = list(formats.list_layers(file))
            for layer in layers:
                self._offer(layer if file.suffix.lower() == ".gpkg" else file.stem, file, layer)

    def _files(self) -> list[Path]:
        if not self.path.is_dir():
            return [self.path]
        found = sorted(file for file in self.path.iterdir() if file.suffix.lower() in formats.FORMATS)
        if not found:
            raise PlanDataError(
                f"{self.path} holds no file that can be read ({', '.join(formats.FORMATS)}).\n"
                "Name the file or the folder that holds your layers."
            )
        return found

    def _offer(self, name: str, file: Path, layer: str) -> None:
        if name in self._places:
            raise PlanDataError(
                f"Both {self._places[name][0].name} and {file.name} in {self.path} hold a layer {name!r}.\n"
                "Keep one of them in the folder, or rename one."
            )
        self._places[name] = (file, layer)

    @property
    def names(self) -> list[str]:
        """Names of the layers, in the order of files and layers."""
        return list(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def read(self, name: str) -> pd.DataFrame:
        """A layer, in the CRS that it declares (or that the mapping gives it), read once."""
        import geopandas as gpd  # noqa: PLC0415

        if name not in self._frames:
            file, layer = self._places[name]
            frame = formats.read_layer(file, layer, self.rule.encoding)
            if isinstance(frame, gpd.GeoDataFrame) and self.rule.crs is not None:
                frame = frame.set_crs(_declared(self.rule.crs), allow_override=True)
            self._frames[name] = frame
        return self._frames[name]


def _declared(text: str) -> object:
    import pyproj  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError:
        raise PlanDataError(
            f"source.crs = {text[:80]!r} names no known coordinate reference system.\n"
            'Write a code such as "EPSG:4490".'
        ) from None
