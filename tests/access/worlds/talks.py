"""Check-ins."""

from __future__ import annotations

from datetime import date

from tests.access import oracle
from tests.access.worlds.base import THEN, World, canary


def plant_talks(world: World) -> None:
    """A draft, and a sent and answered check-in of everyone who has a manager."""
    from beichen.conversations.models import CheckIn, CheckInAnswers, CheckInDraft, CheckInPrivate, Reply
    from beichen.platform.forms.models import FormVersion
    from beichen.platform.forms.ready import CHECK_IN
    from beichen.platform.forms.schema import dump

    form = FormVersion.objects.create(key="canary", version=1, schema=dump(CHECK_IN), created_at=THEN)
    cycle = world.cycle("2026T1", "C02")
    for number in oracle.people():
        boss = oracle.company().manager[number]
        if boss is None:
            continue
        person, manager = world.people[number], world.people[boss]
        of = {"person": person, "manager": manager, "cycle": cycle, "form": form, "owner_place": person.place}
        draft = CheckIn.objects.create(**of, due_on=date(2026, 6, 26))
        CheckInDraft.objects.create(
            check_in=draft, person=person, answers={"plan": canary("23a", number)}, saved_at=THEN
        )
        sent = CheckIn.objects.create(
            **of,
            due_on=date(2026, 6, 12),
            state="replied",
            sent_at=THEN,
            answer_due_on=date(2026, 6, 16),
            replied_at=THEN,
        )
        CheckInAnswers.objects.create(
            check_in=sent, person=person, manager=manager, answers={"plan": canary("23b", number)}
        )
        CheckInPrivate.objects.create(
            check_in=sent, person=person, manager=manager, answers={"obstacles": canary("23c", number)}
        )
        Reply.objects.create(
            check_in=sent, person=person, manager=manager, author=manager, text=canary("23c", number, "reply"), at=THEN
        )
        world.ids["23a", number], world.ids["23b", number] = draft.pk, sent.pk
        world.add("23a", number, "conversations.CheckInDraft", canary("23a", number))
        world.add("23b", number, "conversations.CheckInAnswers", canary("23b", number))
        world.add("23c", number, "conversations.CheckInPrivate", canary("23c", number))
        world.add("23c", number, "conversations.Reply", canary("23c", number, "reply"), author=boss)
