"""Role profiles: what each role contributes, who keeps it up to date, when it is looked through."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries, rules
from beichen.people.choices import GoalTool, JobFamily
from beichen.people.forms import RoleProfileForm, SceneForm, cleaned, duties_of
from beichen.people.formulas.tasklist import Sign
from beichen.people.pages.changes import person_id_of
from beichen.people.queries import ProfileCard, Scenario
from beichen.people.rules import ProfileFields
from beichen.platform.access.permissions import may, require
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

SCENES = 3


@door(access.VIEW_PROFILES)
def profiles(request: PageRequest) -> HttpResponse:
    """Every role profile, by job family."""
    actor = request.actor
    require(actor, access.VIEW_PROFILES)
    found = queries.profiles(actor)
    families = [(JobFamily(key).label, list(cards)) for key, cards in groupby(found, lambda card: card.family)]
    return page(
        request, "people/profiles.html", families=families, may_edit=may(actor, access.EDIT_ROLE_PROFILE),
        may_take=may(actor, access.TAKE_STARTERS), missing=_missing({card.code for card in found}),
    )  # fmt: skip


def _missing(known: set[str]) -> int:
    return sum(line["code"] not in known for line in rules.profiles.starters())


@door(access.VIEW_PROFILES)
def profile(request: PageRequest, profile_id: int) -> HttpResponse:
    """One role profile."""
    actor = request.actor
    card = queries.role_profile(actor, profile_id)
    first, count = queries.holders(actor, card.positions)
    faces = queries.persons(actor, [*first, card.owner_id])
    may_edit = may(actor, access.EDIT_ROLE_PROFILE)
    return page(
        request, "people/profile.html", profile=card, owner=faces.get(card.owner_id or 0), count=count,
        people=[faces[pk] for pk in first if pk in faces], may_edit=may_edit,
        hints=[said(sign) for sign in card.signs] if may_edit else [],
        tools=[(str(GoalTool(tool).label), share, f"{share} %") for tool, share in card.tools.items() if share],
    )  # fmt: skip


def said(sign: Sign) -> str:
    """One reason why a text reads like a list of tasks, as a sentence."""
    words = pgettext("between words", ", ").join(sign.words[:6])
    if sign.kind == "old":
        return gettext("It uses job-description wording (%(words)s).") % {"words": words}
    if sign.kind == "duties":
        text = ngettext(
            "It says %(count)s time what somebody does (%(words)s) instead of what comes of it.",
            "It says %(count)s times what somebody does (%(words)s) instead of what comes of it.", sign.count,
        )  # fmt: skip
        return text % {"count": sign.count, "words": words}
    return gettext("It lists %(count)s points; two or three results say more.") % {"count": sign.count}


@door(access.EDIT_ROLE_PROFILE, methods=("GET", "POST"))
def edit(request: PageRequest, profile_id: int | None = None) -> HttpResponse:
    """Write a role profile, a new one or the next version."""
    actor = request.actor
    card = queries.role_profile(actor, profile_id) if profile_id else None
    if request.method != "POST":
        require(actor, access.EDIT_ROLE_PROFILE)
        return _form(request, card)
    saved = rules.profiles.save_profile(actor, profile_id, _fields(request), request.version)
    tell(request, _("Saved."))
    return see(reverse("people:profile", args=[saved]))


def _form(request: PageRequest, card: ProfileCard | None) -> HttpResponse:
    owner = queries.persons(request.actor, [card.owner_id]).get(card.owner_id or 0) if card else None
    owner = owner or (None if card else queries.me(request.actor))
    typed = request.POST or None
    form = RoleProfileForm(typed, card, owner.number if owner else "")
    if card is None and owner:
        form.initial["owner"] = owner.number
    known: list[Scenario | None] = [*(card.scenarios if card else ()), None, None, None]
    scenes = [SceneForm(n, typed, known[n - 1]) for n in range(1, SCENES + 1)]
    return page(
        request, "people/profile_edit.html", form=form, scenes=scenes, profile=card,
        version=card.version if card else 0,
    )  # fmt: skip


def _fields(request: PageRequest) -> ProfileFields:
    said = cleaned(RoleProfileForm(request.POST))
    typed = [SceneForm(n, request.POST) for n in range(1, SCENES + 1)]
    scenes = [cleaned(one) for one in typed if one["title"].value() or one["text"].value() or one is not typed[2]]
    tools = {tool.value: said.pop(f"tool_{tool.value}") or 0 for tool in GoalTool}
    return ProfileFields(
        owner_id=person_id_of(request.actor, said.pop("owner"), "owner"), tools=tools,
        positions=tuple(said.pop("positions").splitlines()), responsibilities=duties_of(said),
        scenarios=tuple(Scenario(**scene) for scene in scenes), **said,
    )  # fmt: skip


@door(access.LOOK_THROUGH, methods=("POST",))
def look(request: PageRequest, profile_id: int) -> HttpResponse:
    """The yearly look: it holds."""
    rules.profiles.look_through(request.actor, profile_id, request.version)
    tell(request, _("Noted. The next review is due in a year."))
    return see(reverse("people:profile", args=[profile_id]))


@door(access.TAKE_STARTERS, methods=("POST",))
def starters(request: PageRequest) -> HttpResponse:
    """Take the starter set."""
    made = rules.profiles.take_starter_set(request.actor)
    text = ngettext("%(count)s role profile added.", "%(count)s role profiles added.", made)
    tell(request, text % {"count": made})
    return see(reverse("people:profiles"))


@door(access.VIEW_PROFILES)
def history(request: PageRequest, profile_id: int) -> HttpResponse:
    """Every version of a role profile."""
    card = queries.role_profile(request.actor, profile_id)
    lines = queries.profile_history(request.actor, profile_id)
    faces = queries.persons(request.actor, [line.edited_by for line in lines])
    drawn = [(line, faces.get(line.edited_by or 0)) for line in lines]
    return page(request, "people/profile_history.html", profile=card, lines=drawn)
