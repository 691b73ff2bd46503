"""The form of a plan: changed while it is a draft, frozen at launch, seen by each rater, answered and read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from beichen.platform.forms.formulas import added, weighed
from beichen.platform.forms.models import FormVersion
from beichen.platform.forms.schema import Kind, Question, dump
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Changed, Forbidden, NotFound
from beichen.reviews import queries, rules
from beichen.reviews.models import ReviewPlan
from beichen.reviews.rules import errors
from beichen.reviews.tests.makers import World, client, world

pytestmark = pytest.mark.django_db
ASK = {"zh": "哪件事你会换一种做法？", "en": "What would you do another way?"}
FOR_PEERS = Question(key="new", kind=Kind.LONG_TEXT, label=ASK, row="07c", parts=("peer",), longest=4_000)


@pytest.fixture
def draft(owner_db, worker_db) -> World:
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in ("A1", "A2")])
    return made


def _form(made: World, by: str = "HR2"):
    return queries.plan(made.actor(by), made.plan_id).form


@pytest.mark.req("REVIEW-02")
def test_a_plan_starts_with_the_weights_and_limits_of_its_cycle(draft):
    form = _form(draft)
    assert form.weights() == {"goals": 60, "behaviour": 25, "contribution": 15}
    asked = form.for_part("self").question("behaviour")
    assert (asked.low, asked.high, asked.evidence_below, asked.evidence_above) == (0, 120, 60, 95)


@pytest.mark.req("REVIEW-02")
def test_a_question_added_to_a_draft_is_asked_answered_and_read(draft):
    rules.edit_form(draft.actor("HR2"), draft.plan_id, added(_form(draft), "ahead", FOR_PEERS), 1)
    draft.launch()
    draft.phase("C04")
    draft.invite("A2", "B1", "B2", "A1")
    for peer in ("B1", "B2", "A1"):
        part = draft.part("A2", peer, "peer")
        assert ASK["zh"] in client(draft, peer).get(f"/reviews/parts/{part}/").content.decode()
        answers = {key: {"score": "80", "text": "一起排障"} for key in ("behaviour", "contribution")}
        rules.submit_part(draft.actor(peer), part, {**answers, "more1": f"早一天说清楚 {peer}"}, "", 0)
    draft.phase("C05")
    page = client(draft, "M1").get(f"/reviews/{draft.reviews['A2']}/").content.decode()
    assert ASK["zh"] in page
    assert "早一天说清楚 B1" in page
    own = draft.part("A2", "A2", "self")
    assert ASK["zh"] not in client(draft, "A2").get(f"/reviews/parts/{own}/").content.decode()


@pytest.mark.req("REVIEW-01", "REVIEW-02")
def test_a_launched_plan_never_changes(draft):
    form = weighed(_form(draft), {"goals": 50, "behaviour": 35})
    draft.launch()
    with pytest.raises(errors.PlanFrozen):
        rules.edit_form(draft.actor("HR2"), draft.plan_id, form, draft.version())
    with draft.owner():
        plan = ReviewPlan.objects.select_related("form").get(pk=draft.plan_id)
        assert plan.form.used_at is not None
        other = FormVersion.objects.create(key="review", version=99, schema=dump(form), created_at=clock.now())
        changes: list[dict[str, Any]] = [{"form": other}, {"settings": {}}, {"population": {}}]
        for change in changes:
            with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
                ReviewPlan.objects.filter(pk=plan.pk).update(**change)
        with pytest.raises(DatabaseError, match="is in use"), transaction.atomic():
            FormVersion.objects.filter(pk=plan.form_id).update(schema={})


@pytest.mark.req("REVIEW-02")
def test_what_would_change_the_arithmetic_or_a_right_is_refused(draft):
    form, hr = _form(draft), draft.actor("HR2")
    with pytest.raises(errors.BadWeights) as caught:
        rules.edit_form(hr, draft.plan_id, weighed(form, {"goals": 70}), 1)
    assert "110" in str(caught.value)
    for wrong in (
        Question(key="new", kind=Kind.LONG_TEXT, label=ASK, row="06b", parts=("peer",)),
        Question(key="new", kind=Kind.SCORE, label=ASK, row="07c", parts=("peer",)),
        Question(key="new", kind=Kind.LONG_TEXT, label=ASK, row="07c"),
        Question(key="new", kind=Kind.LONG_TEXT, label=ASK, row="05b", parts=("upward",)),
    ):
        with pytest.raises(errors.NotThisForm):
            rules.edit_form(hr, draft.plan_id, added(form, "ahead", wrong), 1)
    half = Question(key="new", kind=Kind.LONG_TEXT, label={"zh": "问", "en": " "}, row="07c", parts=("peer",))
    with pytest.raises(errors.BadQuestion):
        rules.edit_form(hr, draft.plan_id, added(form, "ahead", half), 1)
    with pytest.raises(Changed):
        rules.edit_form(hr, draft.plan_id, form, 7)
    with pytest.raises(NotFound):
        rules.edit_form(draft.actor("A2"), draft.plan_id, form, 1)
    assert _form(draft) == form


@pytest.mark.req("REVIEW-02")
def test_hr_changes_the_form_on_a_page_and_looks_at_it_as_each_rater(draft):
    hr, url = client(draft, "HR2"), f"/reviews/plans/{draft.plan_id}/"
    body = hr.get(f"{url}questions/").content.decode()
    assert "哪件事体现了我们的价值观" in body
    sent = {"version": 1, "weight.goals": "50", "weight.behaviour": "30", "weight.contribution": "20",
            "zh.behaviour.0": "请写一件事", "en.behaviour.0": "Name one thing", "act": "add:ahead",
            "part.ahead": "peer", "zh.ahead.new": ASK["zh"], "en.ahead.new": ASK["en"]}  # fmt: skip
    refused = hr.post(f"{url}questions/edit/", {**sent, "weight.goals": "60"})
    assert refused.status_code == 422
    assert "请写一件事" in refused.content.decode()
    assert ASK["zh"] in refused.content.decode()
    assert hr.post(f"{url}questions/edit/", sent).status_code == 303
    seen = {role: hr.get(f"{url}preview/?as={role}").content.decode() for role in ("self", "manager", "peer")}
    assert "请写一件事" in seen["self"]
    assert [role for role, body in seen.items() if ASK["zh"] in body] == ["peer"]
    assert hr.get(url).context["weights"] == [50, 30, 20]
    up = {"version": 2, "act": "up:ahead:3"}
    assert hr.post(f"{url}questions/edit/", up).status_code == 303
    assert [each.key for each in _form(draft).for_part("peer").questions()][-2:] == ["more1", "closing"]
    assert hr.post(f"{url}questions/edit/", {"version": 3, "act": "remove:ahead:2"}).status_code == 303
    assert [each.key for each in _form(draft).for_part("peer").questions()][-1] == "closing"
    for path in ("questions/", "preview/"):
        assert client(draft, "A2").get(f"{url}{path}").status_code in (403, 404)


@pytest.mark.req("BASE-03", "REVIEW-02")
def test_the_form_is_read_and_changed_by_api(draft):
    hr, url = client(draft, "HR2"), f"/api/v1/reviews/plans/{draft.plan_id}/form"
    form = hr.get(url).json()["form"]
    form["sections"][0]["weight"], form["sections"][1]["weight"] = 50, 35
    answer = hr.put(url, json.dumps({"version": 1, "form": form}), content_type="application/json")
    assert answer.status_code == 200
    assert _form(draft).weights() == {"goals": 50, "behaviour": 35, "contribution": 15}
    form["sections"][1]["questions"][0]["high"] = 200
    answer = hr.put(url, json.dumps({"version": 2, "form": form}), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_this_form")
    answer = hr.put(url, json.dumps({"version": 2, "form": {"sections": 7}}), content_type="application/json")
    assert answer.status_code == 422
    with pytest.raises((Forbidden, NotFound)):
        rules.edit_form(draft.actor("M1"), draft.plan_id, _form(draft), 2)


@pytest.mark.req("REVIEW-03")
def test_who_declines_says_why_and_leaves_room_for_another(draft):
    draft.launch()
    draft.phase("C04")
    chosen = [n for n in draft.company.people if n not in ("A2", "M1")][:6]
    draft.invite("A2", *chosen)
    with pytest.raises(errors.TooManyPeers):
        draft.invite("A2", *[n for n in draft.company.people if n not in (*chosen, "A2", "M1")][:1])
    part = draft.part("A2", chosen[0], "peer")
    peer = client(draft, chosen[0])
    assert "保密" in peer.get(f"/reviews/parts/{part}/").content.decode()
    assert peer.post(f"/reviews/parts/{part}/decline/", {"reason": ""}).status_code == 422
    assert peer.post(f"/reviews/parts/{part}/decline/", {"reason": "too_little"}).status_code == 303
    draft.invite("A2", *[n for n in draft.company.people if n not in (*chosen, "A2", "M1")][:1])
    url = f"/reviews/{draft.reviews['A2']}/peers/"
    assert "共事太少" in client(draft, "M1").get(url).content.decode()
    assert "共事太少" not in client(draft, "A2").get(url).content.decode()


@pytest.mark.req("REVIEW-03", "REVIEW-09")
@pytest.mark.parametrize("answers", [2, 3])
def test_a_single_peers_score_is_nobodys_to_read(draft, answers):
    """Under three nothing counts and the person reads no words; from three on the mean does. No score ever shows."""
    draft.launch()
    draft.phase("C04")
    peers = ["B1", "B2", "A1"][:answers]
    draft.invite("A2", *peers)
    for peer, score in zip(peers, ("61.37", "72.41", "83.59"), strict=False):
        draft.write("A2", peer, "peer", {"behaviour": score, "contribution": score}, text=f"同行的话 {peer}")
    draft.phase("C05")
    for subject in ("A1", "A2"):
        draft.write(subject, "M1", "manager", {"behaviour": "80", "contribution": "80", "goals": "80"})
        sheet = queries.review_sheet(draft.actor("M1"), draft.reviews[subject])
        assert sheet.live is not None
        rules.decide(draft.actor("M1"), draft.reviews[subject], str(sheet.live.suggested), "", 1)
    for phase, step in (("C06", ""), ("C07", "lock"), ("C09", "release")):
        draft.phase(phase)
        if step:
            draft.step(step)
    review = draft.reviews["A2"]
    text = {}
    for number in ("A2", "M1", "E1", "HR2"):
        reader = client(draft, number)
        pages = [f"/reviews/{review}/", f"/reviews/{review}/result/", f"/api/v1/reviews/{review}",
                 f"/api/v1/reviews/{review}/result"]  # fmt: skip
        text[number] = "".join(reader.get(url).content.decode() for url in pages)
        for score in ("61.37", "72.41", "83.59"):
            assert score not in text[number], f"{number} {score}"
    assert "同行的话 B1" in text["M1"]
    assert ("同行的话 B1" in text["A2"]) == (answers == 3)
    assert ("72.46" in text["A2"]) == (answers == 3)


@pytest.mark.req("REVIEW-03")
def test_no_setting_lowers_how_many_peers_count(draft):
    from beichen.reviews.formulas.results import plan_rules

    settings = {**queries.plan(draft.actor("HR2"), draft.plan_id).settings}
    for entered, needed in ((1, 3), (3, 3), (4, 4)):
        settings["peers"] = {**settings["peers"], "count_min": {"confidential": entered}}
        assert plan_rules(settings, {"goals": 100}).peers_needed == needed
