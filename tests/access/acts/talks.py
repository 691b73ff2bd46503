"""Check-ins: begun, written, sent, answered."""

from __future__ import annotations

from collections.abc import Iterator

from tests.access.acts.base import Act, version_of
from tests.access.worlds import World
from tests.database import past_the_guards

SUBJECT = "E006"
ANSWERS = {"plan": "写完接口", "load": "fine", "obstacles": "没有", "fulfilling": "上线了", "growth": "学 SQL"}


def acts(world: World) -> Iterator[Act]:
    """Every operation of check-ins."""
    draft, there = {"check_in_id": world.ids["23a", SUBJECT]}, {"check_in_id": world.ids["23b", SUBJECT]}
    version = version_of(world, "conversations.CheckIn", draft["check_in_id"])
    typed = {"answers": {"plan": "写完接口"}, "version": version}
    yield Act("talks_save", draft, typed, row="23a", subject=SUBJECT)
    yield Act("talks_send", draft, {"answers": ANSWERS, "version": version}, row="23a", subject=SUBJECT)
    yield Act("talks_begin")
    yield Act("talks_draft", draft)
    version = version_of(world, "conversations.CheckIn", there["check_in_id"])
    yield Act(
        "talks_reply", there, {"text": "谢谢，周三谈", "version": version}, row="23c", subject=SUBJECT, only={"LM"},
        code="o", stage=lambda: unanswered(there["check_in_id"]),
    )  # fmt: skip


def unanswered(check_in_id: int) -> None:
    """The check-in waits for its answer."""
    from beichen.conversations.models import CheckIn, Reply

    Reply.objects.filter(check_in_id=check_in_id).delete()
    with past_the_guards():
        CheckIn.objects.filter(pk=check_in_id).update(state="filled", replied_at=None)
