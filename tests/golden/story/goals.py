"""What everybody sees of goals on the day, and the second step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.database import login
from tests.golden.story.hands import Story


def read_goals(story: Story) -> None:
    """What everybody sees of goals and priorities on the day."""
    from beichen.goals.jobs import restate_open_cycles

    with login("beichen_worker"):
        restate_open_cycles.now()
    goals = story.get("E001", "/goals", cycle_id=story.cycle_id, limit=100)["items"]
    story.notes["goals"] = {goal["key"]: goal for goal in goals}
    story.notes["key results"] = {}
    for goal in goals:
        story.note("progress", goal["key"], _four(goal["progress"]))
        story.note("health on 2026-05-16", goal["key"], goal["health"].replace("_", " "))
        view = story.get("E001", f"/goals/{goal['id']}")
        for result in view["key_results"]:
            story.notes["key results"][result["key"]] = result
            story.note("progress", result["key"], _four(result["progress"]))
            story.note("health on 2026-05-16", result["key"], result["health"].replace("_", " "))
            _measure(story, result)
    story.note("expected progress", "number on 2026-05-16", _four(story.notes["key results"]["K111"]["expected"]))
    for line in story.get("E006", "/goals/coverage", cycle_id=story.cycle_id)["priorities"]:
        story.note("attainment", line["key"], _four(line["attainment"]))
    page = story.page("E005", "goals:goal", story.notes["goals"]["G41"]["id"])
    result = story.notes["key results"]["K411"]
    said = f"owner says {result['confidence']}, pace says {result['health']}".replace("_", " ")
    story.note("two steps apart", "K411", said if 'class="kr-apart"' in page else "not a word")


def _measure(story: Story, result: dict[str, Any]) -> None:
    """A band's score; a number's raw attainment, worked out again from start, value and target as they are shown."""
    if result["measure"] == "band":
        story.note("KPI score", result["key"], f"{Decimal(result['score']) / 100:.2f}")
    elif result["measure"] in ("increase", "decrease"):
        start, target = Decimal(result["baseline"]), Decimal(result["target"])
        now = start if result["current"] is None else Decimal(result["current"])
        story.note("raw attainment", result["key"], f"{(now - start) / (target - start):.4f}")


def _four(millionths: int | None) -> str:
    return "not measured" if millionths is None else f"{Decimal(millionths) / 1_000_000:.4f}"


def report_the_second_step(story: Story) -> None:
    """孙嘉树 finishes 双写 on 20 June."""
    result = story.notes["key results"]["K311"]
    done = [step["id"] for step in result["milestones"] if step["name"] in ("接口冻结", "双写")]
    story.send("E007", f"/goals/key-results/{result['id']}/reports", {"finished": done, "text": "双写上线"})
    view = story.get("E004", f"/goals/{result['goal_id']}")
    story.note("key result at the end of the cycle", "K311", _four(view["key_results"][0]["progress"]))
