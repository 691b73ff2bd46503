"""What strategy registers at start: its sheet of a workbook, its navigation, what is owed, what a cycle opens with."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry, TodoEntry, imports, nav, opening, todo
from beichen.strategy import queries
from beichen.strategy.choices import StatementKind
from beichen.strategy.queries import Owed
from beichen.strategy.rules import PRIORITIES, keep_rules

imports.register(PRIORITIES)
nav(NavEntry(key="strategy", label=gettext_lazy("Strategy"), url_name="strategy:page", icon="compass", order=20))


def _opens_with(actor: Actor) -> tuple[str, str]:
    """The application rules a cycle would open with now. Cost: one statement, five where none are published."""
    there = queries.statements_in_force(actor).get(StatementKind.RULES)
    if there:
        said = _("Version %(n)s") % {"n": there[0]}
    elif queries.statement_draft(actor, StatementKind.RULES):
        said = _("Still a draft: the cycle cannot start before they are published.")
    else:
        said = _("Waived: the company has no application rules. This is recorded.")
    return _("Rules for what results are used for"), said


opening(keep_rules, _opens_with)


@todo
def statements(actor: Actor, limit: int) -> list[TodoEntry]:
    """Principles and rules to read, to sign, to publish. Cost: one statement."""
    return [_entry(line) for line in queries.owed(actor)][:limit]


def _entry(line: Owed) -> TodoEntry:
    name, at = str(StatementKind(line.kind).label), reverse("strategy:statement", args=[line.kind])
    if line.act == "read":
        why = _("Changed before its time: %(reason)s") % {"reason": line.reason} if line.reason else ""
        under = why or _("Two minutes to read; confirm with one tap.")
        return TodoEntry(
            f"strategy.read:{line.kind}",
            _("Please read: %(name)s") % {"name": name},
            under,
            at,
            kind="book",
        )
    said = _("Sign: %(name)s") if line.act == "sign" else _("Publish: %(name)s")
    return TodoEntry(
        f"strategy.{line.act}:{line.kind}", said % {"name": name}, _("The draft was put forward for publication."),
        f"{at}?draft", kind="writing-sign",
    )  # fmt: skip
