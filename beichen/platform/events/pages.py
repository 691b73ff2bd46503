"""The job monitor."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext, ngettext

from beichen.platform.events import queries, rules
from beichen.platform.events.access import SEE, TRY_AGAIN
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, door

HOME = "/company/jobs/"


@door(SEE)
def monitor(request: PageRequest) -> HttpResponse:
    """What runs, what waits, what failed, and what the clock does next."""
    return page(request, "events/monitor.html", monitor=queries.monitor(request.actor), listed=queries.LISTED)


@door(TRY_AGAIN, methods=("POST",))
def try_again(request: PageRequest, job_id: int) -> HttpResponse:
    """One failed job once more."""
    rules.try_again(request.actor, job_id)
    tell(request, gettext("The job is queued again."))
    return see(HOME)


@door(TRY_AGAIN, methods=("POST",))
def try_all_again(request: PageRequest) -> HttpResponse:
    """Every failed job of one name once more."""
    tried = rules.try_all_again(request.actor, request.POST.get("name", "")[:128])
    words = ngettext("%(n)s job is queued again.", "%(n)s jobs are queued again.", tried)
    tell(request, words % {"n": tried})
    return see(HOME)
