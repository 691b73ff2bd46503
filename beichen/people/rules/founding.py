"""The very first person of an installation."""

from __future__ import annotations

from beichen.people.choices import SeatKind, UnitKind
from beichen.people.models import Assignment, Employment, LegalEntity, OrgUnit, Person, Seat
from beichen.people.rules import places
from beichen.people.rules.persons import begins
from beichen.people.rules.sheets.known import ENTITY, ROOT
from beichen.platform import audit
from beichen.platform.access.current import acting
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Refused, gettext_noop
from beichen.platform.kit.names import pinyin_key


class CompanyExists(Refused):
    code = "company_exists"
    text = gettext_noop("This company already has people. Ask one of its HR administrators.")


def first_administrator(name: str, number: str, email: str) -> int:
    """The person who sets the company up, alone in a unit "company", with the seats of HR and system administrator.

    The first workbook's root takes that unit's place. Errors: CompanyExists. Returns the person's id.
    """
    actor = system("first_administrator", "the very first person of this installation")
    with acting(actor):
        if Person.objects.exists() or OrgUnit.objects.exists():
            raise CompanyExists
        made = {"name": name, "time_zone": clock.home().key}
        entity, _made = LegalEntity.objects.get_or_create(code=ENTITY, defaults=made)
        unit = OrgUnit.objects.create(code=ROOT, name="公司", name_en="Company", kind=UnitKind.COMPANY, entity=entity)
        person = Person.objects.create(
            number=number, name=name, email=email.strip().lower(), entity=entity, unit=unit, sort_key=pinyin_key(name)
        )
        today = clock.today(entity.time_zone)
        Employment.objects.create(person=person, hired_on=today)
        Assignment.objects.create(person=person, unit=unit, period=(begins(entity, today), None))
        for seat in (SeatKind.HR_ADMIN, SeatKind.PILOT_ADMIN):
            Seat.objects.create(person=person, seat=seat, scope=unit, granted_at=clock.now())
        places.renumber()
        audit.record(actor, "people.first_administrator", person, subjects=[person.pk], details={"alone": True})
        return person.pk
