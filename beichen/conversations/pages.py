"""The pages of talks: mine, one check-in, those I answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from beichen.conversations import access, queries, rules
from beichen.conversations.forms import ReplyForm
from beichen.conversations.queries import CheckInView, Said
from beichen.goals import queries as goals
from beichen.goals.queries import PlanLine
from beichen.people import queries as people
from beichen.platform.access.permissions import leads_people, may
from beichen.platform.forms.drawing import DrawnQuestion, parts
from beichen.platform.forms.ready import CHECK_IN
from beichen.platform.forms.schema import Form, Kind, answers_from, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui import rights
from beichen.platform.ui.answers import came_from, page, see, tell
from beichen.platform.ui.doors import PageRequest, door

TONES = {"light": "ahead", "fine": "on_track", "heavy": "at_risk", "unsustainable": "off_track"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A check-in as a page draws it: the answers in words, the form of the reply.

    `is_pair`: the table opens it to the writer and the manager alone, so both can be named.
    """

    view: CheckInView
    said: list[Said]
    form: ReplyForm
    is_pair: bool


def said(form: Form, answers: Any) -> list[Said]:
    """What was answered, in the order and language of the form."""
    language = get_language() or "zh-hans"
    lines = []
    for question in form.questions():
        answer = str(answers.get(question.key, "")).strip()
        if answer and question.kind == Kind.CHOICE:
            named = {option.key: words(option.label, language) for option in question.options}
            lines.append(Said(question.key, words(question.label, language), named[answer], TONES.get(answer, "")))
        elif answer:
            lines.append(Said(question.key, words(question.label, language), answer))
    return lines


def shown(view: CheckInView) -> Shown:
    """A check-in ready to draw."""
    prefix = f"id_{view.card.id}_%s"
    is_pair = rights.readers("23c") == ["SE", "LM"]
    return Shown(view, said(view.form, view.answers), ReplyForm(auto_id=prefix), is_pair)


@door(access.SEE)
def mine(request: PageRequest) -> HttpResponse:
    """My next check-in, and those I sent with the answers. Cost: about seven statements."""
    before = _day(request.GET.get("after", ""))
    views = queries.own_history(request.actor, before)
    return page(
        request,
        "conversations/mine.html",
        leads=leads_people(request.actor) or may(request.actor, access.GROUP_RATES),
        open=queries.my_open(request.actor) if before is None else None,
        coming=queries.coming(request.actor),
        lines=[shown(view) for view in views],
        following=views[-1].card.due_on.isoformat() if len(views) == queries.PAGE else "",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound from None


@door(access.OPEN, methods=("POST",))
def begin(request: PageRequest) -> HttpResponse:
    """Begin a check-in today, or go to the open one."""
    made = rules.open_check_in(request.actor, request.actor.person_id or 0)
    return see(reverse("conversations:check_in", args=[made.pk]))


@door(access.SEE, leavers=True)
def check_in(request: PageRequest, check_in_id: int) -> HttpResponse:
    """One check-in: to write, to read, to answer, or its dates alone. Cost: about fifteen statements to write."""
    view = queries.view(request.actor, check_in_id)
    if view.may_write:
        return _to_write(request, view)
    return page(request, "conversations/check_in.html", line=shown(view))


def _to_write(request: PageRequest, view: CheckInView) -> HttpResponse:
    typed = answers_from(view.form, request.POST) if request.drawn.refusal else None
    answers = typed if typed is not None else queries.draft(request.actor, view.card.id)
    questions = [question for part in parts(view.form, answers) for question in part.questions]
    return page(
        request,
        "conversations/write.html",
        view=view,
        questions=[q for q in questions if q.field.field.required],
        optional=[q for q in questions if not q.field.field.required],
        optional_open=any(answers.get(q.key) for q in questions if not q.field.field.required),
        row=_one_row(questions),
        goals=my_goals(request.actor),
    )


def _one_row(questions: list[DrawnQuestion]) -> str:
    """The row that speaks for all questions, where the table gives all of them to the same people; else none."""
    rows = [question.row for question in questions]
    return rows[-1] if len({rights.who_sees(row) for row in rows}) == 1 else ""


def my_goals(actor: Actor) -> list[PlanLine]:
    """The actor's running goals beside the questions. Cost: about nine statements."""
    cycle = people.current_cycle(actor)
    if cycle is None or actor.person_id is None:
        return []
    return [line for line in goals.plan(actor, actor.person_id, cycle.id, known=cycle).lines if line.goal.runs]


@door(access.SAVE, methods=("POST",))
def save(request: PageRequest, check_in_id: int) -> HttpResponse:
    """Keep the draft; the page's script calls it while somebody types."""
    rules.save_draft(request.actor, check_in_id, answers_from(CHECK_IN, request.POST), request.version)
    return HttpResponse(status=204)


@door(access.SEND, methods=("GET", "POST"), again=check_in)
def send(request: PageRequest, check_in_id: int) -> HttpResponse:
    """Send it to the manager. A reload after a refusal leads back to the form."""
    if request.method != "POST":
        return see(reverse("conversations:check_in", args=[check_in_id]))
    answers = answers_from(CHECK_IN, request.POST)
    sent = rules.send_check_in(request.actor, check_in_id, answers, request.version)
    tell(request, _("Sent to %(name)s. Thank you.") % {"name": sent.manager.name})
    return see(reverse("conversations:check_in", args=[check_in_id]))


@door(access.REPLY)
def answer(request: PageRequest, check_in_id: int) -> HttpResponse:
    """What was written and the form to answer it, to be opened in place. Cost: six statements."""
    view = queries.view(request.actor, check_in_id)
    return page(request, "conversations/check_in.html", fragment="inside", line=shown(view))


@door(access.REPLY, methods=("POST",), again=answer)
def reply(request: PageRequest, check_in_id: int) -> HttpResponse:
    """Answer it; the answered check-in takes the place of the form."""
    text, reaction = request.POST.get("text", ""), request.POST.get("reaction", "")
    done = rules.reply(request.actor, check_in_id, text, reaction, request.version)
    tell(request, _("%(name)s can now read your reply.") % {"name": done.person.name})
    return answer(request, check_in_id=check_in_id) if request.htmx else see(came_from(request))


@door(access.SEE)
def team(request: PageRequest) -> HttpResponse:
    """What waits for my answer, then my people; the figures of a group for those who answer for one.

    Cost: about thirteen statements.
    """
    return page(
        request,
        "conversations/team.html",
        lines=[shown(view) for view in queries.to_answer(request.actor)],
        team=queries.team(request.actor),
        rates=queries.my_rates(request.actor),
        group=queries.group_rates(request.actor),
    )


@door(access.SEE)
def coming(request: PageRequest) -> HttpResponse:
    """My next check-in, for the home page. Cost: one statement, four where none is open."""
    return page(request, "conversations/next.html", fragment="inside", next=queries.next_talk(request.actor))


@door(access.SEE, leavers=True)
def of_person(request: PageRequest, person_id: int) -> HttpResponse:
    """The check-ins of a person, as far as the reader may know of them. Cost: one statement."""
    heads = queries.history(request.actor, person_id, limit=6)
    return page(request, "conversations/panels.html", fragment="person", heads=heads)
