"""Run by Debian's own Python: opens the project of a package in QGIS, tells what it holds, draws it."""

import json
import os
import sys

from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsProject
from qgis.PyQt.QtCore import QSize


def main(package: str, picture: str, shown: str = "boundary") -> None:
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    opened = project.read(f"geopackage:{package}?projectName=blockplan")
    layers = [node.layer() for node in project.layerTreeRoot().findLayers()]
    told = {"opened": opened, "title": project.title(), "crs": project.crs().authid(), "layers": {}}
    for layer in layers:
        own = [layer.renderer().type(), layer.labelsEnabled()]
        styled = layer.loadDefaultStyle()[1]  # puts another renderer in the place of the project's
        renderer = layer.renderer()
        told["layers"][layer.id().removeprefix("blockplan_layer_")] = {
            "valid": layer.isValid(), "name": layer.name(), "features": layer.featureCount(),
            "labels": layer.labelsEnabled(), "renderer": renderer.type(), "crs": layer.crs().authid(),
            "style": styled, "own": own,
            "categories": [
                [one.value(), one.label(), one.symbol().color().name()]
                for one in (renderer.categories() if renderer.type() == "categorizedSymbol" else ())
            ],
        }  # fmt: skip
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setOutputSize(QSize(900, 1400))
    settings.setExtent(next(one for one in layers if one.id().endswith(shown)).extent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture, "PNG")
    print(json.dumps(told), flush=True)
    # QGIS takes its parts down in an order that Python's own references may not outlive.
    os._exit(0)


main(*sys.argv[1:])
