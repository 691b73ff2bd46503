"""The API at /api/v1/: one router per area."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

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

ABOUT = _("Everything a person can see and do, by program, under the same rules as the pages.")


class Api(NinjaAPI):
    """Tells what it is in the reader's language."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: Mapping[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description of every door, as OpenAPI. Cost: half a second once in each language, then nothing."""
        return _described(path_prefix or self.get_root_path(dict(path_params or {})), get_language() or "")


@cache
def _described(prefix: str, _language: str) -> OpenAPISchema:
    found = NinjaAPI.get_openapi_schema(api, path_prefix=prefix)
    found["info"]["description"] = str(ABOUT)
    return found


api = Api(
    title="Beichen",
    version="1",
    urls_namespace="api",
    auth=[TokenAuth(), SessionAuth()],
    docs_url=None,
)
problems.install(api)
api.add_router("/me", operations.router)
for _area, _prefix in AREAS.items():
    if find_spec(f"beichen.{_area}.api"):
        api.add_router(f"/{_prefix}", import_module(f"beichen.{_area}.api").router, tags=[_area])
for _room, _prefix in {"audit": "audit", "files": "files", "notify": "notify", "events": "jobs"}.items():
    api.add_router(f"/{_prefix}", import_module(f"beichen.platform.{_room}.api").router, tags=[_prefix])
