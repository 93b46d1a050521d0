"""Django's settings for the workbench alone: no database, no accounts, this machine only."""

from __future__ import annotations

import os
import secrets

from blockplan.portal.config import base_map_address

SECRET_KEY = secrets.token_urlsafe(48)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DATABASES: dict[str, object] = {}
INSTALLED_APPS = ["django.contrib.staticfiles", "blockplan.portal.workspace"]
MIDDLEWARE = [
    "blockplan.portal.workspace.middleware.guard",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "blockplan.portal.workspace.urls"
USE_TZ = True
STATIC_URL = "/static/"
APPEND_SLASH = False
# What `blockplan edit` was told, as an office's service is by the same names.
BASE_MAP = base_map_address(os.environ.get("BLOCKPLAN_BASE_MAP", ""))
BASE_MAP_CREDIT = os.environ.get("BLOCKPLAN_BASE_MAP_CREDIT", "")
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
# Folders are dropped file by file, each with its name.
DATA_UPLOAD_MAX_NUMBER_FILES = 4000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
