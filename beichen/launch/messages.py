"""Which texts the code and the templates want translated. Needs Django."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

# Name in django.utils.translation → positions of context, singular and plural among the arguments.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
IN_TEMPLATE = re.compile(r"(?<![\w.])(npgettext|pgettext|ngettext|gettext|_)\(")


@dataclass(frozen=True, order=True)
class Message:
    """A text as a catalogue knows it; `context` and `plural` are empty when it has none."""

    context: str
    text: str
    plural: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


@dataclass(frozen=True)
class Use:
    """Where a message is asked for."""

    message: Message
    path: Path
    line: int


def used(root: Path) -> Iterator[Use]:
    """Every text in the package below `root`, code and templates; tests excluded."""
    for path in sorted((root / "beichen").rglob("*")):
        inside = path.relative_to(root).parts
        if "tests" in inside or "migrations" in inside:
            continue
        if path.suffix == ".py":
            yield from in_code(path)
        elif "templates" in inside and path.suffix in (".html", ".txt"):
            yield from in_template(path)


def in_code(path: Path) -> Iterator[Use]:
    """Calls of what the module imports from django.utils.translation, under whatever name."""
    tree = ast.parse(path.read_bytes(), filename=str(path))
    names = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and names:
            found = _called(node, names)
            message = _message(found, node.args) if found else None
            if message:
                yield Use(message, path, node.lineno)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Local name → name in django.utils.translation."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in FUNCTIONS}
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils":
            names |= {f"{alias.asname or alias.name}.": "" for alias in node.names if alias.name == "translation"}
    return names


def _called(node: ast.Call, names: dict[str, str]) -> str:
    if isinstance(node.func, ast.Name):
        return names.get(node.func.id, "")
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.attr if f"{node.func.value.id}." in names and node.func.attr in FUNCTIONS else ""
    return ""


def _message(function: str, arguments: list[ast.expr]) -> Message | None:
    """The message of a call with constant texts; a computed text was declared as a constant elsewhere."""
    words = [
        node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None for node in arguments
    ]
    return _placed(function, words)


def _placed(function: str, words: list[str | None]) -> Message | None:
    context, single, plural = FUNCTIONS[function]
    wanted = [place for place in (context, single, plural) if place is not None]
    if any(place >= len(words) or words[place] is None for place in wanted):
        return None
    texts = {place: words[place] or "" for place in wanted}
    return Message(
        texts[context] if context is not None else "", texts[single], texts[plural] if plural is not None else ""
    )


def in_template(path: Path) -> Iterator[Use]:
    """What Django's own extraction finds in a template."""
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for found in IN_TEMPLATE.finditer(source):
        words: list[str | None] = [*_strings(source[found.end() :])]
        message = _placed("gettext" if found[1] == "_" else found[1], words)
        if message and message.text:
            yield Use(message, path, source.count("\n", 0, found.start()) + 1)


def _strings(source: str) -> Iterator[str]:
    """The string literals up to the closing bracket."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.string == ")":
                return
            if token.type == tokenize.STRING:
                yield str(ast.literal_eval(token.string))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return
