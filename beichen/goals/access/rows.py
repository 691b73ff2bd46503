"""What may be read: the rows of the table as filters over goals, narrowed by the presets of units (01m)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Func, Q, Value
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce

from beichen.goals.choices import (
    AGREED,
    CHANGE,
    GOAL,
    HIDING,
    NARROWING,
    RUNNING,
    GoalState,
    Preset,
    Visibility,
)
from beichen.platform.access.filters import filters
from beichen.platform.access.policy import CONTENT, STATUS
from beichen.platform.access.relations import EVERY, Case, InPeople, IsEmployee, IsFormer, Together, cases, sees
from beichen.platform.approvals import queries as approvals


class InUnitsAbove(Func):
    """Whether the unit is the viewer's own or one above it: one hashed set per statement."""

    template = "(%(expressions)s IN (SELECT access.units_above()))"
    output_field = BooleanField()
    conditional = True

    def __init__(self, unit: str) -> None:
        super().__init__(F(unit))


class InPreset(Func):
    """Whether the goals of a unit stand under one of these presets: one hashed set of units per statement."""

    template = "(%(expressions)s IN (SELECT access.preset_units('%(presets)s')))"
    output_field = BooleanField()
    conditional = True

    def __init__(self, unit: str, *presets: Preset) -> None:
        super().__init__(Coalesce(F(unit), Value(0)), presets="', '".join(presets))


@filters("goals.Goal")
def visible_goals() -> Q:
    """Goals whose content the viewer may read."""

    by_owner = Q(author_id=F("owner_id")) | Q(author__isnull=True)
    draft, proposed = Q(state=GoalState.DRAFT), Q(state=GoalState.PROPOSED)
    by_row = {"01c": proposed, "01a": draft & by_owner, "01b": draft & ~by_owner}
    found = [*_agreed(), *(_case(row_id, when) for row_id, when in by_row.items())]
    return cases(found, CONTENT, _TOGETHER) | (proposed & Q(pk__in=approvals.my_turn(GOAL)))


def _agreed(narrowing: Sequence[Preset] = HIDING) -> list[Case]:
    """The rows of agreed goals: what a goal says of itself counts where no preset of its unit is among `narrowing`."""
    running, closed = Q(state__in=list(RUNNING)), Q(state=GoalState.CLOSED)
    narrowed, line = Q(InPreset("home", *narrowing)), _OF_THE_LINE
    found = {
        "01d": running & _PUBLIC & ~narrowed, "01f": closed & _PUBLIC & ~narrowed, "01k": _AGREED & _UNIT & ~narrowed,
        "01l": _AGREED & ~_RESTRICTED & Q(InPreset("home", Preset.TEAM)), "01e": running & line, "01g": closed & line,
    }  # fmt: skip
    if Preset.NUMBERS in narrowing:
        found["02g"] = _AGREED & ~_RESTRICTED & Q(InPreset("home", Preset.NUMBERS))
    return [_case(row_id, when) for row_id, when in found.items()]


_AGREED = Q(state__in=list(AGREED))
_PUBLIC, _UNIT = Q(visibility=Visibility.PUBLIC), Q(visibility=Visibility.UNIT)
_RESTRICTED = Q(visibility=Visibility.RESTRICTED)
_OF_THE_LINE = _RESTRICTED | Q(InPreset("home", Preset.RESTRICTED))
_WIDE, _ALL = frozenset({"01d", "01f"}), frozenset({"01d", "01f", "01k", "01l", "01e", "01g"})
_TEAM = _ALL - {"01e", "01g"}
_TOGETHER: Together = (
    (_ALL, _AGREED), (_TEAM, _AGREED & ~_OF_THE_LINE), (_WIDE, _AGREED & _PUBLIC & ~Q(InPreset("home", *HIDING))),
)  # fmt: skip
_WITH_NUMBERS: Together = (
    (_ALL | {"02g"}, _AGREED), (_TEAM | {"02g"}, _AGREED & ~_OF_THE_LINE),
    (_WIDE, _AGREED & _PUBLIC & ~Q(InPreset("home", *NARROWING))),
)  # fmt: skip


@filters("goals.Goal")
def agreed_goals() -> Q:
    """Of the same goals those that somebody agreed to: fewer rows of the table to ask, for long lists."""
    return cases(_agreed(), CONTENT, _TOGETHER)


@filters("goals.Goal")
def goals_with_numbers() -> Q:
    """Of these the ones whose numbers and reports the viewer may read as well (02g)."""
    return cases(_agreed(NARROWING), CONTENT, _WITH_NUMBERS)


@filters("goals.Goal")
def open_numbers() -> Q:
    """Of goals the viewer reads those with open numbers: not agreed to yet, under no such preset, or by 02g."""
    return ~_AGREED | ~Q(InPreset("home", Preset.NUMBERS)) | cases([_case("02g")], CONTENT)


def counted_for_all(goal: str = "", narrowing: Sequence[Preset] = NARROWING) -> Q:
    """Goals that figures of everybody count: none of the own line only, none a preset of the unit narrows."""
    return ~Q(**{f"{goal}visibility": Visibility.RESTRICTED}) & ~Q(InPreset(f"{goal}home", *narrowing))


@filters("goals.Goal")
def goals_to_nudge() -> Q:
    """Goals on which the viewer may ask for a word (02e)."""
    return cases([_nudges()], frozenset("w"))


@filters("goals.Goal")
def goals_with_nudges() -> Q:
    """Goals of which the viewer sees who asked for a word (02e)."""
    return cases([_nudges()], CONTENT)


def _nudges() -> Case:
    return Case("02e", subject="owner_id", place="owner_place")


def _case(row_id: str, when: Q = EVERY) -> Case:
    special = {"CO": _colleagues(row_id)} if row_id in ("01k", "01l", "02g") else {}
    former = Q(IsFormer("id", "goals"))
    return Case(row_id, when=when, subject="owner_id", place="owner_place", former=former, **special)


def _colleagues(row_id: str) -> Q:
    """Which colleagues the note of the row names: those inside the unit, or in the direct team."""
    inside = Q(InUnitsAbove("shown_in_id"))
    if row_id == "01k":
        return inside
    return Q(IsEmployee()) & Q(InPeople("owner_id", "direct_team")) & (~_UNIT | inside)


@filters("goals.Goal")
def goals_with_changes() -> Q:
    """Goals of which the viewer reads what is asked to be changed, and why (01c)."""
    return cases([_case("01c")], CONTENT)


def visible_changes() -> Q:
    """Requests to change a goal: those who read a proposed goal (01c), and whoever is asked to decide."""
    return goals_with_changes("goal__") | Q(pk__in=approvals.my_turn(CHANGE))


@filters("goals.Goal")
def known_goals() -> Q:
    """Goals of which the viewer may know that they are: the content, or for some seats the bare state (`x`)."""
    hidden = _AGREED & (~_PUBLIC | Q(InPreset("home", *HIDING)))
    return visible_goals() | cases([_case("01e", hidden)], STATUS)


@filters("goals.Goal")
def goals_with_words() -> Q:
    """Goals of which the viewer reads what is hard and at risk, shared or not (02d)."""
    return cases([_case("02d")], CONTENT)


@filters("goals.GoalTemplate")
def visible_templates() -> Q:
    """Goals to begin from are open like role profiles (24a)."""
    return sees("24a", subject=None)


def visible_words() -> Q:
    """Problem, next step, support and risk: the line and partners (02d), or everyone where the writer shared them."""
    return Q(is_shared=True) | goals_with_words("update__key_result__goal__")
