"""Work across units: which projects there are, who leads them and who of which unit works in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from beichen.demo.formulas.banks import bank, pair
from beichen.demo.formulas.story import Company, Human


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a project, by employee number."""

    number: str
    role: str
    share: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the demo company; `closed` is the first day without it."""

    code: str
    name: str
    name_en: str
    purpose: str
    purpose_en: str
    lead: str
    first: date
    closed: date | None
    members: tuple[Member, ...]


def projects(story: Company) -> Iterator[Project]:
    """The projects whose lead works in this company; of small ones some units are missing, and their members too."""
    crews: dict[str, list[Human]] = defaultdict(list)
    for human in story.people:
        if human.left is None:
            crews[human.now.unit].append(human)
    heads = {unit.code: unit.head for unit in story.units}
    taken: set[str] = set()
    for told in bank("projects")["project"]:
        lead = told["lead"]
        lead = heads.get(lead.partition(":")[2], "") if lead.startswith("head:") else lead
        first = story.day - timedelta(days=told["begun"])
        if lead:
            yield _project(told, lead, first, tuple(_members(told["members"], lead, first, crews, heads, taken)), story)


def _members(
    lines: list[str], lead: str, first: date, crews: dict[str, list[Human]], heads: dict[str, str], taken: set[str]
) -> Iterator[Member]:
    for line in lines:
        who, role, _english, share = line.split("|")
        plain = [h.number for h in crews.get(who, ()) if h.hired <= first and h.number not in {heads[who], lead}]
        number = who if who.startswith("C0") else next((one for one in plain if one not in taken), "")
        if number:
            taken.add(number)
            yield Member(number, role, int(share))


def _project(told: dict[str, str], lead: str, first: date, members: tuple[Member, ...], story: Company) -> Project:
    closed = told.get("closed")
    return Project(
        told["code"], *pair(told["name"]), *pair(told["purpose"]), lead, first,
        None if closed is None else story.day - timedelta(days=int(closed)), members,
    )  # fmt: skip
