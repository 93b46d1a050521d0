"""Opinions sent by the API."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.test import Client

PATH = "/api/v1/notices/town/opinions"


def key() -> str:
    return secrets.token_urlsafe(24)


def send(body: Any, status: int = 201, path: str = PATH, **headers: str) -> Any:
    headers = {"Idempotency-Key": key(), **headers}
    answer = Client().post(path, json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)
