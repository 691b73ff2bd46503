"""The pages, as people open them: who gets in, what stands there, how many statements it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beichen.people import queries
from beichen.people.models import OrgChange, OrgUnit, Person, Seat
from beichen.people.tests.makers import outside
from beichen.platform.kit import clock
from tests.cast import Golden

SignIn = Callable[[str], Client]
MOST_QUERIES = 15
COMPANY = ["people:imports", "people:seats", "people:changes", "people:cycles", "people:codes"]


def own(statements: list[dict[str, str]]) -> list[str]:
    """Statements of the page itself: not of the session, the transaction or who asks."""
    frame = ("SAVEPOINT", "RELEASE", "set_config", "django_session", "identity_", "usersessions", "notify_", "audit_")
    return [one["sql"] for one in statements if not any(word in one["sql"] for word in frame)]


@pytest.mark.req("PEOPLE-01", "PEOPLE-02")
@pytest.mark.parametrize("number", ["E001", "E006", "E014", "E015"])
def test_everybody_opens_the_organisation_at_home(client_as: SignIn, golden: Golden, number: str) -> None:
    client = client_as(number)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        answer = client.get(reverse("people:home"))
    assert answer.status_code == 200
    assert 'aria-current="page"' in answer.content.decode()
    assert len(own(counted.captured_queries)) <= MOST_QUERIES, "\n".join(own(counted.captured_queries))


@pytest.mark.parametrize("name", COMPANY)
def test_company_pages_open_to_hr_and_to_nobody_else(client_as: SignIn, name: str) -> None:
    hr = client_as("E015")
    with CaptureQueriesContext(connection) as counted:
        assert hr.get(reverse(name)).status_code == 200
    assert len(own(counted.captured_queries)) <= MOST_QUERIES
    if name != "people:cycles":
        assert client_as("E006").get(reverse(name)).status_code in (403, 404)


@pytest.mark.req("PEOPLE-01")
def test_a_unit_is_changed_as_it_was_read(client_as: SignIn, golden: Golden) -> None:
    hr, unit = client_as("E015"), golden.unit("U12")
    address, program = reverse("people:unit_edit", args=[unit]), f"/api/v1/people/units/{unit}"
    read = hr.get(program).json()
    assert f'name="version" value="{read["version"]}"' in hr.get(address).content.decode()
    wanted = {"code": "U12", "name": "体验组", "kind": read["kind"], "parent": "U1", "role_type": read["role_type"]}
    assert hr.post(address, {**wanted, "version": read["version"] + 1}).status_code == 409
    assert hr.post(address, {**wanted, "version": read["version"]}).status_code == 303
    body = {"code": "U12", "name": "体验组", "kind": read["kind"], "parent_id": read["parent_id"]}
    for version, status in ((None, 428), (read["version"] + 1, 409), (read["version"], 202)):
        sent = body if version is None else {**body, "version": version}
        assert hr.put(program, sent, content_type="application/json").status_code == status


@pytest.mark.req("PEOPLE-02")
def test_person_page_shows_level_only_to_whom_the_table_says(client_as: SignIn, golden: Golden) -> None:
    address = reverse("people:person", args=[golden.id("E009")])
    for number, sees in {"E009": True, "E005": True, "E002": True, "E001": True, "E015": True, "E004": False,
                         "E011": False}.items():  # fmt: skip
        client = client_as(number)
        with CaptureQueriesContext(connection) as counted:
            answer = client.get(address)
        assert answer.status_code == 200
        assert ("2024" in answer.content.decode()) is sees, number
        assert len(own(counted.captured_queries)) <= MOST_QUERIES


@pytest.mark.req("PEOPLE-02")
def test_a_long_list_of_reports_ends_and_leads_to_the_chart(
    client_as: SignIn, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = golden.id("E001")
    some = queries.reports_of(golden.actor("E001"))
    for many, shown, is_cut in ((20, 20, False), (21, 20, True)):
        monkeypatch.setattr(queries, "around", lambda *_: (None, (some * 21)[:many]))  # noqa: B023
        text = client_as("E001").get(reverse("people:person", args=[chief])).content.decode()
        assert text.count("<li>", text.index("people-faces"), text.index("</ul>", text.index("people-faces"))) == shown
        assert (f"查看全部 {many} 人" in text) == is_cut


def test_as_of_a_day_is_answered_from_the_assignments(client_as: SignIn, golden: Golden) -> None:
    address = reverse("people:as_of", args=[golden.unit("U12")])
    page = client_as("E015").get(address, {"day": "2026-05-15"}).content.decode()
    assert "马骁" in page
    assert "吴桐" not in page
    assert "吴桐" in client_as("E015").get(address, {"day": "2026-05-16"}).content.decode()
    assert client_as("E006").get(address).status_code == 403


def test_search_finds_by_pinyin_and_by_unit(client_as: SignIn, golden: Golden) -> None:
    found = client_as("E006").get(reverse("people:search"), {"q": "xu zhi"}).content.decode()
    assert "许知微" in found
    assert "增长中心" in client_as("E006").get(reverse("people:search"), {"q": "增长"}).content.decode()


@pytest.mark.req("PEOPLE-02")
def test_two_people_move_somebody_through_the_pages(client_as: SignIn, golden: Golden, owner_db: Any) -> None:
    asker, second = client_as("E015"), client_as("E016")
    address = reverse("people:move", args=[golden.id("E009")])
    assert asker.get(address).status_code == 200
    assert client_as("E006").get(address).status_code == 403
    sent = {"first": "2026-06-01", "unit": "U11 核心产品组", "manager": "E004", "position": "工程师", "level": "L5"}
    assert asker.post(address, sent).status_code == 303
    with owner_db():
        change = OrgChange.objects.get()
        assert Person.objects.get(number="E009").unit_id == golden.unit("U12")
    assert "马骁" in second.get(reverse("people:changes")).content.decode()
    confirm = reverse("people:change_confirm", args=[change.pk])
    assert asker.post(confirm).status_code == 403
    assert second.post(confirm).status_code == 303
    with owner_db():
        moved = Person.objects.get(number="E009")
        assert (moved.unit_id, moved.manager_id) == (golden.unit("U11"), golden.id("E004"))


def test_a_wrong_number_is_said_at_its_field(client_as: SignIn, golden: Golden) -> None:
    address = reverse("people:move", args=[golden.id("E009")])
    sent = {"first": "2026-06-01", "unit": "U11", "manager": "E999"}
    answer = client_as("E015").post(address, sent)
    assert answer.status_code == 422
    assert 'id="id_manager_error"' in answer.content.decode()


@pytest.mark.req("BASE-01")
def test_a_seat_is_asked_for_by_one_and_granted_by_another(client_as: SignIn, golden: Golden, owner_db: Any) -> None:
    with owner_db():
        Seat.objects.create(
            person_id=golden.id("E006"), seat="PA", scope_id=golden.unit("U0"), granted_at="2026-01-01T00:00Z"
        )
    sent = {"person": "E007", "seat": "AU", "scope": "U0"}
    assert client_as("E015").post(reverse("people:seat_ask"), sent).status_code == 403
    assert client_as("E006").post(reverse("people:seat_ask"), sent).status_code == 303
    with owner_db():
        seat = Seat.objects.get(seat="AU")
    grant = reverse("people:seat_grant", args=[seat.pk])
    assert client_as("E006").post(grant).status_code == 403
    assert client_as("E007").get(reverse("people:seats")).status_code == 403
    assert client_as("E015").post(grant).status_code == 303
    assert client_as("E007").get(reverse("people:seats")).status_code == 200
    assert client_as("E006").post(reverse("people:seat_revoke", args=[seat.pk])).status_code in (303, 403)


@pytest.mark.req("PEOPLE-01")
def test_a_cycle_is_started_and_moved_by_two(client_as: SignIn, golden: Golden, owner_db: Any) -> None:
    with owner_db():
        outside(OrgUnit.objects.get(code="U0"))
    first, second = client_as("E015"), client_as("E016")
    assert first.post(reverse("people:cycle_start"), {"period": "2026Q3", "scope": "U0"}).status_code == 303
    page = first.get(reverse("people:cycles")).content.decode()
    assert "2026Q3" in page
    from beichen.people import queries

    cycle = queries.cycles(golden.actor("E015"))[0]
    address = reverse("people:cycle_move", args=[cycle.id])
    first.post(address, {"to": "C01", "version": cycle.version})
    assert queries.cycle(golden.actor("E015"), cycle.id).phase == "C00"
    second.post(address, {"to": "C01", "version": cycle.version})
    assert queries.cycle(golden.actor("E015"), cycle.id).phase == "C01"


@pytest.mark.req("BASE-07")
def test_more_seats_cost_no_more_statements(client_as: SignIn, golden: Golden, owner_db: Any) -> None:
    client, at = client_as("E015"), reverse("people:seats")
    costs = []
    for numbers in (("E006",), ("E007", "E008", "E011")):
        with owner_db():
            for number in numbers:
                Seat.objects.create(
                    person_id=golden.id(number), seat="AU", scope_id=golden.unit("U0"), asked_by=golden.id("E014"),
                    granted_by=golden.id("E015"), granted_at=clock.now(),
                )  # fmt: skip
        client.get(at)
        with CaptureQueriesContext(connection) as counted:
            client.get(at)
        costs.append(len(own(counted.captured_queries)))
    assert costs[0] == costs[1] <= MOST_QUERIES
