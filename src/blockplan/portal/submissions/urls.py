"""Addresses of the form and of what follows it, below their language."""

from __future__ import annotations

from django.urls import path

from blockplan.portal.submissions import follow, news, views

urlpatterns = [
    path("notices/<slug:notice>/opinion/", views.opinion, name="opinion"),
    path("notices/<slug:notice>/drafts/<slug:token>/", views.draft, name="draft"),
    path("notices/<slug:notice>/follow/", follow.follow, name="follow"),
    path("notices/<slug:notice>/mail/", news.ask, name="mail"),
    path("mail/<slug:token>/", news.subscription, name="subscription"),
]
