"""Who acts for a cycle: the seats that reach over all of it, and who would take each kind of step about its people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor

OUTSIDE = "OUT"
WHO_ACTS = (Path(__file__).parents[1] / "sql" / "who_acts.sql").read_text(encoding="utf-8")
STEPS = ("LM", "SK", "BP")
CHAIN = ("LM", "SK", "BP", "HA", OUTSIDE)
"""G21: who takes a step whose own person is missing, the next after the former."""


@dataclass(frozen=True, slots=True)
class Seated:
    """People whose seat reaches over a whole cycle, and the outside persons; whoever left is none of them."""

    by_seat: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def of(self, seat: str) -> frozenset[int]:
        """The holders of one seat."""
        return self.by_seat.get(seat, frozenset())

    @property
    def agreeing(self) -> str:
        """Whose agreement a release takes beside two HR administrators: EX, else the next of G21 (HA, outside)."""
        if self._apart:
            return "EX"
        return "HA" if len(self.of("HA")) > 2 else OUTSIDE

    @property
    def agreers(self) -> frozenset[int]:
        """The people who may give it."""
        return {"EX": self._apart, "HA": self.of("HA"), OUTSIDE: self.of(OUTSIDE) - self.of("HA")}[self.agreeing]

    @property
    def _apart(self) -> frozenset[int]:
        """Executives without whom two HR administrators are left: nobody acts twice in one chain."""
        admins = self.of("HA")
        return frozenset(one for one in self.of("EX") if one not in admins or len(admins - {one}) >= 2)


_SEATED = """
    SELECT c.id, s.seat, s.person_id
    FROM people_orgunit c
    JOIN people_orgunit top ON c.place >= top.place AND c.place_end <= top.place_end
    JOIN people_seat s ON s.scope_id = top.id AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL
    JOIN people_person p ON p.id = s.person_id AND p.is_active
    WHERE c.id = ANY (%(scopes)s)
    UNION ALL
    SELECT c.id, %(outside)s, p.id FROM people_orgunit c CROSS JOIN people_person p
    WHERE c.id = ANY (%(scopes)s) AND p.kind = 'external' AND p.is_active
"""


def seated(scope_ids: Iterable[int]) -> dict[int, Seated]:
    """Who holds which seat over the whole of each unit. Cost: one statement."""
    found: dict[int, dict[str, set[int]]] = {scope: {} for scope in scope_ids}
    with connection.cursor() as cursor:
        cursor.execute(_SEATED, {"scopes": list(found), "outside": OUTSIDE})
        for scope, seat, person in cursor.fetchall():
            found[scope].setdefault(seat, set()).add(person)
    return {scope: Seated({seat: frozenset(ids) for seat, ids in held.items()}) for scope, held in found.items()}


@dataclass(frozen=True, slots=True)
class StepCover:
    """One kind of step about people: how many of them by who would take it, and for how many nobody would."""

    step: str
    by_who: Mapping[str, int]
    nobody: int
    examples: tuple[int, ...]

    @property
    def lines(self) -> list[tuple[str, int]]:
        """(who, how many people), in the order of G21."""
        return [(who, self.by_who[who]) for who in CHAIN if who in self.by_who]


@dataclass(frozen=True, slots=True)
class ActCover:
    """One act of several people over a whole cycle: by seat who would act; `lacks` is the seat that is missing.

    `agreeing` is who gives the executive's part. `must`: a cycle that lacks it cannot begin.
    """

    act: str
    seats: tuple[tuple[str, tuple[int, ...]], ...]
    lacks: str
    must: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a cycle can begin: every act of two people and every kind of step has somebody."""

    acts: tuple[ActCover, ...]
    steps: tuple[StepCover, ...]

    @property
    def gaps(self) -> bool:
        """Whether somewhere nobody can act."""
        return any(act.must and act.lacks for act in self.acts) or any(step.nobody for step in self.steps)


@query
def readiness(actor: Actor, scope_id: int) -> Readiness:
    """Who would act in a cycle over this unit. Cost: two statements, whatever the number of people."""
    with connection.cursor() as cursor:
        cursor.execute(WHO_ACTS, {"scope": scope_id})
        lines = cursor.fetchall()
    steps = tuple(_step(step, [line for line in lines if line[0] == step]) for step in STEPS)
    return Readiness(_acts(seated([scope_id])[scope_id]), steps)


def _step(step: str, lines: Iterable[tuple[str, str, int, list[int] | None]]) -> StepCover:
    by_who = {who: count for _, who, count, _ in lines if who}
    nobody = [(count, examples) for _, who, count, examples in lines if not who]
    count, examples = nobody[0] if nobody else (0, None)
    return StepCover(step, by_who, count, tuple(examples or ()))


def _acts(held: Seated) -> tuple[ActCover, ...]:
    """The acts with `!` of `access.md` 1.10 that a cycle meets; those of bonus and calibration only where they come."""
    admins, agreers = _ids(held.of("HA")), _ids(held.agreers)
    pair = "" if len(admins) > 1 else "HA"
    return (
        ActCover("move", (("HA", admins),), pair, must=True),
        ActCover("release", (("HA", admins), (held.agreeing, agreers)), pair or ("" if agreers else "EX"), must=True),
        _optional("calibration", held, ("CF",)),
        _optional("bonus", held, ("CA", "EX")),
    )


def _optional(act: str, held: Seated, seats: tuple[str, ...]) -> ActCover:
    found = tuple((seat, _ids(held.of(seat))) for seat in seats)
    return ActCover(act, found, next((seat for seat, ids in found if not ids), ""), must=False)


def _ids(people: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(people))
