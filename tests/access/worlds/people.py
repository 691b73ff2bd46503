"""Target bonuses, uploaded workbooks, notices."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from tests.access import oracle
from tests.access.worlds.base import THEN, World, canary


def plant_people(world: World) -> None:
    """Target bonuses of everyone, one workbook uploaded by each."""
    from beichen.people.models import ImportBatch, TargetBonus

    TargetBonus.objects.all().delete()
    for number in oracle.people():
        person = world.people[number]
        amount = 700_000_000 + person.pk
        TargetBonus.objects.create(person=person, amount=amount, valid=(date(2020, 1, 1), None))
        world.add("12a", number, "people.TargetBonus", str(amount), expression="t.amount::text")
        word = canary("25a", number)
        batch = ImportBatch.objects.create(
            uploaded_by=person.pk, uploaded_at=THEN, file_name=word, digest="0" * 64, state="previewed"
        )
        world.ids["25a", number] = batch.pk
        world.add(
            "25a",
            number,
            "people.ImportBatch",
            word,
            author=number,
            stands=lambda viewer, row, number=number: _unowned(viewer, number),
        )


def _unowned(viewer: str, owner: str) -> set[str]:
    """G17: SE is the owner, every seat counts but the one that works inside its session alone (G7), others are CO."""
    return (oracle.seats(viewer) - {"CF"}) | ({"SE"} if viewer == owner else {"CO"})


def plant_notices(world: World) -> None:
    """A notice to everyone."""
    from beichen.platform.notify.models import Notice

    for number in oracle.people():
        word = canary("40a", number)
        Notice.objects.create(
            id=uuid4(),
            addressee_id=world.people[number].pk,
            template="reviews.peer_invited",
            params={"who": word},
            url="/reviews/",
            created_at=THEN,
        )
        world.add("40a", number, "notify.Notice", word, author=number, stands=lambda v, r, n=number: _addressee(v, n))


def _addressee(viewer: str, number: str) -> set[str]:
    return {"SE"} if viewer == number else set()
