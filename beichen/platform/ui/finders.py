"""Front-end files of others, served from `node_modules` through an allow-list.

The files are copied once, with a compressed twin, to `vendor/` in the data folder, because whitenoise looks for the
twin beside the file. Source maps are not served, so nothing has to rewrite the files that mention them.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

from beichen.launch.environment import CHECKOUT

NODE_MODULES = CHECKOUT / "node_modules"
ALLOWED = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/echarts.min.js": "echarts/dist/echarts.min.js",
    "vendor/sortable.min.js": "sortablejs/Sortable.min.js",
    "vendor/axe.min.js": "axe-core/axe.min.js",
}
TWIN = ".gz"


def bring(source: Path, target: Path) -> None:
    """Copy a file and press its twin, unless both are there and no older than the source."""
    twin = target.with_name(target.name + TWIN)
    newest = source.stat().st_mtime
    if all(path.is_file() and path.stat().st_mtime >= newest for path in (target, twin)):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, source.read_bytes())
    _replace(twin, gzip.compress(source.read_bytes(), mtime=0))


def _replace(target: Path, content: bytes) -> None:
    """Write beside and rename: two processes that start together never serve half a file."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.write_bytes(content)
    shutil.move(beside, target)


class VendorFinder(BaseFinder):
    """Finds the allow-listed files, and nothing else, under `vendor/`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.root = Path(settings.VENDOR_ROOT)
        self.storage = FileSystemStorage(location=str(self.root))

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def _bring(self, name: str) -> Path | None:
        source = NODE_MODULES / ALLOWED[name]
        if not source.is_file():
            return None
        target = self.root / name
        bring(source, target)
        return target

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's signature)
        name = path.removesuffix(TWIN)
        found = self._bring(name) if name in ALLOWED else None
        place = str(found) + path[len(name) :] if found else None
        return ([place] if place else []) if find_all else (place or [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in ALLOWED:
            if self._bring(name):
                yield name, self.storage
                yield name + TWIN, self.storage
