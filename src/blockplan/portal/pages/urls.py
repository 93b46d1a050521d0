"""Addresses of the public pages, below their language."""

from __future__ import annotations

from django.urls import path

from blockplan.portal.pages import views

urlpatterns = [
    path("", views.notices, name="notices"),
    path("notices/<slug:notice>/", views.notice, name="notice"),
]
