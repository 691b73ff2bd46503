"""My reviews: about me, by me, decided by me."""

from __future__ import annotations

from django.http import HttpResponse

from beichen.people import queries as people
from beichen.platform.access.permissions import may
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import PageRequest, SignedIn, door
from beichen.reviews import access, queries

OWN = SignedIn("everyone sees the reviews of themselves and what they write; rows are filtered")


@door(OWN)
def index(request: PageRequest) -> HttpResponse:
    """What I owe, what is about me, what I decide. Cost: at most 12 statements."""
    actor = request.actor
    mine, parts, decide = queries.my_reviews(actor), queries.my_parts(actor), queries.to_decide(actor)
    plans = {plan.id: plan for plan in queries.plans(actor)}
    faces = people.persons(actor, {i for head in (*mine, *decide) for i in (head.subject_id, head.manager_id)})
    own = {part.review_id: part for part in parts if part.role == "self"}
    return page(
        request, "reviews/index.html",
        mine=[(head, plans.get(head.plan_id), own.get(head.id), faces.get(head.manager_id)) for head in mine],
        to_write=[p for p in parts if p.role != "self" and p.state == "draft" and not _inline(p, decide)],
        written=[part for part in parts if part.role != "self" and part.state != "draft"],
        decide=[(head, plans.get(head.plan_id), faces.get(head.subject_id)) for head in decide],
        own_parts={part.review_id: part for part in parts if part.role == "manager"},
        decided=queries.decided(actor, [head.id for head in decide]), plans=plans, runs=may(actor, access.RUN_PLAN),
        answered=queries.acknowledged(actor, [head.id for head in mine]),
    )  # fmt: skip


def _inline(part: queries.PartCard, decide: list[queries.ReviewCard]) -> bool:
    """The part is written on the page where its writer also decides."""
    return part.role == "manager" and part.review_id in {head.id for head in decide}
