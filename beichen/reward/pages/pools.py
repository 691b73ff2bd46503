"""Pools before their managers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.platform.access.permissions import may
from beichen.platform.kit import money
from beichen.platform.kit.errors import Invalid, NotFound
from beichen.platform.kit.numbers import as_number
from beichen.platform.kit.words import BadValue
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, door
from beichen.reward import access, queries, rules
from beichen.reward.choices import AtLimit
from beichen.reward.schemas import shown


@door(access.SEE_POLICIES)
def pools(request: PageRequest, plan_id: int) -> HttpResponse:
    """The pools of the chosen policy and who passed them on. Cost: ten statements."""
    if not may(request.actor, access.SEE_POLICIES):
        raise NotFound
    card = queries.plan(request.actor, plan_id)
    found = queries.pools(request.actor, card, shown.begins(request.GET.get("after", "")), shown.ROWS)
    names = queries.names_of(request.actor, [one for p in found.lines for one in (p.manager_id, p.passed_by)])
    lines = [(pool, names.get(pool.manager_id or 0), names.get(pool.passed_by or 0)) for pool in found.lines]
    return page(
        request, "reward/pools.html", fragment="rows" if "after" in request.GET else None, plan=card, lines=lines,
        following=found.following, whole=found.whole, open=found.open,
    )  # fmt: skip


@door(access.SEE_POOL)
def pool(request: PageRequest, pool_id: int) -> HttpResponse:
    """One pool with its awards. Cost: at most 15 statements."""
    sheet = queries.pool_sheet(request.actor, pool_id)
    currency, days = sheet.plan.currency, (sheet.plan.last - sheet.plan.first).days + 1
    typed = request.POST if request.drawn.refusal is not None else {}
    return page(
        request, "reward/pool.html", sheet=sheet, currency=currency,
        lines=[_shown(line, sheet, days, typed) for line in sheet.lines], terms=_terms(sheet),
        paid=sum(line.final for line in sheet.lines), moved=sum(line.delta for line in sheet.lines),
    )  # fmt: skip


def _shown(line: queries.AwardLine, sheet: queries.PoolSheet, days: int, typed: Any) -> dict[str, Any]:
    currency = sheet.plan.currency
    most = int(line.amount * sheet.plan.adjust_percent / Decimal(100))
    return {
        "line": line, "terms": shown.terms(line, days, currency), "k": shown.coefficient(line.coefficient),
        "share": shown.share(line.amount, sheet.pool.to_share) if sheet.pool else "",
        "most": shown.cents(most, currency), "limit": str(AtLimit(line.at_limit).label) if line.at_limit else "",
        "typed": typed.get(f"delta_{line.id}", _entered(line.delta)),
        "why": typed.get(f"reason_{line.id}", line.reason),
        "delta": shown.cents(line.delta, currency, plus=True),
    }  # fmt: skip


def _entered(delta: int) -> str:
    return f"{'-' if delta < 0 else ''}{abs(delta) // 100}.{abs(delta) % 100:02}" if delta else ""


def _terms(sheet: queries.PoolSheet) -> list[shown.Term]:
    pool = sheet.pool
    if pool is None:
        return []
    currency = sheet.plan.currency
    open_base = not sheet.hidden and all(line.target is not None for line in sheet.lines)
    base = shown.cents(pool.base, currency) if open_base else _("hidden: you cannot see this pay data")
    found: list[shown.Term] = [
        (_("Base: target bonuses of %(n)s people, by days") % {"n": pool.people}, base),
        (_("Company result"), f"× {shown.coefficient(pool.c_company)}"),
        (_("Unit result"), f"× {shown.coefficient(pool.c_unit)}"),
    ]
    if pool.reserve:
        found.append((_("Reserved for appeals"), shown.cents(-pool.reserve, currency)))
    return [*found, (_("Pool to distribute"), shown.cents(pool.to_share, currency))]


def _changes(request: PageRequest, currency: str) -> list[rules.Change]:
    """What was typed, award by award; empty fields take an adjustment back."""
    found, wrong = [], {}
    for name in request.POST:
        text = str(request.POST.get(name, ""))
        award_id = as_number(name.removeprefix("delta_")) if name.startswith("delta_") else None
        if award_id is None:
            continue
        try:
            delta = money.parse(text.replace("−", "-").replace("+", ""), currency).amount if text.strip() else 0
        except BadValue as refusal:
            wrong[name] = refusal.sentence(_)
            continue
        found.append(rules.Change(award_id, delta, request.POST.get(f"reason_{award_id}", "")))
    if wrong:
        raise Invalid(fields=wrong)
    return found


@door(access.ADJUST, methods=("POST",), again=pool)
def adjust(request: PageRequest, pool_id: int) -> HttpResponse:
    """Keep the adjustments of a pool."""
    changed = rules.adjust(
        request.actor, pool_id, _changes(request, request.POST.get("currency", "CNY")), request.version
    )
    tell(request, _("Saved: %(n)s adjustments.") % {"n": changed})
    return see(reverse("reward:pool", args=[pool_id]))


@door(access.PASS_ON, methods=("POST",))
def pass_on(request: PageRequest, pool_id: int) -> HttpResponse:
    """Pass a pool on."""
    rules.pass_on(request.actor, pool_id)
    tell(request, _("Passed on."))
    return see(reverse("reward:pool", args=[pool_id]))


@door(access.PASS_ON, methods=("POST",))
def take_back(request: PageRequest, pool_id: int) -> HttpResponse:
    """Give a pool back to its managers."""
    rules.take_back(request.actor, pool_id)
    tell(request, _("Sent back to the managers."))
    return see(reverse("reward:pool", args=[pool_id]))
