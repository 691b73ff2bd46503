"""The golden company's pools and bonuses, through the rules, to the cent."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from beichen.people.models import Cycle
from beichen.reward.tests.makers import Money, give_results
from tests.cast import FOLDER, Golden
from tests.database import put_in_phase

GRADES = {"E006": "A", "E007": "B", "E008": "A", "E009": "C", "E010": "A", "E011": "A", "E012": "D"}
POLICY = {
    "company": {"coefficient": "1.05"},
    "units": {"U11": {"coefficient": "1.00"}, "U12": {"coefficient": "0.90"}, "U2": {"coefficient": "1.10"}},
    "flattening": {},
    "unit_flattening": {"U11": "0.5"},
}


def expected(what: str) -> dict[str, int]:
    with (FOLDER / "expected.csv").open(encoding="utf-8") as file:
        return {row["of"]: int(row["value"]) for row in csv.DictReader(file) if row["what"] == what}


def golden_money(golden: Golden, owner_db: Any, worker_db: Any) -> Money:
    """The golden company in its compensation phase, with the grades of expected.csv."""
    with owner_db():
        cycle = Cycle.objects.get(period__key="2026Q2")
        put_in_phase("C08", cycle.pk)
        give_results(cycle.pk, {golden.id(number): grade for number, grade in GRADES.items()})
    made = Money(golden, cycle.pk, owner_db, worker_db)  # type: ignore[arg-type]
    made.make_plan(by="E017")
    made.edit("A", by="E017", **POLICY)
    made.edit("B", by="E017", **{**POLICY, "unit_flattening": {}})
    made.simulate(by="E017")
    return made


@pytest.mark.req("OUTCOME-01")
def test_every_pool_and_every_bonus_comes_out_to_the_cent(golden, owner_db, worker_db):
    made = golden_money(golden, owner_db, worker_db)
    assert {code: pool.value for code, pool in made.pools().items()} == expected("pool (cents)")
    assert {number: award.amount for number, award in made.awards().items()} == expected("bonus (cents)")
    for pool in made.pools().values():
        mine = [award.amount for award in made.awards().values() if award.pool_id == pool.pk]
        assert sum(mine) + pool.unallocated + pool.reserve == pool.value


@pytest.mark.req("OUTCOME-01")
def test_the_two_policies_differ_only_where_flattening_does(golden, owner_db, worker_db):
    made = golden_money(golden, owner_db, worker_db)
    a, b = made.awards("A"), made.awards("B")
    assert {number for number in a if a[number].amount != b[number].amount} == {"E006", "E007"}
    assert sum(x.amount for x in a.values()) == sum(x.amount for x in b.values())


@pytest.mark.req("OUTCOME-01")
def test_who_is_in_neither_base_nor_share_is_listed_with_the_reason(golden, owner_db, worker_db):
    from beichen.reward.models import BonusEntry

    made = golden_money(golden, owner_db, worker_db)
    with owner_db():
        out = dict(BonusEntry.objects.filter(plan_id=made.plan_id, coefficient=None).values_list("number", "out"))
    assert out["E013"] == "left"
    assert out["E004"] == "no_result"
    assert set(out) == {f"E{n:03}" for n in range(1, 18)} - set(GRADES)
