"""Lines of managers and trees of units as plain maps."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def circles(above: Mapping[K, K | None]) -> list[list[K]]:
    """Every circle in a map of node → the node above it, each once, from any of its nodes upwards."""
    done: set[K] = set()
    found: list[list[K]] = []
    for start in above:
        path: list[K] = []
        on_path: dict[K, int] = {}
        node: K | None = start
        while node is not None and node not in done and node not in on_path:
            on_path[node] = len(path)
            path.append(node)
            node = above.get(node)
        if node is not None and node in on_path:
            found.append(path[on_path[node] :])
        done.update(path)
    return found
