"""Principles and rules: a version, its history, what differs, who works on it, what a cycle opened with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from beichen.platform.access.current import query
from beichen.platform.access.permissions import leads_people, may, seats_of
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader
from beichen.strategy import access
from beichen.strategy.choices import ASKED_OF_ALL, Group, MemberPart, StatementKind, Use, VersionState
from beichen.strategy.formulas import statements as formulas
from beichen.strategy.formulas.statements import Item
from beichen.strategy.models import Acknowledgement, CycleRules, Remark, Signature, StatementMember, StatementVersion
from beichen.strategy.queries.pages import Change


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody whose signature the statement carries; `at` None while it is waited for."""

    person_id: int
    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementCard:
    """One version. `people_by_part`: ids of those named, by key of `choices.MemberPart`; `read_at`: by the reader."""

    id: int
    kind: str
    number: int
    state: str
    opening: str
    opening_en: str
    items: tuple[Item, ...]
    note: str
    reason: str
    last_editor_id: int | None
    editor_name: str
    edited_at: datetime
    asked_by_id: int | None
    asked_by_name: str
    asked_at: datetime | None
    publisher_name: str
    published_at: datetime | None
    stable_until: date | None
    version: int
    published: int
    members_version: int
    people_by_part: Mapping[str, tuple[int, ...]]
    signers: tuple[Signer, ...]
    read_at: datetime | None

    @property
    def title(self) -> str:
        """What the text is called."""
        return str(StatementKind(self.kind).label)

    @property
    def is_current(self) -> bool:
        """Whether this is the version in force."""
        return self.state == VersionState.PUBLISHED and self.number == self.published

    @property
    def is_draft(self) -> bool:
        """Whether it is not published."""
        return self.state == VersionState.DRAFT

    @property
    def is_put_forward(self) -> bool:
        """Whether a draft waits for signatures and publication as it stands."""
        return self.is_draft and self.asked_at is not None

    @property
    def is_signed(self) -> bool:
        """Whether everybody named has signed."""
        return all(signer.at is not None for signer in self.signers)

    @property
    def is_locked(self) -> bool:
        """Whether another version needs a reason today."""
        return self.is_current and self.stable_until is not None and clock.today() < self.stable_until

    @property
    def asks_all(self) -> bool:
        """Whether everybody is asked to acknowledge it."""
        return self.kind in ASKED_OF_ALL

    @property
    def shown_opening(self) -> str:
        """The opening words in the reader's language."""
        return for_reader(self.opening, self.opening_en)

    def of(self, group: str) -> tuple[Item, ...]:
        """The lines of one list, in their order."""
        return tuple(item for item in self.items if item.group == group)


def title_of(item: Item) -> str:
    """What a line is called in the reader's language; a use by its word, a grade by its letter."""
    if item.group == Group.USE and item.key in Use.values:
        return str(Use(item.key).label)
    return for_reader(item.title, item.title_en)


def visible(actor: Actor) -> QuerySet[StatementVersion]:
    """The versions the actor may read, in a transaction of the caller's."""
    found = StatementVersion.objects.select_related("statement", "last_editor", "asked_by", "published_by")
    return found if actor.person_id is None else found.filter(access.visible_statements()).distinct()


def people_by_part(statement_id: int) -> dict[str, tuple[int, ...]]:
    """Who is named to work on a statement, by part. Cost: one statement."""
    found: dict[str, tuple[int, ...]] = {}
    for part, person in (
        StatementMember.objects.filter(statement_id=statement_id).order_by("id").values_list("part", "person_id")
    ):
        found[part] = (*found.get(part, ()), person)
    return found


def card_of(actor: Actor, row: StatementVersion) -> StatementCard:
    """The card of a version. Cost: three statements."""
    named = StatementMember.objects.filter(statement_id=row.statement_id).select_related("person").order_by("id")
    parts: dict[str, tuple[int, ...]] = {}
    names: dict[int, str] = {}
    for line in named:
        parts[line.part] = (*parts.get(line.part, ()), line.person_id)
        names[line.person_id] = line.person.name
    signed = {s.person_id: (s.person.name, s.at) for s in row.signatures.select_related("person").order_by("at")}
    signers = signed if row.state == VersionState.PUBLISHED else {
        pk: (names[pk], signed.get(pk, ("", None))[1]) for pk in parts.get(MemberPart.SIGN, ())
    }  # fmt: skip
    mine = Acknowledgement.objects.filter(version=row, person_id=actor.person_id or 0).values_list("at", flat=True)
    content = row.content
    return StatementCard(
        row.pk, row.statement.kind, row.number, row.state, content.get("opening", ""), content.get("opening_en", ""),
        formulas.items_of(content), row.note, row.reason, row.last_editor_id,
        row.last_editor.name if row.last_editor else "", row.edited_at, row.asked_by_id,
        row.asked_by.name if row.asked_by else "", row.asked_at, row.published_by.name if row.published_by else "",
        row.published_at, row.stable_until, row.version, row.statement.published, row.statement.version, parts,
        tuple(Signer(pk, name, at) for pk, (name, at) in signers.items()), mine.first(),
    )  # fmt: skip


@query
def statement(actor: Actor, kind: str, number: int) -> StatementCard:
    """One version, or NotFound. Cost: four statements."""
    found = visible(actor).filter(statement__kind=kind, number=number).first()
    if found is None:
        raise NotFound
    return card_of(actor, found)


@query
def statement_in_force(actor: Actor, kind: str) -> StatementCard | None:
    """The version in force. Cost: four statements."""
    found = visible(actor).filter(statement__kind=kind, number=F("statement__published")).first()
    return card_of(actor, found) if found else None


@query
def statement_draft(actor: Actor, kind: str) -> StatementCard | None:
    """The draft, for those who may see it. Cost: four statements."""
    found = visible(actor).filter(statement__kind=kind, state=VersionState.DRAFT).first()
    return card_of(actor, found) if found else None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One version in a list of versions."""

    kind: str
    number: int
    state: str
    note: str
    reason: str
    editor_name: str
    edited_at: datetime
    publisher_name: str
    published_at: datetime | None
    is_current: bool


@query
def statement_history(actor: Actor, kind: str) -> list[StatementLine]:
    """Versions of a statement, newest first. Cost: one statement."""
    return [
        StatementLine(
            kind, row.number, row.state, row.note, row.reason, row.last_editor.name if row.last_editor else "",
            row.edited_at, row.published_by.name if row.published_by else "", row.published_at,
            row.number == row.statement.published and row.state == VersionState.PUBLISHED,
        )
        for row in visible(actor).filter(statement__kind=kind).order_by("-number")
    ]  # fmt: skip


@query
def statements_in_force(actor: Actor) -> dict[str, tuple[int, datetime]]:
    """Number and day of each published statement, by kind. Cost: one statement."""
    found = visible(actor).filter(number=F("statement__published"), state=VersionState.PUBLISHED)
    return {row.statement.kind: (row.number, row.published_at) for row in found if row.published_at}


@query
def statement_changes(actor: Actor, kind: str, number: int, against: int) -> list[Change]:
    """What differs between two versions, line by line; 0 is an empty one. Cost: eight statements. NotFound."""
    after = _parts(statement(actor, kind, number))
    before = _parts(statement(actor, kind, against)) if against else {}
    return [
        Change(part, before.get(part, ""), after.get(part, ""))
        for part in dict.fromkeys([*after, *before]) if before.get(part, "") != after.get(part, "")
    ]  # fmt: skip


def _parts(card: StatementCard) -> dict[str, str]:
    found = {"": for_reader(card.opening, card.opening_en)} if card.opening or card.opening_en else {}
    for group in dict.fromkeys(item.group for item in card.items):
        for rank, item in enumerate(card.of(group), start=1):
            share = "" if item.share is None else f"{item.share}%"
            words = (for_reader(item.text, item.text_en), for_reader(item.more, item.more_en), share)
            found[f"{rank}. {title_of(item)}"] = "\n".join(filter(None, words)) or title_of(item)
    return found


@dataclass(frozen=True, slots=True)
class RemarkCard:
    """What somebody said about a draft; `item` names the line, "" for the whole."""

    id: int
    item: str
    author_id: int
    author_name: str
    text: str
    at: datetime


@query
def remarks(actor: Actor, kind: str, number: int) -> list[RemarkCard]:
    """What management said about a version, oldest first, for those who see its draft (22c). Cost: two statements."""
    found = visible(actor).filter(statement__kind=kind, number=number, state=VersionState.DRAFT).first()
    if found is None:
        return []
    lines = Remark.objects.filter(version=found).select_related("author").order_by("at", "id")
    return [RemarkCard(r.pk, r.item, r.author_id, r.author.name, r.text, r.at) for r in lines]


# ── what is asked of the reader ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Owed:
    """Something to do about a statement: `act` is read, sign or publish."""

    act: str
    kind: str
    number: int
    reason: str


@query
def owed(actor: Actor) -> list[Owed]:
    """What the actor has to read, to sign, or to publish. Cost: one statement."""
    if actor.person_id is None or "CO" not in seats_of(actor):
        return []
    mine = Q(person_id=actor.person_id)
    current = Q(state=VersionState.PUBLISHED, number=F("statement__published"), statement__kind__in=ASKED_OF_ALL)
    read = Exists(Acknowledgement.objects.filter(mine, version=OuterRef("pk")))
    signed = Exists(Signature.objects.filter(mine, version=OuterRef("pk")))
    open_one = Exists(
        StatementMember.objects.filter(statement=OuterRef("statement"), part=MemberPart.SIGN).exclude(
            person__in=Signature.objects.filter(version=OuterRef(OuterRef("pk"))).values("person")
        )
    )
    signer = Exists(StatementMember.objects.filter(mine, statement=OuterRef("statement"), part=MemberPart.SIGN))
    forward = Q(state=VersionState.DRAFT, asked_at__isnull=False)
    publisher = ~open_one & ~Q(asked_by=actor.person_id) & ~Q(last_editor=actor.person_id)
    wanted = (current & ~read) | (forward & signer & ~signed)
    if "EX" in seats_of(actor):
        wanted |= forward & publisher
    found = StatementVersion.objects.filter(wanted).select_related("statement").annotate(to_sign=signer & ~signed)
    return [
        Owed(
            "read" if row.state == VersionState.PUBLISHED else "sign" if row.to_sign else "publish",
            row.statement.kind, row.number, row.reason,
        )
        for row in found.order_by("statement__kind", "pk")
    ]  # fmt: skip


@query
def may_about(actor: Actor, card: StatementCard | None) -> dict[str, bool]:
    """What the actor may do with a draft (or begin one). Cost: none beyond the seats."""
    return {
        "write": may(actor, access.WRITE_STATEMENT, card),
        "remark": card is not None and card.is_draft and may(actor, access.REMARK, card),
        "name": may(actor, access.NAME_MEMBERS, card),
        "put_forward": card is not None and card.is_draft and may(actor, access.PUT_FORWARD, card),
        "sign": card is not None and card.is_put_forward and may(actor, access.SIGN, card),
        "publish": card is not None and card.is_put_forward and may(actor, access.PUBLISH_STATEMENT, card),
        "rate": may(actor, access.SEE_RATE) or "EX" in seats_of(actor) or leads_people(actor),
    }


# ── what others ask ─────────────────────────────────────────────────────────────────────────────────────────────


@query
def rules_of_cycles(actor: Actor, cycle_ids: Iterable[int]) -> dict[int, int]:
    """The number of the version of the application rules each cycle opened with. Cost: one statement."""
    found = CycleRules.objects.filter(cycle_id__in=list(cycle_ids)).select_related("version")
    return {line.cycle_id: line.version.number for line in found}


@query
def rules_of_cycle(actor: Actor, cycle_id: int) -> StatementCard | None:
    """The application rules that hold in a cycle: those it opened with; before it opens, those in force.

    None where it opened without any. Cost: five statements.
    """
    frozen = CycleRules.objects.filter(cycle_id=cycle_id).select_related("version").first()
    if frozen is not None:
        return statement(actor, StatementKind.RULES, frozen.version.number)
    return statement_in_force(actor, StatementKind.RULES)


@query
def outside_the_list(actor: Actor, sections: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Keys of the sections of a review, pairs (key, title), that are not on the published list of what is judged.

    None while nothing is published. Cost: one statement.
    """
    found = visible(actor).filter(statement__kind=StatementKind.SCOPE, number=F("statement__published")).first()
    return formulas.outside(sections, formulas.items_of(found.content)) if found else ()
