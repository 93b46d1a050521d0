"""The WSGI application that granian serves."""

from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

from blockplan.portal.arrival import at_the_door, patient
from blockplan.portal.config import config_of_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blockplan.portal.settings")
# Whoever writes for all asks the database many times and lets go of the interpreter each time: a thread that
# works out a page must not keep it for the usual 5 ms meanwhile.
sys.setswitchinterval(0.0005)
_config = config_of_environment()
application = at_the_door(
    patient(get_wsgi_application(), _config), by_proxy=_config.arrival_by_proxy
)  # fmt: skip
