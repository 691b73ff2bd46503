"""Who sees approvals: those who take part (40b). Which objects somebody may approve is said by the steps alone."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from beichen.platform.access.locks import JobGrant, Lock, StateGuard
from beichen.platform.access.relations import ActorId, IsEmployee, sees
from beichen.platform.approvals.models import Run
from beichen.platform.notify.access import JobRuns

TAKES_PART = sees("40b", subject=None, SE=Q(participants__contains=[ActorId()]))
OF_MY_RUNS = Q(Exists(Run.objects.filter(TAKES_PART, pk=OuterRef("run_id"))))
ANYBODY = Q(IsEmployee()) | Q(JobRuns())

LOCKS = [
    Lock(model="approvals.Run", select=TAKES_PART, insert=ANYBODY, update=TAKES_PART),
    Lock(model="approvals.Step", select=OF_MY_RUNS, insert=ANYBODY, update=OF_MY_RUNS),
]
JOB_GRANTS = [
    JobGrant("approvals.escalate", "approvals.Run", "rw", "passes overdue steps on to the next role"),
    JobGrant("approvals.escalate", "approvals.Step", "rw", "passes overdue steps on to the next role"),
]
GUARDS = [
    StateGuard(
        "approvals.Run",
        frozenset({("pending", "approved"), ("pending", "returned"), ("pending", "withdrawn")}),
    ),
    StateGuard(
        "approvals.Step",
        frozenset(
            {
                ("waiting", "asked"), ("waiting", "void"), ("asked", "approved"), ("asked", "returned"),
                ("asked", "passed_on"), ("asked", "void"),
            }
        ),
    ),
]  # fmt: skip
