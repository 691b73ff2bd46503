"""The API at /api/v1/: one router per area."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI

from beichen.platform.api import operations, problems
from beichen.platform.api.sign_in import SessionAuth, TokenAuth

AREAS = {
    "people": "people",
    "metrics": "metrics",
    "strategy": "strategy",
    "goals": "goals",
    "conversations": "talks",
    "reviews": "reviews",
    "reward": "reward",
    "insight": "insight",
}

api = NinjaAPI(
    title="Beichen",
    version="1",
    description=str(_("Everything a person may see and do, by program: the same rules as the pages.")),
    urls_namespace="api",
    auth=[TokenAuth(), SessionAuth()],
    docs_url=None,
)
problems.install(api)
api.add_router("/me", operations.router)
for _area, _prefix in AREAS.items():
    if find_spec(f"beichen.{_area}.api"):
        api.add_router(f"/{_prefix}", import_module(f"beichen.{_area}.api").router, tags=[_area])
for _room in ("audit", "notify"):
    api.add_router(f"/{_room}", import_module(f"beichen.platform.{_room}.api").router, tags=[_room])
