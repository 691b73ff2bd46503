"""The one page: who reads, who writes, versions, and publication by another than the editor."""

from __future__ import annotations

import pytest

from beichen.people.tests.makers import small
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.strategy import queries, rules
from beichen.strategy.forms import PageForm
from beichen.strategy.rules import pages
from tests.cast import client_as, golden

__all__ = ["client_as", "golden"]
BOXES = {
    "target_users": "城市青年",
    "core_value": "三天见效",
    "business_model": "会员",
    "key_capabilities": "推荐",
    "key_metrics": "30 日留存",
}


def entered(**more):
    values = {
        "horizon": "2026",
        "boxes": BOXES,
        "exclusions": ["不做线下"],
        "priorities": [rules.PriorityInput(key="P1", name="留存")],
    }
    return rules.PageInput(**{**values, **more})


@pytest.fixture
def company(db, owner_db):
    from beichen.people.models import Seat
    from beichen.people.tests.makers import START

    with owner_db():
        made = small()
        Seat.objects.create(person=made.people["M1"], seat="EX", scope=made.units["U0"], granted_at=START, granted_by=0)
    return made


@pytest.mark.django_db
@pytest.mark.req("STRAT-01")
def test_a_draft_is_published_by_another_and_the_old_version_stays(company):
    draft = rules.save_draft(company.actor("E1"), None, entered(), 0)
    assert (draft.number, draft.state) == (1, "draft")
    assert queries.current_page(company.actor("A1")) is None
    with pytest.raises(NotFound):
        queries.page(company.actor("A1"), draft.map_id, 1)
    with pytest.raises(pages.EditedByYou):
        rules.publish_page(company.actor("E1"), draft.map_id, draft.version)
    with pytest.raises(Forbidden):
        rules.publish_page(company.actor("A1"), draft.map_id, draft.version)
    first = rules.publish_page(company.actor("M1"), draft.map_id, draft.version)
    assert first.is_current
    identity = queries.priorities(company.actor("A1"))[0].id
    second = rules.save_draft(
        company.actor("M1"),
        draft.map_id,
        entered(
            priorities=[rules.PriorityInput(key="P1", name="留存与活跃"), rules.PriorityInput(key="P2", name="盈利")]
        ),
        0,
    )
    rules.publish_page(company.actor("E1"), draft.map_id, second.version)
    now = queries.current_page(company.actor("A1"))
    assert now is not None
    assert [(p.key, p.name) for p in now.priorities] == [("P1", "留存与活跃"), ("P2", "盈利")]
    assert now.priorities[0].id == identity
    assert queries.page(company.actor("A1"), draft.map_id, 1).priorities[0].name == "留存"
    assert {c.what for c in queries.changes(company.actor("A1"), draft.map_id, 2)} == {"priority P1", "priority P2"}
    assert [v.number for v in queries.history(company.actor("A1"), draft.map_id)] == [2, 1]


@pytest.mark.django_db
@pytest.mark.req("STRAT-01")
def test_editors_are_named_and_lost_updates_refused(company):
    draft = rules.save_draft(company.actor("E1"), None, entered(), 0)
    with pytest.raises(Forbidden):
        rules.save_draft(company.actor("A1"), draft.map_id, entered(), draft.version)
    rules.name_editors(company.actor("E1"), draft.map_id, [company.id("A1")], 1)
    named = queries.draft_page(company.actor("A1"))
    assert named is not None
    assert named.number == 1
    changed = rules.save_draft(company.actor("A1"), draft.map_id, entered(period="上半年"), draft.version)
    with pytest.raises(Changed):
        rules.save_draft(company.actor("E1"), draft.map_id, entered(), draft.version)
    two = [rules.PriorityInput(key="P1", name="a"), rules.PriorityInput(key="P1", name="b")]
    with pytest.raises(Invalid):
        rules.save_draft(company.actor("A1"), draft.map_id, entered(priorities=two), changed.version)


@pytest.mark.django_db
@pytest.mark.req("STRAT-01")
def test_two_who_name_editors_at_once_do_not_undo_each_other(company):
    draft = rules.save_draft(company.actor("E1"), None, entered(), 0)
    read = queries.editors(company.actor("E1"), draft.map_id)
    assert (read.person_ids, read.version) == ((), 1)
    rules.name_editors(company.actor("M1"), draft.map_id, [company.id("A1")], read.version)
    with pytest.raises(Changed):
        rules.name_editors(company.actor("E1"), draft.map_id, [company.id("A2")], read.version)
    rules.name_editors(company.actor("M1"), draft.map_id, [company.id("A1")], read.version)
    now = queries.editors(company.actor("E1"), draft.map_id)
    assert now.person_ids == (company.id("A1"),)
    rules.name_editors(company.actor("E1"), draft.map_id, [company.id("A1"), company.id("A2")], now.version)
    assert len(queries.editors(company.actor("E1"), draft.map_id).person_ids) == 2
    with pytest.raises(Forbidden):
        queries.editors(company.actor("A1"), draft.map_id)


@pytest.mark.req("STRAT-01")
def test_editors_are_named_on_the_page_as_they_were_read(client_as):
    client = client_as("E001")
    at = client.get("/api/v1/strategy").json()["map_id"]
    assert 'name="version" value="1"' in client.get("/strategy/").content.decode()
    assert client.post("/strategy/editors/", {"editors": "E006", "version": "1"}).status_code == 303
    stale = client.post("/strategy/editors/", {"editors": "E007", "version": "1"})
    assert stale.status_code == 409
    bare = client.put(f"/api/v1/strategy/{at}/editors", {"person_ids": []}, content_type="application/json")
    assert (bare.status_code, bare.json()["code"]) == (428, "version_missing")
    now = client.get(f"/api/v1/strategy/{at}/editors").json()
    assert (len(now["person_ids"]), now["version"]) == (1, 2)
    assert client_as("E006").get(f"/api/v1/strategy/{at}/editors").status_code == 403


@pytest.mark.req("STRAT-01")
def test_the_page_by_clicks_and_by_program(golden, client_as):
    client = client_as("E001")
    page = client.get("/strategy/").content.decode()
    assert "核心产品留存与活跃提升" in page
    form = {
        "horizon": "2026",
        "target_users": "城市青年",
        "key_0": "P1",
        "name_0": "留存",
        "owner_0": "E002 林若溪",
        "exclusions": "不做线下\n不做硬件",
        "version": "0",
    }
    assert client.post("/strategy/edit/", form).status_code == 303
    assert "不做硬件" in client.get("/strategy/?draft").content.decode()
    assert "不做硬件" not in client_as("E006").get("/strategy/?draft").content.decode()
    assert client.get("/strategy/history/").status_code == 200
    assert client.post("/strategy/publish/", {"version": "1"}).status_code == 403
    answer = client.get("/api/v1/strategy").json()
    assert [p["key"] for p in answer["priorities"]] == ["P1", "P2", "P3"]
    assert client.get(f"/api/v1/strategy/{answer['map_id']}/versions").json()[0]["state"] == "draft"
    assert client_as("E006").get("/api/v1/strategy/draft").status_code == 404


@pytest.fixture
def two_versions(company):
    """Version 1 says “留存”, version 2 “留存与活跃” and has seven priorities; M1 and E1 hold executive seats."""
    first = rules.save_draft(company.actor("E1"), None, entered(), 0)
    rules.publish_page(company.actor("M1"), first.map_id, first.version)
    rules.set_limit(company.actor("E1"), first.map_id, 7, 1)
    many = [rules.PriorityInput(key=f"P{n}", name=f"重点 {n}") for n in range(1, 8)]
    second = rules.save_draft(company.actor("E1"), first.map_id, entered(priorities=many, period="下半年"), 0)
    rules.publish_page(company.actor("M1"), first.map_id, second.version)
    return first.map_id


@pytest.mark.django_db
@pytest.mark.req("STRAT-01")
def test_any_two_versions_are_compared_and_an_old_wording_comes_back_as_a_draft(company, two_versions):
    same = queries.changes(company.actor("A1"), two_versions, 1, 1)
    back = queries.changes(company.actor("A1"), two_versions, 1, 2)
    assert same == []
    assert next(c for c in back if c.what == "priority P1") == queries.Change("priority P1", "重点 1", "留存")
    with pytest.raises(NotFound):
        queries.changes(company.actor("A1"), two_versions, 1, 9)
    with pytest.raises(Forbidden):
        rules.restore(company.actor("A1"), two_versions, 1, 0)
    draft = rules.restore(company.actor("E1"), two_versions, 1, 0)
    assert (draft.state, draft.number, [p.name for p in draft.priorities]) == ("draft", 3, ["留存"])
    assert queries.changes(company.actor("E1"), two_versions, 3, 1) == []
    with pytest.raises(Changed):
        rules.restore(company.actor("E1"), two_versions, 1, 0)
    now = rules.publish_page(company.actor("M1"), two_versions, draft.version)
    assert [p.name for p in now.priorities] == ["留存"]


@pytest.mark.req("STRAT-01")
def test_the_form_keeps_every_priority_and_names_what_is_missing():
    values = {"horizon": "2026", **{f"name_{n}": f"重点 {n}" for n in range(7)}}
    form = PageForm(values)
    assert [p.name for p in form.entered({}).priorities] == [f"重点 {n}" for n in range(7)]
    with pytest.raises(Invalid) as refused:
        PageForm({"horizon": "2026", "name_0": "", "name_en_0": "Retention"}).entered({})
    assert list(refused.value.fields) == ["name_0"]


@pytest.mark.req("STRAT-01")
def test_versions_are_compared_and_restored_by_clicks(golden, client_as):
    client = client_as("E001")
    assert (
        client.post(
            "/strategy/edit/", {"horizon": "2026", "key_0": "P1", "name_0": "只做留存", "version": "0"}
        ).status_code
        == 303
    )
    answer = client.get("/api/v1/strategy").json()
    at = f"/strategy/{answer['map_id']}/versions/{answer['number']}/"
    html = client.get(at, {"against": answer["number"] + 1}).content.decode()
    assert "只做留存" in html
    assert f"{at}restore/" in html
    assert f"{at}restore/" not in client_as("E006").get(at).content.decode()
    assert client_as("E006").get(at, {"against": answer["number"] + 1}).status_code == 404
    client = client_as("E001")
    assert client.post(f"{at}restore/", {"version": "1"}).status_code == 303
    assert "只做留存" not in client.get("/strategy/?draft").content.decode()
