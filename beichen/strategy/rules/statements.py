"""Principles and rules: written, remarked on, put forward, signed, published by another, acknowledged by everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_noop

from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import TokensCannot
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter
from beichen.strategy import access, queries
from beichen.strategy.choices import (
    GROUPS,
    REMARK_ASKED,
    SIGNATURE_ASKED,
    Group,
    MemberPart,
    StatementKind,
    Use,
    VersionState,
)
from beichen.strategy.events import StatementPublished
from beichen.strategy.formulas.statements import Item, content_of, items_of, stable_until
from beichen.strategy.models import (
    CycleRules,
    Remark,
    Signature,
    Statement,
    StatementMember,
    StatementVersion,
)
from beichen.strategy.queries import StatementCard
from beichen.strategy.queries.statements import card_of, people_by_part, visible

REASON_LEAST = 10
LONGEST = 2_000
MOST_ITEMS = 40
MEMBERS_MOST = 200


class NothingDrafted(Refused):
    """There is no draft."""

    code = "no_statement_draft"
    text = gettext_noop("There is no draft. Write one first.")


class NotPutForward(Refused):
    """A draft is published once it was put forward."""

    code = "statement_not_put_forward"
    text = gettext_noop("This draft has not been put forward for publication yet.")


class NotSignedYet(Refused):
    """Everybody named signs first."""

    code = "statement_not_signed"
    text = gettext_noop("Not everybody has signed yet: %(names)s.")


class OnlyAnotherPublishes(Refused):
    """Whoever edited last or put it forward does not publish."""

    code = "statement_by_another"
    status = 403
    text = gettext_noop("You edited or put forward this draft, so another executive has to publish it.")


class StaysUntil(Invalid):
    """A change inside the stable period needs a reason."""

    code = "rules_stay_until"
    text = gettext_noop(
        "The rules in force are fixed until %(day)s. To change them earlier, give a reason of at least %(least)s "
        "characters; everyone will read it."
    )


class IncompleteStatement(Invalid):
    """A line needs a title; the rules speak of every use."""

    code = "statement_incomplete"
    text = gettext_noop("Fill in what is missing: %(what)s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementInput:
    """A statement as entered; `items` in their order. `stable_until` None: three years from publication (rules)."""

    items: Sequence[Item]
    opening: str = ""
    opening_en: str = ""
    note: str = ""
    stable_until: date | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    """A statement for which somebody wants to act."""

    people_by_part: Mapping[str, tuple[int, ...]]


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('strategy.statements'))")


def _statement(kind: str) -> Statement | None:
    if kind not in StatementKind.values:
        raise NotFound
    return Statement.objects.filter(kind=kind).first()


def _draft(actor: Actor, kind: str) -> StatementVersion:
    """The draft, if the actor may see it, its row held. Errors: NotFound, NothingDrafted."""
    _lock()
    _statement(kind)
    seen = visible(actor).filter(statement__kind=kind, state=VersionState.DRAFT).values_list("pk", flat=True).first()
    rows = StatementVersion.objects.select_for_update(of=("self",)).select_related("statement")
    found = rows.filter(pk=seen or 0).first()
    if found is None:
        require(actor, access.WRITE_STATEMENT)
        raise NothingDrafted
    return found


@rule
def save_statement(actor: Actor, kind: str, entered: StatementInput, version: int) -> StatementCard:
    """Write the draft as a whole; `version` is that of the draft it was drawn from, 0 where there was none.

    Signatures given to an earlier wording, and its being put forward, are taken back. Cost: about twelve statements.
    """
    _lock()
    of = _statement(kind)
    require(actor, access.WRITE_STATEMENT, _Named(people_by_part(of.pk) if of else {}))
    _check(kind, entered)
    if of is None:
        of = Statement.objects.create(kind=kind)
    draft = StatementVersion.objects.select_for_update().filter(statement=of, state=VersionState.DRAFT).first()
    if (draft.version if draft else 0) != version:
        raise Changed(draft)
    if draft is None:
        draft = StatementVersion(statement=of, number=of.published + 1, version=0)
    else:
        draft.signatures.all().delete()
    draft.content = content_of(entered.opening.strip(), entered.opening_en.strip(), entered.items)
    draft.note, draft.stable_until = entered.note.strip(), entered.stable_until
    draft.edited_at, draft.last_editor_id, draft.version = clock.now(), actor.person_id, draft.version + 1
    draft.asked_by_id = draft.asked_at = None
    draft.save()
    details = {"kind": kind, "number": draft.number, "content": draft.content}
    audit.record(actor, access.WRITE_STATEMENT, draft, details=details)
    return card_of(actor, draft)


def _check(kind: str, entered: StatementInput) -> None:
    groups = {group.value for group in GROUPS[StatementKind(kind)]}
    if not entered.items or len(entered.items) > MOST_ITEMS or any(i.group not in groups for i in entered.items):
        raise Invalid(field="items")
    bare = next((n for n, i in enumerate(entered.items, 1) if not (i.title.strip() or i.group == Group.USE)), None)
    if bare is not None:
        raise IncompleteStatement(field="items", what=gettext_noop("a title for every line"))
    keys = [(item.group, item.key) for item in entered.items]
    if len(set(keys)) < len(keys) or any(not item.key for item in entered.items):
        raise Invalid(field="items")
    if any(item.share is not None and not 0 <= item.share <= 100 for item in entered.items):
        raise Invalid(field="items")
    if any(len(words) > LONGEST for i in entered.items for words in (i.text, i.text_en, i.more, i.more_en)):
        raise Invalid(field="items")
    if any(item.group == Group.USE and item.key not in Use.values for item in entered.items):
        raise Invalid(field="items")


@rule
def name_members(
    actor: Actor, kind: str, named: Mapping[str, Sequence[int]], version: int
) -> dict[str, tuple[int, ...]]:
    """Say who writes, remarks on and signs a statement; `version` counts the namings. Those newly asked to remark
    are told. Errors: Forbidden, Invalid for somebody unknown, Changed. Cost: about nine statements.
    """
    _lock()
    require(actor, access.NAME_MEMBERS)
    of = _statement(kind) or Statement.objects.create(kind=kind)
    every = {pk for ids in named.values() for pk in ids}
    known = people.persons(actor, every)
    if len(known) != len(every) or set(named) - set(MemberPart.values) or len(every) > MEMBERS_MOST:
        raise Invalid(field="members")
    before = people_by_part(of.pk)
    if {part: set(ids) for part, ids in named.items() if ids} == {part: set(ids) for part, ids in before.items()}:
        return before
    if of.version != version:
        raise Changed(of)
    StatementMember.objects.filter(statement=of).delete()
    StatementMember.objects.bulk_create(
        [StatementMember(statement=of, person_id=pk, part=p) for p, ids in named.items() for pk in dict.fromkeys(ids)]
    )
    of.version += 1
    of.save(update_fields=["version"])
    audit.record(actor, access.NAME_MEMBERS, of, subjects=sorted(every), details={"kind": kind, "named": dict(named)})
    draft = StatementVersion.objects.filter(statement=of, state=VersionState.DRAFT).first()
    if draft is not None:
        _tell(
            actor, draft, REMARK_ASKED, set(named.get(MemberPart.REMARK, ())) - set(before.get(MemberPart.REMARK, ()))
        )
        if draft.asked_at is not None:
            _tell(actor, draft, SIGNATURE_ASKED, set(named.get(MemberPart.SIGN, ())))
    return people_by_part(of.pk)


def _tell(actor: Actor, draft: StatementVersion, template: str, who: set[int]) -> None:
    kind = StatementKind(draft.statement.kind)
    url, name = f"{reverse('strategy:statement', args=[kind.value])}?draft", str(kind.label)
    once = f"{template}:{draft.pk}:{draft.version}"
    notify.send_many(
        actor,
        [Letter(pk, template, url, {"name": name}, f"{once}:{pk}") for pk in sorted(who - {actor.person_id or 0})],
    )


@rule
def remark(actor: Actor, kind: str, item: str, text: str) -> None:
    """Say something about a draft or one of its lines. The same words twice are kept once.

    Errors: NotFound, Forbidden, Invalid. Cost: seven statements.
    """
    draft = _draft(actor, kind)
    require(actor, access.REMARK, _Named(people_by_part(draft.statement_id)))
    said, keys = text.strip(), {line.key for line in items_of(draft.content)}
    if not said or len(said) > 1_000:
        raise Invalid(field="text")
    if item and item not in keys:
        raise Invalid(field="item")
    if Remark.objects.filter(version=draft, author_id=actor.person_id, item=item, text=said).exists():
        return
    made = Remark.objects.create(version=draft, author_id=actor.person_id or 0, item=item, text=said, at=clock.now())
    audit.record(actor, access.REMARK, draft, details={"remark": made.pk, "item": item})


@rule
def put_forward(actor: Actor, kind: str, version: int) -> StatementCard:
    """Have the draft signed and published as it stands; the signers are told. Again: nothing more happens.

    Errors: NotFound, Forbidden, Changed. Cost: about nine statements.
    """
    draft = _draft(actor, kind)
    require(actor, access.PUT_FORWARD)
    if draft.version != version:
        raise Changed(draft)
    if draft.asked_at is None:
        draft.asked_by_id, draft.asked_at = actor.person_id, clock.now()
        draft.save(update_fields=["asked_by", "asked_at"])
        audit.record(actor, access.PUT_FORWARD, draft, details={"kind": kind, "number": draft.number})
        _tell(actor, draft, SIGNATURE_ASKED, set(people_by_part(draft.statement_id).get(MemberPart.SIGN, ())))
    return card_of(actor, draft)


@rule
def sign_statement(actor: Actor, kind: str, version: int) -> StatementCard:
    """Put one's name under the draft as it was put forward; signing again is no error.

    Errors: NotFound, Forbidden, NotPutForward, Changed. Cost: about nine statements.
    """
    if actor.scopes is not None:
        raise TokensCannot
    draft = _draft(actor, kind)
    require(actor, access.SIGN, _Named(people_by_part(draft.statement_id)))
    if draft.asked_at is None:
        raise NotPutForward
    if draft.version != version:
        raise Changed(draft)
    _, made = Signature.objects.get_or_create(
        version=draft, person_id=actor.person_id or 0, defaults={"at": clock.now()}
    )
    if made:
        audit.record(actor, access.SIGN, draft, details={"kind": kind, "number": draft.number})
    return card_of(actor, draft)


@rule
def publish_statement(actor: Actor, kind: str, version: int, reason: str = "") -> StatementCard:
    """Put the draft into force, by somebody with the executive seat who neither edited nor put it forward.

    Nothing is written for anybody: whoever has no acknowledgement of the version in force has it on the home page. A
    change before the day until which the rules stay needs a reason. Errors: NotPutForward, OnlyAnotherPublishes,
    NotSignedYet, StaysUntil, Changed. Cost: about twelve statements, however many people work here.
    """
    if actor.scopes is not None:
        raise TokensCannot
    done = _done(actor, kind)
    if done is not None:
        return done
    draft = _draft(actor, kind)
    if actor.person_id in (draft.last_editor_id, draft.asked_by_id):
        require(actor, access.PUBLISH_STATEMENT)
        raise OnlyAnotherPublishes(draft)
    require(actor, access.PUBLISH_STATEMENT, draft)
    if draft.asked_at is None:
        raise NotPutForward(draft)
    if draft.version != version:
        raise Changed(draft)
    card = card_of(actor, draft)
    unsigned = [signer.name for signer in card.signers if signer.at is None]
    if unsigned:
        raise NotSignedYet(draft, names="、".join(unsigned))
    today, said = clock.today(), reason.strip()
    before = StatementVersion.objects.filter(statement=draft.statement, number=draft.statement.published).first()
    if before and before.stable_until and today < before.stable_until:
        if len(said) < REASON_LEAST:
            raise StaysUntil(field="reason", day=before.stable_until.isoformat(), least=REASON_LEAST)
        draft.reason = said[:500]
    if kind == StatementKind.RULES and (draft.stable_until is None or draft.stable_until <= today):
        draft.stable_until = stable_until(today, people.company_settings()["strategy"]["stable_years"])
    draft.state, draft.published_by_id, draft.published_at = VersionState.PUBLISHED, actor.person_id, clock.now()
    draft.version += 1
    draft.save()
    Statement.objects.filter(pk=draft.statement_id).update(published=draft.number)
    details = {"kind": kind, "number": draft.number, "reason": draft.reason, "stable_until": draft.stable_until}
    audit.record(actor, access.PUBLISH_STATEMENT, draft, details=details)
    publish(StatementPublished(kind=kind, number=draft.number))
    return queries.statement(actor, kind, draft.number)


def _done(actor: Actor, kind: str) -> StatementCard | None:
    """What the actor just published: a second press is no error."""
    _lock()
    of = _statement(kind)
    if of is None or StatementVersion.objects.filter(statement=of, state=VersionState.DRAFT).exists():
        return None
    found = visible(actor).filter(statement=of, number=of.published, published_by_id=actor.person_id).first()
    return card_of(actor, found) if found else None


# ── a cycle opens ───────────────────────────────────────────────────────────────────────────────────────────────


class RulesNotPublished(Refused):
    """A cycle opens under published rules."""

    code = "rules_not_published"
    text = gettext_noop(
        "The cycle cannot start: “What results are used for” is still a draft. Publish it first, so that everyone "
        "knows the rules before the cycle opens."
    )


def keep_rules(actor: Actor, cycle_id: int) -> dict[str, object]:
    """Freeze the application rules for a cycle that opens, inside its own transaction; what the audit notes of it.

    A company that never wrote any opens without (noted as waived). Errors: RulesNotPublished. Cost: four statements.
    """
    _lock()
    of = Statement.objects.filter(kind=StatementKind.RULES).first()
    in_force = StatementVersion.objects.filter(
        statement=of, number=of.published, state=VersionState.PUBLISHED
    ).first() if of else None  # fmt: skip
    if in_force is None:
        if of is not None and StatementVersion.objects.filter(statement=of).exists():
            raise RulesNotPublished
        return {"rule_version": "waived: the company has no application rules"}
    CycleRules.objects.get_or_create(cycle_id=cycle_id, defaults={"version": in_force, "at": clock.now()})
    return {"rule_version": in_force.number}
