"""Addresses: pages under their language, files of an office under none."""

from __future__ import annotations

from django.urls import URLResolver, include, path, register_converter

from blockplan.portal.api.api import api
from blockplan.portal.ids import Number, ObjectId, ObjectIdOfProgram
from blockplan.portal.lang import Language, LanguagePrefix
from blockplan.portal.office import accounts, openid
from blockplan.portal.office.permissions import anybody
from blockplan.portal.pages import compression, errors, feeds, notices

register_converter(Language, "lang")
register_converter(ObjectId, "object_id")
register_converter(Number, "number")
register_converter(ObjectIdOfProgram, "any_id")

urlpatterns = [
    path("", notices.home, name="home"),
    path("robots.txt", feeds.robots, name="robots"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("map/<slug:made>/<str:name>", compression.file, name="map_file"),
    path("files/", include("blockplan.portal.pages.file_urls")),
    path("api/v1/", api.urls),
    # The identity service knows one address to come back to, whatever the language.
    anybody("office/openid/<provider_id>/", openid.begin, "openid_connect_login"),
    anybody("office/openid/<provider_id>/back/", openid.back, "openid_connect_callback"),
    anybody("office/join/<str:secret>/", accounts.follow_in_language, "office_join"),
    URLResolver(LanguagePrefix(), [path("office/", include("blockplan.portal.office.urls"))]),
    path("<lang:lang>/", include("blockplan.portal.submissions.urls")),
    path("<lang:lang>/", include("blockplan.portal.pages.urls")),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler429 = errors.too_many
handler404 = errors.not_found
handler500 = errors.our_fault
