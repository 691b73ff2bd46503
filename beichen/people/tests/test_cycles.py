"""A cycle's edges (`access.md` 1.4, 1.10, G21): every one that exists, and every one that does not."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction

from beichen.people import queries, rules
from beichen.people.models import Cycle
from beichen.people.rules import cycles
from beichen.people.tests.makers import WHY, Company, cycle, move
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Changed
from beichen.platform.registry import PhaseWork
from tests.database import login, put_in_phase

pytestmark = pytest.mark.usefixtures("english")

PHASES = [f"C{n:02}" for n in range(13)]
EMPTY = {f"C{n:02}" for n in range(3, 11)}
"""The phases that stand empty in a cycle without plans: self reviews (C3) to appeal window (C10)."""
EDGES = {*pairwise(PHASES), ("C06", "C05")}
PHASE_REGISTRY = import_module("beichen.platform.registry.phases")


def everybody(to: str) -> Sequence[str]:
    return ("HA1", "HA2", "E1") if to == "C09" else ("HA1", "HA2")


def exists(now: str, to: str) -> bool:
    """The edges of `access.md` 1.10 in a cycle in which nobody has anything to do but goals."""
    if (now, to) == ("C06", "C05"):
        return True
    return now < to and all(phase in EMPTY for phase in PHASES if now < phase < to)


@pytest.mark.req("REVIEW-01", "BASE-01")
@pytest.mark.parametrize("now", PHASES)
def test_every_edge_that_exists_is_walked_and_every_other_refused(town: Company, now: str) -> None:
    pk = cycle(town, now)
    for to in [phase for phase in PHASES if phase != now]:
        with login(None):
            put_in_phase(now, pk)
            Cycle.objects.update(release_first=None, release_second=None, release_executive=None)
        if exists(now, to):
            assert move(town, pk, to, *everybody(to)) == to, (now, to)
            continue
        with pytest.raises((cycles.NoSuchStep, cycles.PhaseHasWork)):
            move(town, pk, to, "HA1", "HA2")
        assert queries.cycle(town.actor("A1"), pk).phase == now


@pytest.mark.req("REVIEW-01", "BASE-01")
def test_the_database_takes_single_edges_only_whoever_writes(town: Company) -> None:
    pk = cycle(town)
    for now in PHASES:
        for to in [phase for phase in PHASES if phase != now]:
            with login(None):
                put_in_phase(now, pk)
                if (now, to) in EDGES:
                    _write(pk, to)
                    continue
                with pytest.raises(IntegrityError, match="may not go"), transaction.atomic():
                    _write(pk, to)
    with login(None):
        put_in_phase("C02", pk)
    with acting(town.actor("HA1")), pytest.raises(IntegrityError), transaction.atomic():
        _write(pk, "C09")


def _write(cycle_id: int, to: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_cycle SET phase = %s WHERE id = %s", [to, cycle_id])


@pytest.mark.req("REVIEW-01")
def test_a_phase_with_work_is_not_skipped_and_is_named(town: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    pk = cycle(town, "C03")
    monkeypatch.setattr(
        PHASE_REGISTRY, "_providers", [lambda actor, ids: [PhaseWork(pk, "C04", "peer reviews", 3, 12)]]
    )
    with pytest.raises(cycles.PhaseHasWork) as caught:
        move(town, pk, "C05", "HA1")
    assert "Peer reviews" in caught.value.sentence()
    assert "peer reviews (3 of 12)" in caught.value.sentence()
    [desk] = queries.desks(town.actor("HA1"))
    assert (desk.next, desk.jumps) == ("C04", ())
    assert move(town, pk, "C04", "HA1", "HA2") == "C04"
    assert move(town, pk, "C07", "HA1", "HA2") == "C07"


@pytest.mark.req("BASE-01")
def test_work_that_comes_between_asking_and_agreeing_stops_the_jump(
    town: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = cycle(town, "C07")
    move(town, pk, "C09", "HA1", "HA2")
    monkeypatch.setattr(PHASE_REGISTRY, "_providers", [lambda actor, ids: [PhaseWork(pk, "C08", "bonus", 0, 1)]])
    with pytest.raises(cycles.PhaseHasWork):
        move(town, pk, "C09", "E1")
    assert move(town, pk, "C08", "HA1", "HA2") == "C08"
    assert move(town, pk, "C09", "HA1", "HA2") == "C08"
    assert move(town, pk, "C09", "E1") == "C09"


@pytest.mark.req("REVIEW-01")
def test_the_way_back_takes_a_reason_that_is_kept(town: Company) -> None:
    pk = cycle(town, "C06")
    with pytest.raises(cycles.NeedsReason):
        move(town, pk, "C05", "HA1", reason="太短")
    assert move(town, pk, "C05", "HA1") == "C06"
    [desk] = queries.desks(town.actor("HA2"))
    assert (desk.asked_to, desk.reason, desk.part) == ("C05", WHY, "HA")
    assert move(town, pk, "C05", "HA2", reason="") == "C05"
    with login(None):
        kept = [line.details.get("reason") for line in Entry.objects.filter(act="people.agree_move_cycle")]
    assert kept == [WHY]


def test_a_step_is_agreed_to_as_it_was_read(town: Company) -> None:
    pk = cycle(town, "C02")
    card = queries.cycle(town.actor("HA1"), pk)
    move(town, pk, "C03", "HA1", "HA2")
    with pytest.raises(Changed):
        rules.move_cycle(town.actor("HA1"), pk, "C04", card.version)
