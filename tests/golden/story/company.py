"""The company is founded, its seats are filled, the cycle moves."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from beichen.platform.auth import rules as auth
from beichen.platform.events.tests.drain import drain
from tests.cast import WORKBOOK
from tests.golden.story.hands import Story

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
