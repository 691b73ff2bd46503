"""The process map: which steps decide a result, which role answers for each, and what follows for roles."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries
from beichen.people.forms import ProcessForm, ProcessStepForm, cleaned
from beichen.people.rules import processes as rules
from beichen.platform.access.permissions import may, require
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

SPARE = 2


@door(access.VIEW_PROCESSES)
def processes(request: PageRequest) -> HttpResponse:
    """Every process on one page, with key roles, open steps and roles without a step."""
    found = queries.process_map(request.actor)
    return page(request, "people/processes.html", map=found, may_edit=may(request.actor, access.EDIT_PROCESSES))


@door(access.EDIT_PROCESSES, methods=("GET", "POST"))
def edit(request: PageRequest, process_id: int | None = None) -> HttpResponse:
    """Write a process with its steps."""
    actor = request.actor
    card = queries.process(actor, process_id) if process_id else None
    roles = [(str(role.id), role.title) for role in queries.profiles(actor)]
    if request.method != "POST":
        require(actor, access.EDIT_PROCESSES)
    typed = request.POST or None
    form = ProcessForm(typed, card)
    count = min(rules.MOST_STEPS, (len(card.steps) if card else 1) + SPARE)
    known = [*(card.steps if card else ()), *[None] * count]
    steps = [ProcessStepForm(n, roles, typed, known[n - 1]) for n in range(1, count + 1)]
    if request.method == "POST" and request.drawn.refusal is None:
        said = [cleaned(step) for step in steps]
        entered = rules.ProcessInput(
            **cleaned(form),
            steps=[
                rules.StepInput(
                    name=step["name"], name_en=step["name_en"], is_bottleneck=step["is_bottleneck"],
                    answers=int(step["answers"]) if step["answers"] else None,
                    contributes=[int(role) for role in step["contributes"]],
                )
                for step in said if step["name"].strip()
            ],
        )  # fmt: skip
        rules.save_process(actor, process_id, entered, request.version)
        tell(request, _("Saved."))
        return see(reverse("people:processes"))
    return page(
        request, "people/process_edit.html", form=form, steps=steps, process=card, version=card.version if card else 0
    )


@door(access.REMOVE_PROCESS, methods=("POST",))
def remove(request: PageRequest, process_id: int) -> HttpResponse:
    """Take a process from the map."""
    rules.remove_process(request.actor, process_id, request.version)
    tell(request, _("The process was removed from the map."))
    return see(reverse("people:processes"))
