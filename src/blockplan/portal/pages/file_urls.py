"""Addresses of files: they are the same in every language, and lie apart from the pages."""

from __future__ import annotations

from django.urls import path

from blockplan.portal.pages import (
    answers,
    mapdata,
    opinions,
    opinions_by_place,
    pictures,
    prints,
    records,
    tiles,
)

_NOTICE = "<slug:notice>/"

urlpatterns = [
    path("verifier.zip", records.verifier_zip, name="verifier_zip"),
    path(f"{_NOTICE}plan/<number:seq>/<number:number>", records.plan_file, name="plan_file"),
    path(f"{_NOTICE}opinions/<slug:opinion_id>/<number:number>", opinions.attachment, name="attachment"),
    path(f"{_NOTICE}response/<str:name>", answers.response_file, name="response_file"),
    path(f"{_NOTICE}maps/<lang:lang>/<slug:name>.svg", pictures.picture, name="picture"),
    path(f"{_NOTICE}map/plan.json", mapdata.plan_data, name="map_plan"),
    path(f"{_NOTICE}map/opinions.json", opinions_by_place.opinions_data, name="map_opinions"),
    path(f"{_NOTICE}map/<lang:lang>/<slug:layer>.pmtiles", tiles.archive, name="map_tiles"),
    path(f"{_NOTICE}map/ground/<int:z>/<int:x>/<int:y>.png", tiles.ground, name="map_ground"),
    path(f"{_NOTICE}card/<slug:lang>/<slug:paper>.pdf", prints.card, name="card"),
    path(f"{_NOTICE}my-parcel/<slug:lang>/<object_id:object_id>.pdf", prints.parcel, name="parcel_pdf"),
    path(f"{_NOTICE}record.zip", records.record_zip, name="record_zip"),
    path(f"{_NOTICE}checkpoint.txt", records.checkpoint, name="checkpoint"),
    path(f"{_NOTICE}key.txt", records.key, name="key"),
]
