"""
A plan as one GeoPackage that QGIS opens styled: layers, verdicts with who fails, styles, a project inside.

`export` writes it. QGIS is not needed to make the file: styles and project are written as QGIS reads them.
"""

from blockplan.report.qgis.package import PROJECT, VERDICTS, export, put_inside

__all__ = ["PROJECT", "VERDICTS", "export", "put_inside"]
