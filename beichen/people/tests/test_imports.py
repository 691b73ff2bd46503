"""The importer: the golden workbook, refused rows of every kind, the same file twice, files as people save them."""

from __future__ import annotations

from typing import Any

import pytest

from beichen.people.models import Assignment, Branch, Employment, ImportBatch, OrgUnit, Person, Seat, TargetBonus
from beichen.platform.auth.models import Account
from tests.cast import Golden


@pytest.mark.req("PEOPLE-01", "PEOPLE-02", "PEOPLE-05")
def test_golden_company_comes_in_whole(golden: Golden, owner_db: Any) -> None:
    with owner_db():
        batch = ImportBatch.objects.get(pk=golden.batch_id)
        assert (batch.state, batch.refused, batch.is_first) == ("applied", [], True)
        assert Person.objects.count() == 17
        assert Employment.objects.get(person__number="E013").left_on is not None
        assert OrgUnit.objects.get(code="U11").parent_id == golden.unit("U1")
        assert OrgUnit.objects.get(code="U11").head_id == golden.id("E004")
        assert Assignment.objects.filter(person_id=golden.id("E008")).count() == 2
        moved = Person.objects.get(number="E008")
        assert (moved.unit_id, moved.manager_id) == (golden.unit("U12"), golden.id("E005"))
        assert Seat.objects.count() == 7
        assert Branch.objects.filter(holder_id=golden.id("E001"), kind="line").exists()
        assert TargetBonus.objects.get(person__number="E002").amount == 6_000_000
        assert Account.objects.filter(is_active=True).count() == 16
