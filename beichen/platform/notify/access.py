"""Who sees notices: the addressee alone, whatever seats anybody holds."""

from __future__ import annotations

from django.db.models import BooleanField, Func, Q

from beichen.platform.access.locks import JobGrant, Lock
from beichen.platform.access.relations import IsEmployee, oneself

MINE = oneself("addressee_id")


class JobRuns(Func):
    """Whether any named job runs: each may send a notice, none may read one."""

    template = "(SELECT access.job() IS NOT NULL)"
    output_field = BooleanField()
    conditional = True

    def __init__(self) -> None:
        super().__init__()


LOCKS = [
    Lock(
        model="notify.Notice",
        select=MINE,
        insert=Q(IsEmployee()) | Q(JobRuns()),
        update=MINE,
        delete=None,
    ),
]
JOB_GRANTS = [
    JobGrant("notify.mail", "notify.Notice", "rw", "sends one notice by e-mail and notes that it did"),
    JobGrant("notify.prune", "notify.Notice", "rw", "forgets notices after a year"),
]
