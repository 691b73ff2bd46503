"""The metric library: drafted by one person, agreed to by another, changed in versions, retired."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import MetricState, OnZero, VersionState
from beichen.metrics.events import MetricEnacted
from beichen.metrics.formulas import expressions, units
from beichen.metrics.models import Metric, MetricVersion
from beichen.metrics.queries import MetricCard
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, Refused
from beichen.platform.kit.words import BadValue


class CodeTaken(Invalid):
    """The code or key belongs to another entry."""

    code = "code_taken"
    text = gettext_noop("“%(key)s” is already in use. Choose another, or edit the entry that has it.")


class SameMeaning(Invalid):
    """One name, one definition: another metric is called this already, or is computed in the same way."""

    code = "metric_same_meaning"
    text = gettext_noop(
        "“%(name)s” already stands in the library as “%(other)s” (%(key)s). Use that one; a second word "
        "for it belongs under “Also called” there."
    )


class NotDraft(Refused):
    """The metric has left this state already."""

    code = "metric_not_draft"
    text = gettext_noop("This metric is no longer a draft, so it cannot be activated again.")


class EditedByYou(Refused):
    """Two people put a metric into force."""

    code = "metric_edited_by_you"
    text = gettext_noop("You edited this metric last, so somebody else has to activate it.")


class StillUsed(Refused):
    """Another metric reads it."""

    code = "metric_still_used"
    text = gettext_noop("“%(other)s” is computed from this metric. Change its formula first.")


class UnknownName(Invalid):
    """A formula names something that is not in the library."""

    code = "formula_unknown_name"
    text = gettext_noop("“%(name)s” is no metric of the library. Use the code of a metric, such as %(example)s.")


class OtherSubject(Invalid):
    """Figures of people and of units are not mixed in one formula."""

    code = "formula_other_subject"
    text = gettext_noop("“%(name)s” is kept for other subjects or another period, so this formula cannot use it.")


class Circle(Invalid):
    """A formula that would need its own result."""

    code = "formula_circle"
    text = gettext_noop("The formula comes back to itself: %(path)s.")


class NeverADivision(Invalid):
    """Dividing by a constant 0."""

    code = "formula_divides_by_zero"
    text = gettext_noop("The formula divides by 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricInput:
    """What is entered for a metric; `roles` are codes of role profiles. See the model for each."""

    code: str
    name: str
    name_en: str = ""
    also_named: tuple[str, ...] = ()
    kind: str = "result"
    unit: str = ""
    direction: str = "higher"
    owner_id: int | None = None
    definition: str = ""
    definition_en: str = ""
    calculation: str = ""
    calculation_en: str = ""
    rhythm: str = "month"
    subject: str = "unit"
    source: str = ""
    source_en: str = ""
    roles: tuple[str, ...] = ()
    scenes: str = ""
    scenes_en: str = ""
    is_general: bool = False
    formula: str = ""
    on_zero: str = OnZero.MISSING
    least: Decimal | None = None
    most: Decimal | None = None
    jump_percent: int | None = None
    due_days: int = 5


@rule
def create_metric(actor: Actor, entered: MetricInput) -> MetricCard:
    """Add a draft to the library; the same person adding the same code again gets the first one.

    Errors: Forbidden, CodeTaken, SameMeaning, and what is wrong with its formula. Cost: about seven statements.
    """
    known = Metric.objects.filter(code=entered.code).first()
    if known is not None and known.last_editor_id == actor.person_id and known.name == entered.name:
        return queries.metric(actor, known.pk)
    require(actor, access.EDIT)
    if known is not None:
        raise CodeTaken(field="code", key=entered.code)
    entered = checked(entered, None)
    metric = Metric.objects.create(last_editor_id=actor.person_id, **fields_of(entered))
    audit.record(actor, access.EDIT, metric, details={"to": fields_of(entered)})
    return queries.metric(actor, metric.pk)


@rule
def edit_metric(actor: Actor, metric_id: int, entered: MetricInput, version: int) -> MetricCard:
    """Change a draft, or propose a new version of an active metric, which stays as it is until somebody else agrees.

    What it was stays in the audit and among the versions. Cost: about nine statements.
    """
    metric = queries.metric_to_change(actor, metric_id)
    require(actor, access.EDIT, metric)
    if metric.version != version:
        raise Changed(metric)
    if Metric.objects.filter(code=entered.code).exclude(pk=metric.pk).exists():
        raise CodeTaken(field="code", key=entered.code)
    reader = _readers(metric) if entered.code != metric.code else None
    if reader is not None:
        raise StillUsed(metric, other=reader.name)
    entered = checked(entered, metric)
    before = _plain(_of(metric))
    if metric.state == MetricState.DRAFT:
        _write(metric, entered)
    else:
        _propose(actor, metric, entered)
    metric.last_editor_id, metric.version = actor.person_id, metric.version + 1
    metric.save()
    audit.record(actor, access.EDIT, metric, details={"from": before, "to": _plain(fields_of(entered))})
    return queries.metric(actor, metric.pk)


def _propose(actor: Actor, metric: Metric, entered: MetricInput) -> None:
    """The proposal of an active metric; one alone is open. A metric from before there were versions gets its first."""
    newest = metric.versions.order_by("-number").first()
    if newest is None:
        newest = _version(metric, 1, VersionState.AGREED, _of(metric), None)
    if newest.state == VersionState.AGREED:
        _version(metric, newest.number + 1, VersionState.PROPOSED, fields_of(entered), actor.person_id)
        return
    newest.content, newest.edited_by_id, newest.edited_at = _plain(fields_of(entered)), actor.person_id, clock.now()
    newest.save()


def _version(
    metric: Metric, number: int, state: VersionState, content: dict[str, Any], editor: int | None
) -> MetricVersion:
    return MetricVersion.objects.create(
        metric=metric, number=number, state=state, content=_plain(content), edited_by_id=editor, edited_at=clock.now()
    )


@rule
def enact_metric(actor: Actor, metric_id: int, version: int) -> MetricCard:
    """Put a draft, or the proposed version, into force: somebody else than its last editor does it.

    Errors: NotFound, Forbidden, EditedByYou, Changed, NotDraft, and what is wrong with it by now.
    """
    metric = queries.metric_to_change(actor, metric_id)
    proposal = metric.versions.filter(state=VersionState.PROPOSED).first()
    if metric.state == MetricState.IN_FORCE and proposal is None:
        return queries.metric(actor, metric_id)
    require(actor, access.EDIT, metric)
    if metric.last_editor_id == actor.person_id:
        raise EditedByYou(metric)
    if metric.version != version:
        raise Changed(metric)
    if metric.state == MetricState.RETIRED:
        raise NotDraft(metric)
    if proposal is None:
        number = metric.versions.count() + 1
        proposal = _version(metric, number, VersionState.PROPOSED, _of(metric), metric.last_editor_id)
    else:
        _write(metric, checked(_read(proposal.content), metric))
    proposal.state, proposal.agreed_by_id, proposal.agreed_at = VersionState.AGREED, actor.person_id, clock.now()
    proposal.save()
    metric.state, metric.version = MetricState.IN_FORCE, metric.version + 1
    metric.save()
    audit.record(actor, access.ENACT, metric, details={"number": proposal.number})
    publish(MetricEnacted(metric_id=metric.pk))
    return queries.metric(actor, metric_id)


@rule
def retire_metric(actor: Actor, metric_id: int, reason: str, version: int) -> MetricCard:
    """Take an active metric out of use; its values and versions stay. Errors: also StillUsed."""
    metric = queries.metric_to_change(actor, metric_id)
    if metric.state == MetricState.RETIRED:
        return queries.metric(actor, metric_id)
    require(actor, access.EDIT, metric)
    if metric.version != version:
        raise Changed(metric)
    if metric.state == MetricState.DRAFT:
        raise Refused(metric)
    if not reason.strip():
        raise BadValue("reason", reason, words.A_REASON)
    reader = _readers(metric)
    if reader is not None:
        raise StillUsed(metric, other=reader.name)
    metric.versions.filter(state=VersionState.PROPOSED).delete()
    metric.state, metric.version = MetricState.RETIRED, metric.version + 1
    metric.save(update_fields=["state", "version"])
    audit.record(actor, access.RETIRE, metric, details={"reason": reason.strip()})
    return queries.metric(actor, metric_id)


def _readers(metric: Metric) -> Metric | None:
    """A metric whose formula reads this one."""
    active = Metric.objects.exclude(Q(formula="") | Q(state=MetricState.RETIRED) | Q(pk=metric.pk)).order_by("code")
    return next((one for one in active if metric.code in expressions.codes(expressions.read(one.formula))), None)


_FILLER = re.compile(r"[\W_]+")


def plain_name(text: str) -> str:
    """A name without what makes no difference: width, case, blanks and signs."""
    return _FILLER.sub("", unicodedata.normalize("NFKC", text).casefold())


def checked(entered: MetricInput, metric: Metric | None) -> MetricInput:
    """What was entered with its formula in the one spelling, or the first thing that is wrong. Cost: one statement."""
    others = list(Metric.objects.exclude(pk=metric.pk if metric else 0).order_by("code"))
    entered = replace(entered, also_named=tuple(dict.fromkeys(name for name in entered.also_named if name.strip())))
    if entered.least is not None and entered.most is not None and entered.most < entered.least:
        raise BadValue("most", entered.most, words.AT_LEAST, limit=entered.least)
    if entered.formula.strip():
        entered = replace(entered, formula=_formula(entered, others))
    alive = [one for one in others if one.state != MetricState.RETIRED]
    _one_meaning(entered, alive)
    return entered


def _one_meaning(entered: MetricInput, others: Iterable[Metric]) -> None:
    mine = {plain_name(text): text for text in (entered.name, entered.name_en, *entered.also_named)}
    mine.pop("", None)
    for other in others:
        for text in (other.name, other.name_en, *other.also_named):
            if plain_name(text) in mine:
                raise SameMeaning(field="name", name=mine[plain_name(text)], other=other.name, key=other.code)
        same = entered.formula and (other.formula, other.subject, other.rhythm, other.unit) == (
            entered.formula, entered.subject, entered.rhythm, entered.unit
        )  # fmt: skip
        if same:
            raise SameMeaning(field="formula", name=entered.formula, other=other.name, key=other.code)


def _formula(entered: MetricInput, others: Iterable[Metric]) -> str:
    """The formula in its one spelling, its metrics named by their codes."""
    library = {one.code: one for one in others if one.state != MetricState.RETIRED}
    by_name = {plain_name(name): one.code for one in library.values() for name in (one.name, one.name_en) if name}
    tree = expressions.renamed(expressions.read(entered.formula), lambda name: _code(name, library, by_name, entered))
    _no_zero_below(tree)
    found = expressions.codes(tree)
    if not found:
        raise expressions.BadFormula(field="formula", at=entered.formula.strip()[:20], allowed=expressions.A_METRIC)
    for code in sorted(found - {entered.code}):
        if (library[code].subject, library[code].rhythm) != (entered.subject, entered.rhythm):
            raise OtherSubject(field="formula", name=code)
    _no_circle(entered.code, tree, library)
    units.check_units(
        tree, {code: library[code].unit if code in library else entered.unit for code in found}, entered.unit
    )
    return expressions.written(tree)


def _code(name: str, library: dict[str, Metric], by_name: dict[str, str], entered: MetricInput) -> str:
    if name in library or name == entered.code:
        return name
    found = by_name.get(plain_name(name))
    if found is None:
        raise UnknownName(field="formula", name=name, example=next(iter(library), "gmv"))
    return found


def _no_zero_below(tree: expressions.Node) -> None:
    for part in expressions.every(tree):
        match part:
            case expressions.Operation("/", _, expressions.Number(value)) if value == 0:
                raise NeverADivision(field="formula")


def _no_circle(code: str, tree: expressions.Node, library: dict[str, Metric]) -> None:
    """Follow what each formula reads in its own period, through proposals too; `prev(x)` looks back and may return."""
    reads = {one.code: _reads(expressions.read(one.formula)) for one in library.values() if one.formula}
    reads[code] = _reads(tree)
    for number in MetricVersion.objects.filter(state=VersionState.PROPOSED).values_list("content", flat=True):
        if number.get("formula") and number["code"] != code:
            reads[number["code"]] = reads.get(number["code"], frozenset()) | _reads(expressions.read(number["formula"]))
    path = _way_back(code, reads)
    if path:
        raise Circle(field="formula", path=" → ".join(path))


def _reads(tree: expressions.Node) -> frozenset[str]:
    return frozenset(ref.code for ref in expressions.refs(tree) if not ref.before)


def _way_back(code: str, reads: dict[str, frozenset[str]]) -> list[str]:
    """The shortest way from a metric back to itself, or nothing."""
    came: dict[str, str] = {}
    edge = [code]
    while edge:
        at = edge.pop(0)
        for to in sorted(reads.get(at, ())):
            if to == code:
                path = [at]
                while path[-1] != code:
                    path.append(came[path[-1]])
                return [*reversed(path), code]
            if to not in came:
                came[to] = at
                edge.append(to)
    return []


def fields_of(entered: MetricInput) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value := getattr(entered, name), tuple) else value
        for name in MetricInput.__dataclass_fields__
    }


def _of(metric: Metric) -> dict[str, Any]:
    return {name: getattr(metric, name) for name in MetricInput.__dataclass_fields__}


def content_of(metric: Metric) -> dict[str, Any]:
    """A metric as a version keeps it."""
    return _plain(_of(metric))


def _write(metric: Metric, entered: MetricInput) -> None:
    for name, value in fields_of(entered).items():
        setattr(metric, name, value)


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """As JSON keeps it: decimals as text without needless zeros."""
    return {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in content.items()
    }  # fmt: skip


def _read(content: dict[str, Any]) -> MetricInput:
    exact = {name: Decimal(content[name]) for name in ("least", "most") if content.get(name) is not None}
    lists = {name: tuple(content.get(name) or ()) for name in ("also_named", "roles")}
    return MetricInput(**{**content, **exact, **lists})
