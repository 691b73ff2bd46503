"""One short digest over all static files. Standard library only: the settings ask for it."""

from __future__ import annotations

import hashlib
from pathlib import Path


def static_digest(root: Path) -> str:
    """Ten characters that change with any static file of ours or with the pinned front-end packages."""
    found = sorted(path for path in root.glob("**/static/**/*") if path.is_file())
    digest = hashlib.sha256()
    for path in [*found, root.parent / "package-lock.json"]:
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]
