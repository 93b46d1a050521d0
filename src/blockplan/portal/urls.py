"""Addresses: pages under their language, files of an office under none."""

from __future__ import annotations

from django.urls import include, path, register_converter

from blockplan.portal.api.door import api
from blockplan.portal.lang import Language
from blockplan.portal.pages import errors, views

register_converter(Language, "lang")

urlpatterns = [
    path("", views.home, name="home"),
    path("api/v1/", api.urls),
    path("<lang:lang>/", include("blockplan.portal.pages.urls")),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.our_fault
