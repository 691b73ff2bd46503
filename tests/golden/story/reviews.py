"""The review round from its launch to what everybody answers."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from beichen.platform.events.tests.drain import drain
from tests.golden.story.hands import Story

FOLDER = Path(__file__).parents[1]
PEERS = ("E006", "E007", "E009", "E010", "E011", "E012")
MOVE = "两位主管对照了同类工作：吴桐转岗后的六周里补上了两个延期的接口。"


def assessments() -> dict[str, dict[tuple[str, str], dict[str, str]]]:
    """Person → (role, rater) → section → score, as raters enter them."""
    found: dict[str, dict[tuple[str, str], dict[str, str]]] = defaultdict(dict)
    with (FOLDER / "assessments.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            who = (line["role"].split(" ")[0], line["rater"])
            found[line["person"]].setdefault(who, {})[line["section"].split(" ", 1)[1]] = line["score"]
    return found


def launch(story: Story) -> None:
    """HR drafts the plan, looks at the dry run, and two administrators launch."""
    without = [story.people[n] for n in ("E014", "E015", "E016", "E017")]
    made = story.send("E016", "/reviews/plans", {
        "name": "二季度考核", "name_en": "Q2 review", "cycle_id": story.cycle_id, "unit_id": story.units["U0"],
        "managers": "out", "without": without, "weights": {"goals": 60, "behaviour": 25, "contribution": 15},
    })  # fmt: skip
    story.plan_id = made["id"]
    story.notes["dry run"] = story.get("E016", f"/reviews/plans/{story.plan_id}/dry-run")
    left = [line for line in story.notes["dry run"]["out"] if line["person_id"] == story.people.get("E013")]
    story.note("not reviewed", "E013", "left on 2026-06-12" if left else "reviewed")
    for number in ("E015", "E016"):
        version = story.get(number, f"/reviews/plans/{story.plan_id}")["version"]
        story.press(number, "reviews:launch", story.plan_id, version=version)
    drain()


def find_reviews(story: Story) -> None:
    """Who decides about whom."""
    numbers = {person: number for number, person in story.people.items()}
    for manager in ("E003", "E004", "E005"):
        for review in story.get(manager, "/reviews/to-decide"):
            story.reviews[numbers[review["subject_id"]]] = review["id"]
            story.notes.setdefault("decides", {})[numbers[review["subject_id"]]] = manager


def write_self_reviews(story: Story) -> None:
    """Everybody writes about the own quarter, first as a draft, then handed in."""
    for number in story.reviews:
        [part] = [p for p in story.get(number, "/reviews/parts") if p["role"] == "self"]
        answers: dict[str, dict[str, str | None]] = {
            k: {"score": "85", "text": f"{number} 的事实"} for k in ("behaviour", "contribution")
        }
        saved = story.send(
            number, f"/reviews/parts/{part['id']}", {"answers": answers, "closing": "", "version": 0}, "put"
        )
        answers["goals"] = {"score": None, "text": "两个目标按期完成。"}
        story.send(
            number, f"/reviews/parts/{part['id']}/submit",
            {"answers": answers, "closing": "下一季度想带一个新人。", "version": saved["version"]},
        )  # fmt: skip


def hear_peers(story: Story) -> None:
    """Managers ask peers, peers write."""
    for subject, raters in assessments().items():
        given = [scores for (role, _), scores in raters.items() if role == "peer"]
        chosen = [n for n in PEERS if n != subject][: len(given)]
        if chosen:
            manager, review = story.notes["decides"][subject], story.reviews[subject]
            story.send(manager, f"/reviews/{review}/peers", {"peers": [story.people[n] for n in chosen]})
        for number, scores in zip(chosen, given, strict=True):
            _write(story, number, subject, "peer", scores)


def _write(story: Story, rater: str, subject: str, role: str, scores: dict[str, str]) -> None:
    [part] = [
        p for p in story.get(rater, "/reviews/parts")
        if p["role"] == role and p["subject_id"] == story.people[subject]
    ]  # fmt: skip
    sections = ("goals", "behaviour", "contribution")
    answers = {key: {"score": scores.get(key), "text": f"{key} 的事实"} for key in sections}
    story.send(rater, f"/reviews/parts/{part['id']}/submit", {"answers": answers, "closing": "请继续。", "version": 0})


def write_and_decide(story: Story) -> None:
    """Managers write their parts, by the days they led; who decides confirms the suggested grade."""
    for subject, raters in assessments().items():
        decides, review = story.notes["decides"][subject], story.reviews[subject]
        by_formula = raters["formula", "system"]["goals"]
        measured = subject in ("E006", "E007")
        for (role, rater), scores in raters.items():
            if role == "manager":
                goals = {} if measured or rater != decides else {"goals": by_formula}
                _write(story, rater, subject, "manager", {**scores, **goals})
        sheet = story.get(decides, f"/reviews/{review}")
        story.note("suggested grade", subject, sheet["live"]["suggested"])
        story.send(
            decides, f"/reviews/{review}/decide",
            {"grade": sheet["live"]["suggested"], "reason": "", "version": sheet["rating_version"]},
        )  # fmt: skip


def calibrate(story: Story) -> None:
    """The facilitator moves one grade on the page of the calibration list, with a reason."""
    board = story.get("E003", f"/reviews/plans/{story.plan_id}/calibration")["items"]
    [line] = [one for one in board if one["review_id"] == story.reviews["E008"]]
    story.notes["before calibration"] = line
    story.press("E003", "reviews:move_grade", story.reviews["E008"], grade="A", reason=MOVE, version=line["version"])


def close_the_calibration(story: Story) -> None:
    """The facilitator and the highest manager of the round close it."""
    for number in ("E003", "E001"):
        story.press(number, "reviews:close_session", story.plan_id)


def step(story: Story, what: str) -> None:
    """Lock or release: asked by one HR administrator, done by the other."""
    for number in ("E015", "E016"):
        version = story.get(number, f"/reviews/plans/{story.plan_id}")["version"]
        story.press(number, f"reviews:{what}", story.plan_id, version=version)
    drain()


def read_results(story: Story) -> None:
    """Everybody unfolds the own result; every number of it is kept."""
    for subject, review in story.reviews.items():
        told = story.get(subject, f"/reviews/{review}/result")
        story.notes.setdefault("results", {})[subject] = told
        story.note("total", subject, f"{Decimal(told['decision']['total']) / 100:.2f}")
        story.note("decided grade", subject, told["decision"]["final"])
        for number, section in enumerate(told["story"]["sections"], 1):
            story.note("section score", f"{subject} section {number}", section["shown"])
            for role in section.get("roles", ()):
                if role["role"] == "manager":
                    story.note("manager part", f"{subject} section {number}", role["shown"])


def acknowledge(story: Story) -> None:
    """One has read it, one disagrees."""
    for subject, review in story.reviews.items():
        answer = "read_disagree" if subject == "E012" else "acknowledged"
        story.send(subject, f"/reviews/{review}/acknowledge", {"answer": answer, "comment": "已读。"})
