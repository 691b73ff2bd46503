"""Statements of a company, through the doors that people use."""

from __future__ import annotations

from beichen.platform.kit.actor import Actor
from beichen.strategy import queries, rules
from beichen.strategy.queries import StatementCard
from beichen.strategy.rules import StatementInput, ready


def publish(
    writer: Actor, executive: Actor, kind: str, entered: StatementInput | None = None, reason: str = ""
) -> StatementCard:
    """An HR administrator writes and puts forward, an executive publishes."""
    before = queries.statement_draft(writer, kind)
    draft = rules.save_statement(writer, kind, entered or ready(kind), before.version if before else 0)
    rules.put_forward(writer, kind, draft.version)
    return rules.publish_statement(executive, kind, draft.version, reason)
