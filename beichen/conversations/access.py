"""Who sees and who may, for check-ins (rows 23a–23d).

LM is the manager a row is addressed to, as long as that manager leads the person. The words stay addressed to the
manager of the day they were sent, so a new manager does not inherit them; the head of an unanswered check-in goes to
the new one, who answers it. A former manager keeps only the own reply.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beichen.conversations.choices import CheckInState
from beichen.platform.access.filters import filters
from beichen.platform.access.locks import JobGrant, Lock, StateGuard
from beichen.platform.access.permissions import Permission
from beichen.platform.access.relations import ActorId, InPeople, IsFormer, knows, rows, sees, writes
from beichen.platform.kit.actor import Actor

# ── what may be read ────────────────────────────────────────────────────────────────────────────────────────────


def addressed(check_in: str) -> Q:
    """Addressed to the viewer, who leads the person still; not what belongs to an employment that ended (G8)."""
    return Q(InPeople("person_id", "reports")) & Q(manager_id=ActorId()) & ~Q(IsFormer(check_in, "talks"))


MINE = Q(person_id=ActorId())


@filters("conversations.CheckIn")
def known_check_ins() -> Q:
    """Heads: that there is one, its days and its state (23b)."""
    return knows("23b", subject="person_id", place="owner_place", LM=addressed("id"))


@filters("conversations.CheckInAnswers")
def visible_answers() -> Q:
    """What was fulfilling, and the plan (23b)."""
    return sees("23b", subject="person_id", LM=addressed("check_in_id"))


@filters("conversations.CheckInPrivate")
def visible_private() -> Q:
    """Load, obstacles, wishes (23c)."""
    return sees("23c", subject="person_id", LM=addressed("check_in_id"))


@filters("conversations.Reply")
def visible_replies() -> Q:
    """Replies: as what they answer (23c), and those the viewer wrote."""
    return sees("23c", subject="person_id", LM=addressed("check_in_id"), own=Q(author_id=ActorId()))


@filters("conversations.CheckInDraft")
def own_drafts() -> Q:
    """Drafts: the writer's alone (23a)."""
    return sees("23a", subject="person_id")


@filters("conversations.CheckIn")
def counted_check_ins() -> Q:
    """Check-ins of the managers about whom the viewer may see figures of a group (23d)."""
    return rows("23d", frozenset("a"), subject="manager_id")


# ── who may do what ─────────────────────────────────────────────────────────────────────────────────────────────


def _writer(check_in: Any) -> int | None:
    found: int | None = check_in.person_id
    return found


def _manager(check_in: Any) -> int | None:
    found: int | None = check_in.manager_id
    return found


def _is_writer(actor: Actor, check_in: Any) -> bool:
    return actor.person_id is not None and actor.person_id == _writer(check_in)


def _is_addressed(actor: Actor, check_in: Any) -> bool:
    return actor.person_id is not None and actor.person_id == _manager(check_in)


SEE = Permission(key="talks.see", label=_("See check-ins"), row="23b", code="x", subject=_writer)
READ = Permission(
    key="talks.read", label=_("Read a check-in"), row="23c", code="r", subject=_writer, only=frozenset({"SE", "LM"})
)
OPEN = Permission(
    key="talks.open", label=_("Start a check-in"), row="23a", code="w", subject=_writer,
    jobs=frozenset({"conversations.open_due", "load_demo"}),
)  # fmt: skip
SAVE = Permission(key="talks.save", label=_("Write a check-in"), row="23a", code="w", subject=_writer)
SEND = Permission(
    key="talks.send", label=_("Send a check-in"), row="23c", code="w", subject=_writer, only=frozenset({"SE"}),
    own=_is_writer,
)  # fmt: skip
REPLY = Permission(
    key="talks.reply", label=_("Reply to a check-in"), row="23c", code="w", subject=_writer, only=frozenset({"LM"}),
    own=_is_addressed,
)  # fmt: skip
RATES = Permission(
    key="talks.rates", label=_("See how promptly check-ins are answered"), row="23d", code="r", subject=None
)
GROUP_RATES = Permission(
    key="talks.group_rates",
    label=_("See how promptly a group’s check-ins are answered"),
    row="23d",
    code="a",
    subject=None,
)

# ── lock two ────────────────────────────────────────────────────────────────────────────────────────────────────

_SENDS = writes("23a", subject="person_id") & MINE
_ANSWERS = Q(author_id=ActorId()) & addressed("check_in_id")

LOCKS = [
    Lock(
        model="conversations.CheckInDraft", select=own_drafts(), insert=writes("23a", subject="person_id"),
        update=writes("23a", subject="person_id"), delete=writes("23a", subject="person_id"),
    ),
    Lock(model="conversations.CheckInAnswers", select=visible_answers(), insert=_SENDS),
    Lock(model="conversations.CheckInPrivate", select=visible_private(), insert=_SENDS),
    Lock(model="conversations.Reply", select=visible_replies(), insert=_ANSWERS),
]  # fmt: skip

GUARDS = [
    StateGuard(
        "conversations.CheckIn",
        frozenset({(CheckInState.DUE.value, CheckInState.FILLED.value),
                   (CheckInState.FILLED.value, CheckInState.REPLIED.value)}),
    )
]  # fmt: skip

JOB_GRANTS = [
    JobGrant("load_demo", "conversations.CheckInAnswers", "rw", "fills the demo company"),
    JobGrant("load_demo", "conversations.CheckInPrivate", "rw", "fills the demo company"),
    JobGrant("load_demo", "conversations.Reply", "rw", "fills the demo company"),
]
