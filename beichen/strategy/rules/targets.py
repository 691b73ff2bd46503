"""Targets of priorities: written with the draft, confirmed by two people on the page in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_noop

from beichen.metrics import queries as metrics
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, Invalid
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter
from beichen.strategy import access, queries
from beichen.strategy.choices import TARGET_WAITS, Part
from beichen.strategy.events import TargetAgreed
from beichen.strategy.models import StrategyMap, Target, TargetWord
from beichen.strategy.queries import Agreement, PageCard, TargetCard
from beichen.strategy.queries.targets import part_of

MOST_METRICS = 3


class BadTarget(Invalid):
    """A key metric needs its terms."""

    code = "bad_target"
    text = gettext_noop(
        "Priority “%(key)s”: a key metric must be an active metric from the library, and the "
        "priority needs an owner. Give a starting value, a different target and a date; at most "
        "%(most)s, each only once."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetInput:
    """A key metric as entered; the unit is the metric's."""

    metric_id: int
    baseline: Decimal
    target: Decimal
    due: date


def write(
    actor: Actor, page: StrategyMap, owners: dict[str, int | None], entered: dict[str, Sequence[TargetInput]]
) -> dict[str, list[int]]:
    """Ids of the targets of each priority: those whose terms stay keep their confirmations, others begin anew.

    `owners` and `entered` by key of the priority. Called inside the rule that writes the draft. Cost: five statements.
    """
    _check(actor, owners, entered)
    if not any(entered.values()):
        return {}
    there = {(row.key, *row.terms): row.pk for row in Target.objects.filter(pk__in=_in_use(page))}
    found: dict[str, list[int]] = {}
    for key, rows in entered.items():
        owner = owners[key] or 0
        found[key] = [
            there.get((key, owner, row.metric_id, row.baseline, row.target, row.due))
            or _made(actor, page, key, owner, row)
            for row in rows
        ]
    return found


def _in_use(page: StrategyMap) -> Iterable[int]:
    """Targets of the draft and of the version in force: what was changed and changed back was never withdrawn."""
    return [pk for version in page.versions.filter(number__gte=page.published) for pk in version.target_ids]


def _made(actor: Actor, page: StrategyMap, key: str, owner_id: int, row: TargetInput) -> int:
    return Target.objects.create(
        map=page, key=key, owner_id=owner_id, metric_id=row.metric_id, baseline=row.baseline, target=row.target,
        due=row.due, proposed_by_id=actor.person_id or 0, proposed_at=clock.now(),
    ).pk  # fmt: skip


def _check(actor: Actor, owners: dict[str, int | None], entered: dict[str, Sequence[TargetInput]]) -> None:
    if not any(entered.values()):
        return
    library = {card.id for card in metrics.metrics(actor) if card.state == "in_force"}
    for key, rows in entered.items():
        chosen = [row.metric_id for row in rows]
        sound = all(row.metric_id in library and row.baseline != row.target for row in rows)
        if rows and (not sound or not owners[key] or len(set(chosen)) < len(chosen) or len(chosen) > MOST_METRICS):
            raise BadTarget(field="priorities", key=key, most=MOST_METRICS)


@rule
def confirm_target(actor: Actor, target_id: int) -> TargetCard:
    """Agree to a target as business head or as HR partner; it counts as agreed when both have.

    Errors: NotFound, Forbidden. Confirming again is no error. Cost: about ten statements.
    """
    found = queries.target_to_confirm(actor, target_id)
    if _said(actor, found.target):
        return found.target
    part = part_of(actor, found)
    if part is None:
        require(actor, access.CONFIRM_AS_HRBP, found)
        raise Forbidden(act=str(access.CONFIRM_AS_HRBP.label), key=access.CONFIRM_AS_HRBP.key)
    TargetWord.objects.create(
        target_id=target_id,
        part=part,
        person_id=actor.person_id or 0,
        at=clock.now(),
        proposed_by_id=found.proposed_by_id,
    )
    permission = access.CONFIRM_AS_HEAD if part == Part.HEAD else access.CONFIRM_AS_HRBP
    audit.record(
        actor, permission, Target.objects.get(pk=target_id), subjects=[found.owner_id], details={"part": part.value}
    )
    card = queries.targets(actor, [target_id])[target_id]
    if card.is_agreed:
        publish(TargetAgreed(target_id=target_id, owner_id=card.owner_id))
    return card


def _said(actor: Actor, card: TargetCard) -> bool:
    return actor.person_id in {word.person_id for word in (card.head_word, card.hrbp_word) if word}


def ask(actor: Actor, card: PageCard) -> None:
    """Tell whoever is to confirm what a page that was just published holds. Cost: four statements at most."""
    waiting = [target for line in card.priorities for target in line.targets if not target.is_agreed]
    asked = queries.agreements(actor, waiting)
    letters = [
        Letter(
            chair,
            TARGET_WAITS,
            reverse("strategy:page"),
            {"metric": found.target.name},
            f"strategy.target:{pk}:{chair}",
        )
        for pk, found in asked.items() for chair in _open_chairs(found)
    ]  # fmt: skip
    if letters:
        notify.send_many(actor, letters)


def _open_chairs(found: Agreement) -> list[int]:
    chairs = ((found.head, found.target.head_word), (found.hrbp, found.target.hrbp_word))
    return [chair.id for chair, word in chairs if chair is not None and word is None]
