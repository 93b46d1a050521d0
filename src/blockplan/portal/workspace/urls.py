"""The workbench's addresses, and which methods each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from blockplan.portal.workspace import views
from blockplan.portal.workspace.middleware import refused_in, takes

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

urlpatterns = [
    path("", takes(views.page, "GET")),
    path("workspace", takes(views.page, "GET"), name="workbench"),
    path("assets/<str:name>", takes(views.asset, "GET")),
    path("workspace/state", takes(views.state, "GET")),
    path("workspace/result", takes(views.result, "GET")),
    path("workspace/layers", takes(views.layers, "GET")),
    path("workspace/vocabulary", takes(views.words, "GET")),
    path("workspace/verify", takes(views.verify, "GET")),
    path("workspace/news", takes(views.news, "GET")),
    path("workspace/answer", takes(views.answer, "GET")),
    path("workspace/edits", takes(views.edits, "POST")),
    path("workspace/undo", takes(views.undo, "POST")),
    path("workspace/redo", takes(views.redo, "POST")),
    path("workspace/scenario", takes(views.scenario, "POST")),
    path("workspace/packs", takes(views.packs, "GET", "POST")),
    path("workspace/branches", takes(views.branches, "GET")),
    path("workspace/earlier", takes(views.earlier, "GET")),
    path("workspace/back", takes(views.back, "POST")),
    path("workspace/take", takes(views.take_part, "POST")),
    path("workspace/save", takes(views.save, "POST")),
    path("workspace/compare", takes(views.comparison, "GET")),
    path("workspace/outcomes", takes(views.outcomes, "GET")),
    path("workspace/proposal", takes(views.proposal, "GET", "POST", "DELETE")),
    path("workspace/proposal/cancel", takes(views.cancel_proposal, "POST")),
    path("workspace/proposal/take", takes(views.take_proposal, "POST")),
    path("workspace/files", takes(views.files, "POST", form=True)),
    path("workspace/base-map/<int:z>/<int:x>/<int:y>.png", takes(views.base_map, "GET")),
    path("workspace/report", takes(views.report, "GET")),
]


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that the framework cannot read: a broken form, too many fields, too many bytes."""
    return refused_in(request, 400, "request", "unreadable", why=exception or type(exception).__name__)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that is not one of ours."""
    return refused_in(request, 404, "not_found", "address", path=request.path)


def handler500(request: HttpRequest) -> HttpResponse:
    """A fault of the program: the edits that were answered stand."""
    return refused_in(request, 500, "fault", "fault")
