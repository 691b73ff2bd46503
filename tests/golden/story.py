"""The golden quarter through the product's doors, as the people concerned: pages where people look, the API elsewhere.

Nothing is written past the doors: the first administrator is made by the command's rule, jobs run as the worker runs
them, and the clock is stopped at the day of each scene.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from beichen.platform.auth import rules as auth
from beichen.platform.events.tests.drain import drain
from beichen.platform.kit import clock
from tests.cast import WORKBOOK
from tests.database import login

FOLDER = Path(__file__).parent
PEERS = ("E006", "E007", "E009", "E010", "E011", "E012")
MOVE = "两位主管对照了同类工作：吴桐转岗后的六周里补上了两个延期的接口。"
LAST_DAY = datetime(2026, 7, 8, 4, tzinfo=UTC)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def assessments() -> dict[str, dict[tuple[str, str], dict[str, str]]]:
    """Person → (role, rater) → section → score, as raters enter them."""
    found: dict[str, dict[tuple[str, str], dict[str, str]]] = defaultdict(dict)
    with (FOLDER / "assessments.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            who = (line["role"].split(" ")[0], line["rater"])
            found[line["person"]].setdefault(who, {})[line["section"].split(" ", 1)[1]] = line["score"]
    return found


@dataclass
class Story:
    """Everybody's browser, and the numbers read off the doors on the way."""

    people: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    cycle_id: int = 0
    plan_id: int = 0
    bonus_id: int = 0
    reviews: dict[str, int] = field(default_factory=dict)

    # ── hands ───────────────────────────────────────────────────────────────────────────────────────────────────

    def browser(self, number: str) -> Client:
        """A browser in which this person is signed in."""
        if number not in self.browsers:
            self.browsers[number] = Client()
            with login(None):
                account = get_user_model()._default_manager.get(email=self.notes["emails"][number])
                self.browsers[number].force_login(
                    account, backend="allauth.account.auth_backends.AuthenticationBackend"
                )
        return self.browsers[number]

    def get(self, number: str, path: str, **query: Any) -> Any:
        """What this person gets from the API."""
        answer = self.browser(number).get(f"/api/v1{path}", query)
        assert answer.status_code == 200, (path, answer.status_code, answer.content.decode()[:400])
        return answer.json()

    def send(self, number: str, path: str, body: Any, method: str = "post") -> Any:
        """What the API answers to a write of this person."""
        call = getattr(self.browser(number), method)
        answer = call(f"/api/v1{path}", body, content_type="application/json")
        assert answer.status_code in (200, 201, 202, 204), (path, answer.status_code, answer.content.decode()[:600])
        return answer.json() if answer.content else None

    def press(self, number: str, door: str, /, *args: Any, **sent: Any) -> Any:
        """A button or form of a page; the answer leads on to the next page."""
        answer = self.browser(number).post(reverse(door, args=args), sent)
        assert answer.status_code == 303, (door, answer.status_code, answer.content.decode()[-1500:])
        return answer

    def page(self, number: str, name: str, *args: Any, **query: Any) -> str:
        """A page as this person reads it."""
        answer = self.browser(number).get(reverse(name, args=args), query)
        assert answer.status_code == 200, (name, answer.status_code)
        return str(answer.content.decode())

    @contextmanager
    def day(self, year: int, month: int, day: int) -> Iterator[None]:
        """The clock stands at noon of a day in China; yesterday's sessions have ended."""
        self.browsers.clear()
        with clock.frozen(datetime(year, month, day, 4, tzinfo=UTC)):
            yield
            drain()

    def note(self, what: str, of: str, value: str) -> None:
        """Keep a number read off a door."""
        self.numbers[what, of] = value


# ── scenes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def found_company(story: Story) -> None:
    """The first administrator uploads the workbook on the page, looks at the preview, confirms; the worker writes."""
    auth.first_administrator("钱多多", "E015", "qian.duoduo@example.com", "Nord-Stern-2026-hell")
    story.notes["emails"] = {"E015": "qian.duoduo@example.com"}
    upload = SimpleUploadedFile(WORKBOOK.name, WORKBOOK.read_bytes(), SHEET)
    done = story.press("E015", "people:imports", file=upload)
    batch = int(done["Location"].rstrip("/").rsplit("/", 1)[1])
    story.notes["preview"] = story.page("E015", "people:import", batch)
    version = story.get("E015", f"/people/imports/{batch}")["version"]
    story.press("E015", "people:import_confirm", batch, version=version)
    drain()
    told = story.get("E015", f"/people/imports/{batch}")
    assert told["state"] == "applied", told
    for person in story.get("E015", "/people", limit=100)["items"]:
        story.people[person["number"]] = person["id"]
        story.notes["emails"][person["number"]] = person["email"]
    for unit in _all_units(story, None):
        story.units[unit["code"]] = unit["id"]
    [cycle] = story.get("E015", "/people/cycles")
    story.cycle_id = cycle["id"]


def _all_units(story: Story, parent: int | None) -> list[dict[str, Any]]:
    query = {} if parent is None else {"parent_id": parent}
    here = story.get("E015", "/people/units", **query)
    return [*here, *(unit for one in here for unit in _all_units(story, one["id"]))]


def seat_the_facilitator(story: Story) -> None:
    """The system administrator asks for the facilitator's seat, the other HR administrator grants it.

    HR sits in one team and has no say over its own (G2), so it is the head of another department who facilitates.
    """
    story.press("E015", "people:seat_ask", person="E003", seat="CF", scope="U1")
    [seat] = [one for one in story.get("E016", "/people/seats") if one["seat"] == "CF"]
    story.press("E016", "people:seat_grant", seat["id"])


def add_the_outside_seat(story: Story) -> None:
    """The cycle cannot begin before somebody can act for the chief and for HR itself: an outside person joins."""
    [cycle] = story.get("E015", "/people/cycles")
    refused = story.browser("E015").post(
        f"/api/v1/people/cycles/{story.cycle_id}/move", {"to": "C01", "version": cycle["version"]},
        content_type="application/json",
    )  # fmt: skip
    story.notes["cannot begin"] = refused.status_code, refused.json()["code"], refused.json()["detail"]
    told = story.send("E015", "/people/hires", {
        "number": "X001", "name": "梁外部", "email": "liang@example.com", "hired": "2026-05-01",
        "unit_id": story.units["U0"], "position": "外部董事", "kind": "external",
    })  # fmt: skip
    story.press("E016", "people:change_confirm", told["change_id"])


def move_to(story: Story, phase: str) -> None:
    """Two HR administrators move the cycle on, into the release the executive as well; the jobs that follow run."""
    for number in ("E001", "E015", "E016") if phase == "C09" else ("E015", "E016"):
        cycle = story.get(number, "/people/cycles")[0]
        story.press(number, "people:cycle_move", story.cycle_id, to=phase, version=cycle["version"])
    drain()
    assert story.get("E015", "/people/cycles")[0]["phase"] == phase


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
    board = story.get("E003", f"/reviews/plans/{story.plan_id}/calibration")
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


RESULTS = {"U11": "1.00", "U12": "0.90", "U2": "1.10"}
EVENED = {"A": "0.5", "B": "1"}


def run() -> Story:
    """The whole quarter."""
    story = Story()
    with story.day(2026, 5, 16):
        found_company(story)
        seat_the_facilitator(story)
        add_the_outside_seat(story)
        move_to(story, "C01")
        move_to(story, "C02")
        read_goals(story)
    with story.day(2026, 6, 20):
        report_the_second_step(story)
    with story.day(2026, 7, 1):
        launch(story)
        find_reviews(story)
        move_to(story, "C03")
        write_self_reviews(story)
        move_to(story, "C04")
        hear_peers(story)
        move_to(story, "C05")
        write_and_decide(story)
    with story.day(2026, 7, 8):
        move_to(story, "C06")
        calibrate(story)
        close_the_calibration(story)
        move_to(story, "C07")
        step(story, "lock")
        move_to(story, "C08")
        share_the_bonus(story)
        approve_the_bonus(story)
        move_to(story, "C09")
        step(story, "release")
        send_letters(story)
        read_results(story)
        acknowledge(story)
    return story
