"""The process map: who answers for the steps that decide a result, and what follows for roles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from beichen.people import queries, rules
from beichen.people.models import ProcessStep, RoleProfile
from beichen.people.rules import processes
from beichen.people.tests.makers import make_process, small
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db, owner_db):
    """The small company with the starter set of roles."""
    with owner_db():
        made = small()
    rules.profiles.take_starter_set(made.actor("HA1"))
    return made


def roles(*codes):
    return [RoleProfile.objects.get(code=code).pk for code in codes]


@pytest.mark.req("PEOPLE-09")
def test_the_map_yields_key_roles_open_steps_and_roles_without_a_step(company):
    sales, product, service = roles("sales", "product", "service")
    make_process(company.actor("HR1"), [sales, product])
    step = processes.StepInput
    second = processes.ProcessInput(
        code="care", name="从咨询到解决",
        steps=[
            step(name="分诊", answers=service, is_bottleneck=True),
            step(name="定位", answers=sales, contributes=[product]),
        ],
    )  # fmt: skip
    processes.save_process(company.actor("HA1"), None, second)
    found = queries.process_map(company.actor("A1"))
    assert [(line.role.code, line.steps, line.bottlenecks) for line in found.key_roles] == [
        ("service", 1, 1), ("sales", 2, 0), ("product", 1, 0),
    ]  # fmt: skip
    assert [(card.code, one.name) for card, one in found.unanswered] == [("lead", "验收")]
    assert {role.code for role in found.idle} == set(RoleProfile.objects.values_list("code", flat=True)) - {
        "sales", "product", "service",
    }  # fmt: skip
    assert [one.name for one in found.processes[0].steps if one.is_bottleneck]


@pytest.mark.req("PEOPLE-09")
def test_only_hr_writes_it_and_lost_updates_are_refused(company):
    for number in ("A1", "M1", "E1", "CA1"):
        with pytest.raises(Forbidden):
            make_process(company.actor(number))
    at = make_process(company.actor("HR1"))
    card = queries.process(company.actor("A1"), at)
    entered = processes.ProcessInput(
        code="lead", name="从线索到回款", steps=[processes.StepInput(name="签约", answers=roles("sales")[0])]
    )
    processes.save_process(company.actor("HA1"), at, entered, card.version)
    with pytest.raises(Changed):
        processes.save_process(company.actor("HR1"), at, entered, card.version)
    assert [step.name for step in queries.process(company.actor("A1"), at).steps] == ["签约"]
    assert Entry.objects.filter(act="people.edit_processes").count() == 2
    with pytest.raises(Forbidden):
        processes.remove_process(company.actor("A1"), at, 2)
    processes.remove_process(company.actor("HA1"), at, 2)
    assert ProcessStep.objects.count() == 0
    with pytest.raises(NotFound):
        queries.process(company.actor("A1"), at)


@pytest.mark.req("PEOPLE-09")
def test_a_step_has_one_answering_role_and_a_process_few_steps(company):
    sales, product = roles("sales", "product")
    step = processes.StepInput(name="签约", answers=sales, contributes=[product])
    good = processes.ProcessInput(code="lead", name="从线索到回款", steps=[step])
    wrong = (
        replace(good, steps=[replace(step, contributes=[sales])]), replace(good, steps=[]),
        replace(good, steps=[step] * 10), replace(good, steps=[replace(step, name=" ")]),
        replace(good, steps=[replace(step, answers=999_999)]), replace(good, name=""),
    )  # fmt: skip
    for entered in wrong:
        with pytest.raises(Invalid):
            processes.save_process(company.actor("HR1"), None, entered)
    processes.save_process(company.actor("HR1"), None, good)
    with pytest.raises(processes.ProcessCodeTaken):
        processes.save_process(company.actor("HR1"), None, good)
