"""Whatever a row of the audit can carry has words in both languages."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from beichen.launch.environment import CHECKOUT
from beichen.platform.audit import choices
from beichen.platform.audit.queries import acts

WRITERS = ("audit.record", "audit.record_bulk", "hooks.record", "_audit", "imported", "rows.imported")
READERS = ("audit.record_read",)
UNSAID = re.compile(r"\{[^}]*\}")


def calls(names: tuple[str, ...]) -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted((CHECKOUT / "beichen").rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names and len(node.args) > 1:
                yield path, node


def keys(node: ast.expr) -> str | None:
    """The act as written: a literal, or a literal with places; None for a declared permission or a name."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return UNSAID.sub("*", ast.unparse(node)[2:-1]) if isinstance(node, ast.JoinedStr) else None


@pytest.mark.req("BASE-02")
def test_every_act_that_is_written_down_has_words():
    written = {(path.name, key) for path, call in calls(WRITERS) if (key := keys(call.args[1]))}
    assert len(written) > 40
    said = set(acts()) | {"read", "refused"}
    for name, key in written:
        pattern = re.compile(re.escape(key).replace(r"\*", ".+"))
        assert any(pattern.fullmatch(one) for one in said), f"{name}: {key} has no words in any choices.py"


@pytest.mark.req("BASE-02", "BASE-03")
def test_every_word_of_the_audit_is_said_in_chinese_too():
    for words in (acts(), choices.kinds(), choices.jobs()):
        for key, label in words.items():
            with translation.override("en"):
                english = str(label)
            with translation.override("zh-hans"):
                assert re.search(r"[\u4e00-\u9fff]", str(label)), f"{key}: {label}"
            assert re.search(r"[A-Za-z]", english), key


@pytest.mark.req("BASE-02")
def test_every_kind_of_object_has_words():
    read = {str(call.args[1].value) for _path, call in calls(READERS) if isinstance(call.args[1], ast.Constant)}
    bulk = {
        str(call.args[2].value)
        for _path, call in calls(("audit.record_bulk",))
        if len(call.args) > 2 and isinstance(call.args[2], ast.Constant)
    }
    assert read | bulk <= set(choices.kinds())
    labels = {model._meta.label_lower for model in apps.get_models()}
    named = {key for key in choices.kinds() if key.partition(".")[0] in {label.partition(".")[0] for label in labels}}
    assert len(named & labels) > 20


@pytest.mark.req("BASE-02")
def test_every_job_has_words():
    """Declared jobs, listeners and the named system actors of commands."""
    from beichen.platform.events import bus
    from beichen.platform.events.jobs import Job

    ours = [found for name, found in sys.modules.items() if name.startswith("beichen.") and ".tests" not in name]
    clocked = {one.name for module in ours for one in vars(module).values() if isinstance(one, Job)}
    listeners = {one.name for many in bus._subscribers.values() for one in many if ".tests" not in one.call.__module__}
    assert clocked | listeners
    assert clocked | listeners <= set(choices.jobs())
