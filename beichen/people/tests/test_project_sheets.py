"""Projects and memberships in a workbook: what they would do, what is refused with which figures, and once again."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from beichen.people import queries
from beichen.people.formulas import cells
from beichen.people.models import Membership, Project
from beichen.people.rules import imports
from beichen.people.rules.projects import TooMuch
from beichen.people.rules.sheets import memberships, projects
from beichen.people.tests.books import MEMBERS, PROJECTS, book, preview
from tests.cast import Golden


@pytest.fixture
def known(golden: Golden, owner_db: Any) -> Golden:
    """A running project with two members, and one that is closed."""
    with owner_db():
        running = Project.objects.create(
            code="P1", name="留存攻坚", lead_id=golden.id("E004"), starts_on=date(2026, 1, 1)
        )  # fmt: skip
        over = Project.objects.create(
            code="P0", name="旧项目", lead_id=golden.id("E004"), starts_on=date(2025, 1, 1), closed_on=date(2026, 1, 1)
        )
        for project, number, share, until in (
            (running, "E006", 60, None), (running, "E008", 40, date(2026, 4, 1)), (over, "E006", 50, date(2026, 1, 1)),
        ):  # fmt: skip
            Membership.objects.create(
                project=project, person_id=golden.id(number), role="成员", share=share,
                period=(project.starts_on, until),
            )  # fmt: skip
    return golden


def written(golden: Golden, worker_db: Any, drain_jobs: Any, **sheets: Any) -> queries.BatchCard:
    """Two administrators confirm, the job writes; the preview that was confirmed."""
    card = preview(golden, ("x.xlsx", book(**sheets)))
    for number in ("E015", "E016"):
        imports.confirm(golden.actor(number), card.id, card.version)
    with worker_db():
        drain_jobs()
    return card


@pytest.mark.req("PEOPLE-03", "PEOPLE-05")
def test_projects_and_their_members_come_in_together(
    known: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    sheets = {
        "Projects": [
            PROJECTS,
            ["P2", "出海", "Abroad", "E005", "2026-03-01", "2026-12-31", "先站稳"],
            ["P1", "留存攻坚二期", None, "E004", "2026-01-01", None, None],
        ],
        "Memberships": [
            MEMBERS,
            ["P2", "E006", "分析", 40, "2026-03-01", None],
            ["P1", "E006", "成员", 50, "2026-01-01", "2026-06-30"],
            ["P2", "E008", "设计", 100, "2026-04-01", "2026-06-30"],
        ],
    }
    card = written(known, worker_db, drain_jobs, **sheets)
    assert card.refused == []
    assert (card.counts["Projects"]["added"], card.counts["Projects"]["changed"]) == (1, 1)
    assert (card.counts["Memberships"]["added"], card.counts["Memberships"]["changed"]) == (2, 1)
    with owner_db():
        made = Project.objects.get(code="P2")
        assert (made.lead_id, made.closed_on, made.purpose) == (known.id("E005"), date(2027, 1, 1), "先站稳")
        assert (Project.objects.get(code="P1").name, Project.objects.get(code="P1").version) == ("留存攻坚二期", 2)
        held = Membership.objects.order_by("project__code", "person__number")
        lines = held.values_list("project__code", "person__number", "share", "period")
        assert [(code, number, share, period.upper) for code, number, share, period in lines if code != "P0"] == [
            ("P1", "E006", 50, date(2026, 7, 1)),
            ("P1", "E008", 40, date(2026, 4, 1)),
            ("P2", "E006", 40, date(2027, 1, 1)),
            ("P2", "E008", 100, date(2026, 7, 1)),
        ]
    again = preview(known, ("x.xlsx", book(**sheets)))
    assert (again.writes, again.refused, again.total("unchanged")) == (0, [], 5)


@pytest.mark.req("PEOPLE-03", "PEOPLE-05")
def test_a_project_that_ends_takes_its_members_along(
    known: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    with owner_db():
        late = Membership.objects.create(
            project=Project.objects.get(code="P1"), person_id=known.id("E009"), role="后来", share=10,
            period=(date(2027, 5, 1), None),
        )  # fmt: skip
    rows = [PROJECTS, ["P1", "留存攻坚", None, "E004", "2026-01-01", "2027-03-31", None]]
    written(known, worker_db, drain_jobs, Projects=rows)
    with owner_db():
        assert not Membership.objects.filter(pk=late.pk).exists()
        open_ended = Membership.objects.get(project__code="P1", person_id=known.id("E006"))
        assert open_ended.period.upper == date(2027, 4, 1)


REFUSED: dict[str, Any] = {
    "code twice": ("Projects", [["P2", "甲", "", "E004", "2026-01-01"], ["P2", "乙", "", "E004", "2026-01-01"]], 3,
                   "project", projects.CODE_TWICE),
    "no lead": ("Projects", [["P2", "甲", "", "E999", "2026-01-01"]], 2, "lead", projects.NO_PERSON),
    "lead who left": ("Projects", [["P2", "甲", "", "E013", "2026-01-01"]], 2, "lead", projects.NOBODY),
    "ends before": ("Projects", [["P2", "甲", "", "E004", "2026-02-01", "2026-01-01"]], 2, "to", projects.ENDS_BEFORE),
    "begins late": ("Projects", [["P1", "留存攻坚", "", "E004", "2026-02-01"]], 2, "from", projects.STARTS_LATE),
    "closed": ("Projects", [["P0", "改名", "", "E004", "2025-01-01"]], 2, "name", projects.CLOSED),
    "long": ("Projects", [["P2", "长" * 121, "", "E004", "2026-01-01"]], 2, "name", cells.TOO_LONG),
    "no project": ("Memberships", [["P9", "E006", "成员", 10, "2026-02-01"]], 2, "project", memberships.NO_PROJECT),
    "no person": ("Memberships", [["P1", "E999", "成员", 10, "2026-02-01"]], 2, "number", memberships.NO_PERSON),
    "no share": ("Memberships", [["P1", "E007", "成员", 0, "2026-02-01"]], 2, "share", memberships.NO_SHARE),
    "before": ("Memberships", [["P1", "E007", "成员", 10, "2025-12-31"]], 2, "from", memberships.OUTSIDE),
    "into a closed one": ("Memberships", [["P0", "E007", "成员", 10, "2025-02-01", "2025-03-01"]], 2, "project",
                          memberships.CLOSED),
    "known": ("Memberships", [["P1", "E006", "成员", 10, "2026-02-01"]], 2, "from", memberships.OVERLAPS_KNOWN),
    "row": ("Memberships", [["P1", "E007", "成员", 10, "2026-02-01"], ["P1", "E007", "成员", 10, "2026-03-01"]], 3,
            "from", memberships.OVERLAPS_ROW),
    "after leaving": ("Memberships", [["P1", "E013", "成员", 10, "2026-02-01"]], 2, "to", memberships.AFTER_LEFT),
}  # fmt: skip


@pytest.mark.req("PEOPLE-03", "PEOPLE-05")
@pytest.mark.parametrize("fault", REFUSED)
def test_a_bad_row_is_refused_with_its_place_and_reason(known: Golden, fault: str) -> None:
    sheet, rows, number, column, reason = REFUSED[fault]
    card = preview(known, ("x.xlsx", book(**{sheet: [PROJECTS if sheet == "Projects" else MEMBERS, *rows]})))
    assert [(line["sheet"], line["row"], line["column"], line["reason"]) for line in card.refused] == [
        (sheet, number, column, str(reason))
    ]
    assert reason % card.refused[0]["params"]


@pytest.mark.req("PEOPLE-03", "PEOPLE-05")
def test_more_than_the_whole_is_refused_with_the_figures(known: Golden) -> None:
    """60 % are given: only 40 more fit; two rows that change both memberships are taken together or not at all."""
    project = [PROJECTS, ["P2", "出海", "", "E005", "2026-03-01"]]
    rows = [MEMBERS, ["P2", "E006", "分析", 41, "2026-03-01", None]]
    card = preview(known, ("x.xlsx", book(Projects=project, Memberships=rows)))
    [line] = card.refused
    assert (line["sheet"], line["row"], line["column"], line["reason"]) == ("Memberships", 2, "share", TooMuch.text)
    assert {key: line["params"][key] for key in ("given", "share", "total", "free", "day", "parts")} == {
        "given": "60", "share": "41", "total": "101", "free": "40", "day": "2026-03-01", "parts": "留存攻坚 60 %",
    }  # fmt: skip
    swapped = [MEMBERS, ["P2", "E006", "分析", 90, "2026-03-01", None], ["P1", "E006", "成员", 10, "2026-01-01", None]]
    assert preview(known, ("x.xlsx", book(Projects=project, Memberships=swapped))).refused == []
    short = [MEMBERS, ["P2", "E006", "分析", 90, "2026-03-01", None], ["P1", "E006", "成员", 20, "2026-01-01", None]]
    refused = preview(known, ("x.xlsx", book(Projects=project, Memberships=short))).refused
    assert {line["row"] for line in refused} == {2, 3}


@pytest.mark.req("PEOPLE-05", "BASE-01")
@pytest.mark.parametrize("number", ["E015", "E001", "E016"])
def test_a_membership_of_somebody_who_is_not_yours_refuses_the_file(known: Golden, number: str) -> None:
    """Oneself, somebody above, somebody of the own HR team; as member and as lead."""
    mine = ["P1", number, "成员", 10, "2026-02-01", None]
    with pytest.raises(imports.ForbiddenRows):
        preview(known, ("x.xlsx", book(Memberships=[MEMBERS, ["P1", "E007", "成员", 10, "2026-02-01", None], mine])))
    with pytest.raises(imports.ForbiddenRows):
        preview(known, ("x.xlsx", book(Projects=[PROJECTS, ["P2", "甲", "", number, "2026-01-01", None, None]])))


@pytest.mark.req("PEOPLE-05")
def test_the_export_brings_projects_and_members_and_comes_in_again_unchanged(known: Golden) -> None:
    kept = io.BytesIO()
    queries.company_workbook(known.actor("E015"), kept, lambda done, total: None)
    card = preview(known, ("company.xlsx", kept.getvalue()))
    assert (card.writes, card.refused) == (0, [])
    assert (card.counts["Projects"]["unchanged"], card.counts["Memberships"]["unchanged"]) == (2, 3)
