"""The set-based statements and the pure functions give the same cents, on companies of every awkward kind."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beichen.people.models import LegalEntity, OrgUnit, Person
from beichen.people.tests.makers import small
from beichen.platform.kit.errors import Refused
from beichen.reviews.tests.makers import make_cycle
from beichen.reward.formulas import policy as policies
from beichen.reward.formulas.company import Stay, UnitTerms, share_company
from beichen.reward.models import BonusAward, BonusEntry, BonusPlan, BonusPool, Scenario
from beichen.reward.rules.simulation import compute

DAYS = 91
UNITS = ("U1", "U2", "U3")
NUMBERS = ("E1", "E2", "E10", "e1", "员1", "E001", "E002", "Z", "é", "E1a", "𠀀", "～")
AMOUNTS = st.sampled_from([0, 1, 3, 7, 100, 333_333, 1_000_000, 1_000_001, 2_400_000])
K = st.sampled_from([None, 0, 1, 3_333, 5_000, 6_667, 10_000, 10_000, 12_000, 14_285, 15_000])


@st.composite
def companies(draw: Any) -> tuple[list[Stay], dict[str, UnitTerms], dict[str, Any]]:
    stays: list[Stay] = []
    for number in draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=9, unique=True)):
        k, last = draw(K), draw(st.sampled_from(UNITS))
        cut = draw(st.sampled_from([0, 0, 1, 30, 45]))
        whole = draw(st.sampled_from([DAYS, DAYS, 61, 13]))
        for days in [d for d in (min(cut, whole - 1), whole - min(cut, whole - 1)) if d]:
            stays.append(
                Stay(
                    number,
                    "main",
                    draw(st.sampled_from(UNITS)),
                    last,
                    draw(AMOUNTS),
                    days,
                    draw(st.sampled_from([100, 100, 50, 33, 67])),
                    k,
                )
            )
    coefficient = st.sampled_from([0, 1, 3_333, 9_000, 10_000, 10_500, 14_286])
    terms = {unit: UnitTerms(draw(coefficient), draw(st.sampled_from([0, 0, 3_333, 5_000, 10_000]))) for unit in UNITS}
    mode = draw(st.sampled_from(["pool", "pool", "pool", "fixed", "formula"]))
    policy: dict[str, Any] = {
        "mode": mode,
        "company": {"coefficient": draw(st.sampled_from(["0", "0.3333", "1", "1.05", "1.4286"]))},
        "mover": draw(st.sampled_from(["last_day", "by_days"])),
        "reserve_percent": draw(st.sampled_from(["0", "0", "3.33", "100"])),
        "fixed_total": draw(st.sampled_from([0, 1, 100, 777_777, 9_999_999])),
        "parts": draw(st.sampled_from([{}, {"company": "0.2", "unit": "0.3", "person": "0.5"}])),
        "zero_loses_person_part_only": draw(st.booleans()),
    }
    if mode != "formula":
        policy["floor_percent"] = draw(st.sampled_from([None, None, "0.01", "33.33", "50"]))
        policy["cap_percent"] = draw(st.sampled_from([None, None, "66.67", "100", "133.33"]))
    return stays, terms, policy


@pytest.fixture
def place(db: None, owner_db: Any) -> dict[str, Any]:
    """A plan, units and persons to compute with."""
    with owner_db():
        company = small()
        cycle = make_cycle(company, "C08")
        entity = LegalEntity.objects.get()
        company.units["U3"] = OrgUnit.objects.create(
            code="U3", name="U3", kind="team", entity=entity, parent=company.units["U0"]
        )
        unit = company.units["U1"]
        people = {
            number: Person.objects.create(
                number=number, name=number, entity=entity, email=f"p{n}@example.com", unit=unit
            )
            for n, number in enumerate(NUMBERS)
            if number not in company.people
        } | {number: person for number, person in company.people.items() if number in NUMBERS}  # fmt: skip
        plan = BonusPlan.objects.create(cycle_id=cycle, name="x", author_id=1, created_at="2026-07-01T00:00:00Z")
        scenario = Scenario.objects.create(plan=plan, key="A", name="x", policy={})
    return {"plan": plan, "scenario": scenario, "units": company.units, "people": people}


def _by_sql(place: dict[str, Any], stays: list[Stay], terms: dict[str, UnitTerms], policy: dict[str, Any]) -> Any:
    units, people = place["units"], place["people"]
    BonusEntry.objects.bulk_create(
        BonusEntry(
            plan=place["plan"], person=people[s.number], subject_place=1, number=s.number, entity=s.entity,
            pool_unit=units[s.unit], last_unit=units[s.last_unit], first=f"2026-04-{n + 1:02}", target=s.target,
            days=s.days, fte_percent=s.fte_percent, currency="CNY", grade="A" if s.coefficient is not None else "",
            coefficient=s.coefficient, out="" if s.coefficient is not None else "no_result",
        )
        for n, s in enumerate(stays)
    )  # fmt: skip
    columns = {
        "units": [units[u].pk for u in UNITS], "codes": list(UNITS), "heads": [-1] * 3, "places": [-1] * 3,
        "c_units": [terms[u].c_unit for u in UNITS], "flattenings": [terms[u].flattening for u in UNITS],
    }  # fmt: skip
    compute(place["plan"].pk, place["scenario"].pk, policies.read(policy), DAYS, columns)
    pools = {p.unit_code: p for p in BonusPool.objects.filter(scenario=place["scenario"])}
    awards: dict[str, dict[tuple[str, str], BonusAward]] = {code: {} for code in pools}
    for award in BonusAward.objects.select_related("pool").filter(scenario=place["scenario"]):
        awards[award.pool.unit_code][award.number, award.entity] = award
    return pools, awards


@pytest.mark.req("OUTCOME-01")
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(companies())
def test_sql_and_python_pay_the_same_cents(place, owner_db, company):
    stays, terms, policy = company
    try:
        wanted: Any = share_company(stays, policies.read(policy), terms, DAYS)
    except Refused as refused:
        wanted = refused.code
    with owner_db(), transaction.atomic():
        try:
            with transaction.atomic():
                pools, awards = _by_sql(place, stays, terms, policy)
        except Refused:
            assert isinstance(wanted, str), (wanted, policy)
        else:
            _same(wanted, pools, awards)
        transaction.set_rollback(True)


def _same(wanted: Any, pools: Any, awards: Any) -> None:
    assert not isinstance(wanted, str), wanted
    assert set(wanted) == set(pools)
    for unit, shared in wanted.items():
        pool = pools[unit]
        assert Fraction(int(pool.base_n), 100 * DAYS) == shared.base
        assert (pool.value, pool.reserve, pool.unallocated) == (shared.value, shared.reserve, shared.unallocated)
        assert {key: award.amount for key, award in awards[unit].items()} == dict(shared.amounts)
        assert sum(shared.amounts.values()) + pool.unallocated + pool.reserve == pool.value
        if shared.sharing is not None:
            _same_terms(shared.sharing, pool, awards[unit])


def _same_terms(sharing: Any, pool: Any, awards: Any) -> None:
    for line in sharing.lines:
        award = awards[line.entry.key]
        assert Fraction(int(award.flat_n), int(award.flat_d) * 10_000) == line.flattened or not sharing.mean_k
        assert award.by_remainder == line.by_remainder
    bases = [award.basis for award in awards.values()]
    if any(basis.weight for basis in bases) and all(basis.rate_n is not None for basis in bases):
        flat_d = next(int(award.flat_d) for award in awards.values())
        assert Fraction(int(bases[0].rate_n), int(bases[0].rate_d)) * 100 * flat_d * 10_000 == sharing.rate
