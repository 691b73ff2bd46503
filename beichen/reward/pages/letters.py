"""Letters, and the bonus on the page of a result."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from beichen.platform.access.permissions import SIGNED_IN
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import PageRequest, door
from beichen.reward import access, queries
from beichen.reward.choices import Mode
from beichen.reward.schemas import shown


def _shares(sheet: queries.LetterSheet) -> list[dict[str, Any]]:
    currency = sheet.plan.currency
    return [
        {
            "share": share, "steps": shown.bars(share.line.story, currency) if share.line.story else [],
            "terms": shown.terms(share.line, share.cycle_days, currency), "company": shown.coefficient(share.c_company),
            "unit": shown.coefficient(share.c_unit), "flattening": shown.coefficient(share.flattening),
            "formula": share.mode == Mode.FORMULA,
        }
        for share in sheet.shares
    ]  # fmt: skip


@door(access.READ_LETTER, leavers=True)
def letter(request: PageRequest, plan_id: int, person_id: int | None = None) -> HttpResponse:
    """One letter: mine, or that of somebody whose letters I may read. Cost: nine statements."""
    sheet = queries.letter(request.actor, plan_id, person_id or request.actor.person_id or 0)
    mine = sheet.person.id == request.actor.person_id
    return page(request, "reward/letter.html", sheet=sheet, shares=_shares(sheet), mine=mine)


@door(SIGNED_IN, leavers=True)
def of_review(request: PageRequest, review_id: int) -> HttpResponse:
    """The bonus step of a result, for its page. Cost: eight statements."""
    sheet = queries.of_review(request.actor, review_id)
    return page(request, "reward/letter.html", fragment="steps", sheet=sheet, shares=_shares(sheet), on_result=True)


@door(access.READ_LETTER, leavers=True)
def person_panel(request: PageRequest, person_id: int) -> HttpResponse:
    """The letters of a person, for whoever may read them; no amounts. Cost: one statement."""
    found = queries.letters(request.actor, person_id)
    return page(request, "reward/panels.html", fragment="person", letters=found, person_id=person_id)
