"""A mail server of the test's own, and the links in what it received."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from tests.support.smtp import MailServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.portal.config import Config


@pytest.fixture
def server(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server, and an office that sends by it."""
    from blockplan.portal import config as module

    made = MailServer()
    (config.data / "blockplan.toml").write_text(f'[mail]\nhost = "127.0.0.1"\nport = {made.port}\n')
    module.config_of_environment.cache_clear()
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", made.port)
    yield made
    made.stop()


def link_of(body: str) -> str:
    found = re.search(r"http://localhost:8000(/\S+/mail/\S+/)", body)
    assert found is not None, body
    return found[1]
