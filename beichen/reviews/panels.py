"""What reviews show on other pages: a person's results, the home page, what is owed, the way in."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beichen.people import queries as people
from beichen.platform.access.two_person import offer
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry, Panel, TodoEntry, nav, phase_work, slot, todo
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import PageRequest, SignedIn, door
from beichen.reviews import access, queries

for act in (access.LAUNCH, access.LOCK, access.UNLOCK, access.RELEASE):
    offer(act, act.label, lambda asked: reverse("reviews:plan", args=[asked.object_id]))

nav(NavEntry("reviews", _("Reviews"), "reviews:index", "clipboard-check", section="work", order=50))

phase_work(queries.phase_work)

ROWS = SignedIn("the panel shows the rows that the table opens to the reader, and none otherwise")


@slot("people.person", order=60)
def on_person(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """Released results on the page of a person."""
    return Panel(
        "reviews", _("Review results"), url=reverse("reviews:person_panel", args=[subject_id]), icon="clipboard-check"
    )


@slot("insight.home", order=40)
def on_home(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """My review on the home page."""
    return Panel("reviews-home", _("My review"), url=reverse("reviews:home_panel"), icon="clipboard-check")


@door(ROWS, leavers=True)
def person_panel(request: PageRequest, person_id: int) -> HttpResponse:
    """A person's released results. Cost: three statements."""
    results = queries.person_results(request.actor, person_id)
    return page(request, "reviews/panels.html", fragment="person", results=results)


@door(ROWS)
def home_panel(request: PageRequest) -> HttpResponse:
    """My reviews in one line each. Cost: five statements."""
    plans = {plan.id: plan for plan in queries.plans(request.actor)}
    mine = [(head, plans.get(head.plan_id)) for head in queries.my_reviews(request.actor)[:2]]
    answered = queries.acknowledged(request.actor, [head.id for head, _plan in mine])
    return page(request, "reviews/panels.html", fragment="home", mine=mine, answered=answered)


WRITE_IN = {"self": ("C03", "C04", "C05"), "peer": ("C04",), "manager": ("C05",)}


@todo
def owed(actor: Actor, limit: int) -> list[TodoEntry]:
    """Parts to write, grades to decide, peers to choose, calibrations to close, results to read.

    Cost: at most six statements; during a calibration that of `calibrations_to_close` as well.
    """
    if actor.person_id is None:
        return []
    parts, choices = queries.my_parts(actor), queries.peers_to_choose(actor)
    cycles = {card.id: card for card in people.cycles(actor)} if parts or choices else {}
    found = [_part(part) for part in parts if _now(part, cycles)]
    return [*found, *_choices(choices, cycles), *_calibrations(actor), *_results(actor)][:limit]


def _now(part: queries.PartCard, cycles: dict[int, people.CycleCard]) -> bool:
    phase = cycles[part.cycle_id].phase if part.cycle_id in cycles else ""
    window = WRITE_IN[part.role] if part.role != "self" or part.returned else ("C03",)
    return part.state == "draft" and phase in window


def _part(part: queries.PartCard) -> TodoEntry:
    titles = {"self": _("Write your self review"), "peer": _("Write as a peer"), "manager": _("Write a review")}
    name = "" if part.role == "self" else part.subject.name
    url = reverse("reviews:part", args=[part.id])
    if part.role == "manager" and part.decides:
        url = reverse("reviews:review", args=[part.review_id])
    return TodoEntry(f"review-part:{part.id}", titles[part.role], name, url, kind="review", subject_id=part.subject.id)


def _choices(choices: list[queries.PeerChoice], cycles: dict[int, people.CycleCard]) -> list[TodoEntry]:
    return [
        TodoEntry(
            f"review-peers:{card.review_id}", _("Choose peers"), card.subject.name,
            reverse("reviews:peers", args=[card.review_id]), kind="review", subject_id=card.subject.id,
        )
        for card in choices
        if cycles[card.cycle_id].phase == "C04"
    ]  # fmt: skip


def _calibrations(actor: Actor) -> list[TodoEntry]:
    return [
        TodoEntry(
            f"review-session:{one.plan_id}", _("Close the calibration: %(plan)s") % {"plan": one.plan_name},
            _("%(name)s asked to close it.") % {"name": one.asked_by.name} if one.asked_by
            else _("together with a facilitator, once the grades are settled"),
            reverse("reviews:board", args=[one.plan_id]), kind="review",
        )
        for one in queries.calibrations_to_close(actor)
    ]  # fmt: skip


def _results(actor: Actor) -> list[TodoEntry]:
    return [
        TodoEntry(
            f"review-result:{head.id}", _("Read your result"), _("and confirm that you have read it"),
            reverse("reviews:result", args=[head.id]), kind="review", subject_id=head.subject_id,
        )
        for head in queries.unanswered(actor)
    ]  # fmt: skip
