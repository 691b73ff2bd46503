"""Every template compiles and every template it names exists: part of `check`. Needs Django."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.template import Engine, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import NodeList
from django.template.loader_tags import ExtendsNode, IncludeNode

from beichen.launch.environment import CHECKOUT


def faults(root: Path, engine: Engine) -> Iterator[str]:
    """One line for each template below `root` that does not stand."""
    for folder in sorted((root / "beichen").rglob("templates")):
        for path in sorted(file for file in folder.rglob("*") if file.suffix in (".html", ".txt")):
            name = str(path.relative_to(folder))
            try:
                template = engine.get_template(name)
                for other in _named(template.nodelist):
                    engine.get_template(other)
            except (TemplateDoesNotExist, TemplateSyntaxError) as error:
                yield f"{path.relative_to(root)}: {error.__class__.__name__}: {error}"


def _named(nodelist: NodeList) -> Iterator[str]:
    """Templates named by constants in `extends` and `include`."""
    for kind, field in ((ExtendsNode, "parent_name"), (IncludeNode, "template")):
        for node in nodelist.get_nodes_by_type(kind):
            name = getattr(getattr(node, field), "var", None)
            if isinstance(name, str):
                yield name


def main() -> int:
    """Print the faults; the exit code says whether there are any."""
    django.setup()
    lines = list(faults(CHECKOUT, Engine.get_default()))
    print("\n".join(lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
