"""Addresses of the public pages, below their language."""

from __future__ import annotations

from django.urls import path

from blockplan.portal.pages import answers, feeds, my_place, notices, objects, opinions, records

_NOTICE = "notices/<slug:notice>/"

urlpatterns = [
    path("", notices.notices, name="notices"),
    path("feed.atom", feeds.notices_feed, name="notices_feed"),
    path("verify/", records.verify, name="verify"),
    path("imprint/", notices.imprint, name="imprint"),
    path("privacy/", notices.privacy, name="privacy"),
    path("accessibility/", notices.accessibility, name="accessibility"),
    path(_NOTICE, notices.notice, name="notice"),
    path(f"{_NOTICE}feed.atom", feeds.notice_feed, name="notice_feed"),
    path(f"{_NOTICE}plan/", objects.objects, name="objects"),
    path(f"{_NOTICE}plan/parcels/<object_id:object_id>/my-parcel/", objects.my_parcel, name="my_parcel"),
    path(
        f"{_NOTICE}plan/<slug:layer>/<object_id:object_id>/feed.atom", feeds.object_feed, name="object_feed"
    ),
    path(f"{_NOTICE}plan/<slug:layer>/<object_id:object_id>/", objects.object_page, name="object"),
    path(f"{_NOTICE}place/", my_place.place, name="place"),
    path(f"{_NOTICE}opinions/", opinions.opinions, name="opinions"),
    path(f"{_NOTICE}opinions/<slug:opinion_id>/", opinions.opinion, name="register_opinion"),
    path(f"{_NOTICE}response/<str:theme>/feed.atom", feeds.theme_feed, name="theme_feed"),
    path(f"{_NOTICE}response/", answers.response, name="response"),
    path(f"{_NOTICE}record/", records.record, name="record"),
]
