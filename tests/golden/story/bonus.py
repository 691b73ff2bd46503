"""Two policies, pools, approval, letters."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from beichen.platform.events.tests.drain import drain
from tests.golden.story.hands import Story

RESULTS = {"U11": "1.00", "U12": "0.90", "U2": "1.10"}
EVENED = {"A": "0.5", "B": "1"}


def share_the_bonus(story: Story) -> None:
    """The compensation administrator sets up two policies, simulates, chooses; managers of managers pass pools on."""
    made = story.press(
        "E017", "reward:create_plan", name="二季度奖金", cycle_id=story.cycle_id, name_a="按贡献", name_b="更均衡"
    )
    story.bonus_id = int(made["Location"].rstrip("/").rsplit("/", 1)[1])
    for key in ("A", "B"):
        _enter_policy(story, key)
    story.press("E017", "reward:simulate", story.bonus_id, version=_bonus(story)["version"])
    drain()
    story.notes["simulated"] = story.page("E017", "reward:plan", story.bonus_id)
    story.press("E017", "reward:choose", story.bonus_id, version=_bonus(story)["version"], key="A")
    drain()
    for pool in story.get("E017", f"/reward/plans/{story.bonus_id}/pools"):
        story.press("E001" if pool["unit_code"] == "U2" else "E002", "reward:pass_on", pool["id"])
    story.press("E017", "reward:consolidate", story.bonus_id, version=_bonus(story)["version"])


def _bonus(story: Story) -> dict[str, Any]:
    told: dict[str, Any] = story.get("E017", f"/reward/plans/{story.bonus_id}")
    return told


def _enter_policy(story: Story, key: str) -> None:
    """Coefficients of company and units, and how far U11 is evened out, typed into the form as it is drawn."""
    page = story.browser("E017").get(reverse("reward:policy", args=[story.bonus_id, key]))
    form, scenario = page.context["form"], page.context["scenario"]
    sent = {name: form[name].value() or "" for name in form.fields}
    sent = {name: value for name, value in sent.items() if value is not False and not name.startswith("role_")}
    sent |= {"version": scenario.version, "basis": "coefficient", "company": "1.05", "mode": "pool"}
    for n, (code, value) in enumerate(RESULTS.items(), 1):
        sent |= {f"unit_{n}": code, f"result_{n}": value, f"even_{n}": EVENED[key] if code == "U11" else ""}
    story.press("E017", "reward:save_policy", story.bonus_id, key, **sent)


def approve_the_bonus(story: Story) -> None:
    """Compensation and the executive seat agree: two seats, two people."""
    for number in ("E017", "E001"):
        story.press(number, "reward:approve", story.bonus_id, version=_bonus(story)["version"])
    assert _bonus(story)["state"] == "locked"
    for pool in story.get("E017", f"/reward/plans/{story.bonus_id}/pools"):
        story.note("pool (cents)", pool["unit_code"], str(pool["value"]))


def send_letters(story: Story) -> None:
    """Two HR administrators, who read no amount, send the letters; everybody reads the own."""
    for number in ("E015", "E016"):
        version = story.get(number, f"/reward/plans/{story.bonus_id}")["version"]
        story.press(number, "reward:send_letters", story.bonus_id, version=version)
    drain()
    for number in story.reviews:
        letter = story.get(number, f"/reward/letters/{story.bonus_id}")
        story.notes.setdefault("letters", {})[number] = letter
        story.note("bonus (cents)", number, str(letter["total"]))
