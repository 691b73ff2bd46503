"""Who sees and who may, for the strategy page (22a, 22b, 22f) and the statements beside it (22c–22e).

Named editors, and whoever is named to work on a statement, stand in column SE.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beichen.platform.access.filters import filters
from beichen.platform.access.locks import StateGuard
from beichen.platform.access.permissions import Holds, Permission, seats_of
from beichen.platform.access.relations import ActorId, knows, sees
from beichen.platform.kit.actor import Actor
from beichen.strategy.choices import MemberPart, VersionState

EDITS = Q(map__editors=ActorId())


def visible_versions() -> Q:
    """Published versions are everybody's (22b); a draft is for its editors and the executive seat (22a)."""
    published = Q(state=VersionState.PUBLISHED) & sees("22b", subject=None, SE=EDITS)
    return published | (Q(state=VersionState.DRAFT) & sees("22a", subject=None, SE=EDITS))


def _is_editor(actor: Actor, page: Any) -> bool:
    """`page` carries the ids of its editors."""
    return actor.person_id in page.editor_ids


VIEW = Permission(key="strategy.view", label=_("See the strategy"), row="22b", subject=None)
EDIT = Permission(
    key="strategy.edit", label=_("Edit the strategy page"), row="22a", code="w", subject=None,
    special=(("SE", _is_editor),),
)  # fmt: skip
PUBLISH = Permission(
    key="strategy.publish", label=_("Publish the strategy page"), row="22a", code="t", subject=None,
    banned=("last_editor_id",),
)  # fmt: skip
NAME_EDITORS = Permission(
    key="strategy.name_editors", label=_("Choose the editors of the page"), row="22a", code="t", subject=None
)
SET_LIMIT = Permission(
    key="strategy.set_limit", label=_("Set the maximum number of priorities a year"), row="22a", code="t", subject=None
)


def _owner(target: Any) -> int:
    found: int = target.owner_id
    return found


def _is_head(actor: Actor, target: Any) -> bool:
    """The next head above who neither owns nor wrote it; where nobody is left, whoever holds an executive seat."""
    if target.head_id is None:
        return "EX" in seats_of(actor)
    return actor.person_id is not None and actor.person_id == target.head_id


CONFIRM_AS_HEAD = Permission(
    key="strategy.confirm_as_head", label=_("Confirm a target as business head"), row="22f", code="t", subject=None,
    only=frozenset({"SE"}), special=(("SE", _is_head),), banned=("proposed_by_id", "owner_id"),
)  # fmt: skip


def _stands_in(actor: Actor, target: Any) -> bool:
    """Where no HR partner may speak of the owner, the HR administrator who stands in (G21)."""
    return actor.person_id is not None and actor.person_id == target.hrbp_id


CONFIRM_AS_HRBP = Permission(
    key="strategy.confirm_as_hrbp", label=_("Confirm a target as HR partner"), row="22f", code="t", subject=_owner,
    only=frozenset({"BP"}), special=(("BP", _stands_in),), banned=("proposed_by_id", "owner_id"),
)  # fmt: skip
IMPORT = Permission(
    key="strategy.import", label=_("Import priorities"), row="25a", code="w", subject=None,
    jobs=frozenset({"import_company", "load_demo"}),
)  # fmt: skip

# ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────

WORKS_ON = Q(statement__members__person=ActorId())


def visible_statements() -> Q:
    """Published versions are everybody's (22d); a draft is for those named, HR and the executive seat (22c)."""
    published = Q(state=VersionState.PUBLISHED) & sees("22d", subject=None)
    return published | (Q(state=VersionState.DRAFT) & sees("22c", subject=None, SE=WORKS_ON))


@filters("strategy.Acknowledgement")
def known_acknowledgements() -> Q:
    """Whether somebody has read it (22e): the person, the line two steps up, HR in scope, auditors."""
    return knows("22e", subject="person_id")


def _stands(*parts: MemberPart) -> Holds:
    """Whether somebody is named for one of these parts; an object carries ids by part in `people_by_part`."""

    def holds(actor: Actor, card: Any) -> bool:
        return any(actor.person_id in card.people_by_part.get(part.value, ()) for part in parts)

    return holds


READ = Permission(key="strategy.read_statements", label=_("Read principles and rules"), row="22d", subject=None)
WRITE_STATEMENT = Permission(
    key="strategy.write_statement", label=_("Write principles and rules"), row="22c", code="w", subject=None,
    special=(("SE", _stands(MemberPart.WRITE)),),
)  # fmt: skip
REMARK = Permission(
    key="strategy.remark", label=_("Comment on a draft"), row="22c", code="w", subject=None,
    special=(("SE", _stands(MemberPart.WRITE, MemberPart.REMARK, MemberPart.SIGN)),),
)  # fmt: skip
NAME_MEMBERS = Permission(
    key="strategy.name_members", label=_("Choose who works on principles and rules"), row="22c", code="w",
    subject=None, only=frozenset({"HA", "EX"}),
)  # fmt: skip
SIGN = Permission(
    key="strategy.sign", label=_("Sign principles and rules"), row="22c", code="w", subject=None,
    only=frozenset({"SE"}), special=(("SE", _stands(MemberPart.SIGN)),),
)  # fmt: skip
PUT_FORWARD = Permission(
    key="strategy.put_forward", label=_("Put principles and rules forward for publication"), row="22d", code="w",
    subject=None,
)  # fmt: skip
PUBLISH_STATEMENT = Permission(
    key="strategy.publish_statement", label=_("Publish principles and rules"), row="22d", code="t", subject=None,
    banned=("last_editor_id", "asked_by_id"),
)  # fmt: skip


def _oneself(obj: Any) -> int:
    found: int = obj.person_id
    return found


ACKNOWLEDGE = Permission(
    key="strategy.acknowledge", label=_("Confirm having read"), row="22e", code="w", subject=_oneself
)
SEE_RATE = Permission(key="strategy.see_rate", label=_("See how many have read"), row="22e", code="x", subject=None)
REMIND = Permission(
    key="strategy.remind", label=_("Remind those who have not read"), row="22e", code="x", subject=None,
    only=frozenset({"HA"}),
)  # fmt: skip

GUARDS = [
    StateGuard(model="strategy.StrategyVersion", edges=frozenset({("draft", "published")})),
    StateGuard(model="strategy.StatementVersion", edges=frozenset({("draft", "published")})),
]
