"""The workbench's addresses, and which methods each takes."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from blockplan.portal.workspace import views

urlpatterns = [
    path("", require_GET(views.page)),
    path("workspace", require_GET(views.page), name="workbench"),
    path("assets/<str:name>", require_GET(views.asset)),
    path("workspace/state", require_GET(views.state)),
    path("workspace/result", require_GET(views.result)),
    path("workspace/layers", require_GET(views.layers)),
    path("workspace/vocabulary", require_GET(views.vocabulary)),
    path("workspace/verify", require_GET(views.verify)),
    path("workspace/news", require_GET(views.news)),
    path("workspace/answer", require_GET(views.answer)),
    path("workspace/edits", require_POST(views.edits)),
    path("workspace/undo", require_POST(views.undo)),
    path("workspace/redo", require_POST(views.redo)),
    path("workspace/scenario", require_POST(views.scenario)),
    path("workspace/save", require_POST(views.save)),
    path("workspace/compare", require_GET(views.comparison)),
    path("workspace/proposal", require_http_methods(["GET", "POST", "DELETE"])(views.proposal)),
    path("workspace/proposal/cancel", require_POST(views.cancel_proposal)),
    path("workspace/proposal/take", require_POST(views.take_proposal)),
    path("workspace/files", require_POST(views.files)),
    path("workspace/report", require_GET(views.report)),
]
