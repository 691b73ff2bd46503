"""What people registers at start: sheets of a workbook, places in the navigation, what waits for a second person."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from beichen.people import access, queries
from beichen.people.queries import CycleCard, Desk, Looking, SecondCard
from beichen.people.rules import sheets
from beichen.platform.access.permissions import may
from beichen.platform.access.two_person import offer
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import ExportKind, NavEntry, TodoEntry, export, faces_from, nav, todo
from beichen.platform.ui.language import for_reader

sheets.declare()
faces_from(queries.faces, queries.find_faces)
export(
    ExportKind(
        key="people.company", title=_("The company as a workbook"),
        media="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        allowed=lambda actor: may(actor, access.IMPORT), write=queries.company_workbook,
    )
)  # fmt: skip

offer(access.MOVE_CYCLE, access.MOVE_CYCLE.label, lambda asked: reverse("people:cycles"))
offer(access.IMPORT, access.IMPORT.label, lambda asked: reverse("people:import", args=[asked.object_id]))
offer(access.ISSUE_CODE, access.ISSUE_CODE.label, lambda asked: reverse("people:code", args=[asked.object_id]),
      to=access.SEE_CODES)  # fmt: skip


@todo
def cycles_to_move(actor: Actor, limit: int) -> list[TodoEntry]:
    """Releases to agree to, and cycles never begun. Cost: that of the cycles, and four where something is found."""
    if actor.person_id is None:
        return []
    found = queries.releases_to_agree(actor)
    faces = queries.persons(actor, [turn.by for desk in found for turn in desk.turns]) if found else {}
    asked = [_release(desk, [faces[turn.by].name for turn in desk.turns if turn.by in faces]) for desk in found]
    return [*asked, *(_overdue(card) for card in queries.never_begun(actor))][:limit]


def _release(desk: Desk, names: list[str]) -> TodoEntry:
    card, who = desk.cycle, pgettext("between names", ", ").join(names)
    return TodoEntry(
        f"release:{card.id}", _("Agree to the release: %(period)s") % {"period": card.period_key},
        _("agreed so far: %(who)s") % {"who": who}, reverse("people:cycles"), kind="refresh",
        act_url=reverse("people:cycle_step", args=[card.id]),
    )  # fmt: skip


def _overdue(card: CycleCard) -> TodoEntry:
    title = _("%(period)s is over, and its cycle was never started") % {"period": card.period_key}
    return TodoEntry(
        f"never-begun:{card.id}", title,
        _("It stays in set-up until two HR administrators move it on."), reverse("people:cycles"), kind="refresh",
    )  # fmt: skip


@todo
def second_person(actor: Actor, limit: int) -> list[TodoEntry]:
    """What the actor could agree to as the second person, of every area, and own role profiles to look through.

    Cost: two statements.
    """
    if actor.person_id is None:
        return []
    cards, profiles = queries.owed(actor, limit)
    return [*(_second(card) for card in cards if not card.mine), *map(_profile, profiles)][:limit]


def _profile(due: Looking) -> TodoEntry:
    return TodoEntry(
        f"role-profile:{due.id}",
        _("Review role profile: %(name)s") % {"name": for_reader(due.name, due.name_en)},
        _("Once a year: does it still describe what this role contributes?"),
        reverse("people:profile", args=[due.id]), due.due, "id-badge-2",
    )  # fmt: skip


def _second(card: SecondCard) -> TodoEntry:
    at = date_format(card.asked_at, "SHORT_DATE_FORMAT") if card.asked_at else ""
    said = [card.about, _("requested by %(who)s") % {"who": card.asker} if card.asker else "", at]
    title = _("Second person needed: %(act)s") % {"act": card.title}
    due = card.expires_at.date() if card.expires_at else None
    return TodoEntry(card.key, title, " · ".join(part for part in map(str, said) if part), card.url, due, "users")


nav(NavEntry(key="people", label=_("Organisation"), url_name="people:home", icon="sitemap", section="company",
             permission=access.VIEW_PEOPLE, order=500))  # fmt: skip
nav(NavEntry(key="people.chart", label=_("Org chart"), url_name="people:chart", icon="hierarchy-3", section="company",
             permission=access.VIEW_PEOPLE, order=502))  # fmt: skip
nav(NavEntry(key="people.projects", label=_("Projects"), url_name="people:projects", icon="briefcase",
             section="company", permission=access.VIEW_PROJECTS, order=504))  # fmt: skip
nav(NavEntry(key="people.profiles", label=_("Role profiles"), url_name="people:profiles", icon="id-badge-2",
             section="company", permission=access.VIEW_PROFILES, order=506))  # fmt: skip
nav(NavEntry(key="people.changes", label=_("Changes"), url_name="people:changes", icon="arrows-right-left",
             section="company", permission=access.SEE_CHANGES, order=510))  # fmt: skip
nav(NavEntry(key="people.codes", label=_("First sign-in"), url_name="people:codes", icon="key", section="company",
             permission=access.SEE_CODES, order=515))  # fmt: skip
nav(NavEntry(key="people.cycles", label=_("Cycles"), url_name="people:cycles", icon="refresh", section="company",
             shown=access.moves_cycles, order=520))  # fmt: skip
nav(NavEntry(key="people.seats", label=_("Seats"), url_name="people:seats", icon="armchair", section="company",
             permission=access.SEE_SEATS, order=530))  # fmt: skip
nav(NavEntry(key="people.imports", label=_("Import"), url_name="people:imports", icon="table-import",
             section="company", permission=access.SEE_IMPORTS, order=540))  # fmt: skip
