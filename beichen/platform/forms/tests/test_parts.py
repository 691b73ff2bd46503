"""One form for several raters: what each part asks, what weighs, what comes from records, and what may change."""

from __future__ import annotations

import dataclasses

import pytest

from beichen.platform.forms import formulas, schema
from beichen.platform.forms.ready import REVIEW, REVIEW_ROWS
from beichen.platform.forms.schema import BadForm, Fault, Kind, Option, Question

BOTH = {"zh": "问", "en": "ask"}
EXTRA = Question(key="new", kind=Kind.LONG_TEXT, label=BOTH, row="07c", parts=("peer",))


@pytest.mark.req("REVIEW-02")
def test_each_part_is_asked_its_own_questions_under_its_own_row():
    assert REVIEW.parts() == ["self", "manager", "peer"]
    for part, row in REVIEW_ROWS.items():
        asked = REVIEW.for_part(part)
        assert [each.key for each in asked.questions()] == ["goals", "behaviour", "contribution", "closing"]
        assert asked.rows() == [row]
    assert schema.load(schema.dump(REVIEW)) == REVIEW


@pytest.mark.req("REVIEW-02")
def test_a_section_without_weight_is_left_out_and_open_questions_stay():
    form = formulas.weighed(REVIEW, {"goals": 0, "behaviour": 60, "contribution": 40})
    assert form.weights() == {"behaviour": 60, "contribution": 40}
    assert [each.key for each in form.for_part("self").sections] == ["behaviour", "contribution", "ahead"]


@pytest.mark.req("REVIEW-02", "REVIEW-03")
def test_a_number_from_records_is_entered_by_hand_only_where_there_is_none():
    goals = {"goals": {"score": "80", "text": "亲眼验收"}}
    for part, without, code in (("manager", (), "loaded"), ("self", ("goals",), "loaded"), ("manager", ("goals",), "")):
        faults = schema.validate(REVIEW.for_part(part, without), goals, complete=False)
        assert faults == ({"score_goals": Fault(code)} if code else {}), part
    alone = {"goals": {"score": "80", "text": ""}}
    faults = schema.validate(REVIEW.for_part("manager", ("goals",)), alone, complete=True)
    assert faults["text_goals"] == Fault("reason")


@pytest.mark.req("REVIEW-03")
@pytest.mark.parametrize(("part", "score", "code"), [("self", "60", ""), ("self", "59.99", "evidence"),
                         ("peer", "95.01", "evidence"), ("self", "95", ""), ("manager", "80", "reason")])  # fmt: skip
def test_a_manager_gives_reasons_and_everybody_evidence_where_the_score_is_extreme(part, score, code):
    given = {"behaviour": {"score": score, "text": ""}, "contribution": {"score": "80", "text": "帮了支付组"}}
    faults = schema.validate(REVIEW.for_part(part), given, complete=True)
    assert faults == ({"text_behaviour": Fault(code)} if code else {})


def test_only_who_may_decline_is_offered_reasons():
    offered = {part: REVIEW.for_part(part).decline for part in REVIEW.parts()}
    assert offered["self"] is None
    assert offered["peer"] is not None
    assert len(offered["peer"].reasons) == 3


def test_tidy_answers_lose_space_and_emptiness_and_nothing_else():
    typed = {"behaviour": {"score": " 80 ", "text": " 好 "}, "goals": {"score": None, "text": " "}, "closing": " 学 ",
             "stranger": "x"}  # fmt: skip
    assert schema.tidy(REVIEW.for_part("self"), typed) == {
        "behaviour": {"score": "80", "text": "好"}, "closing": "学", "stranger": "x",
    }  # fmt: skip


@pytest.mark.req("REVIEW-02")
def test_wording_open_questions_and_weights_leave_the_frame_as_it_is():
    more = formulas.added(formulas.added(REVIEW, "ahead", EXTRA), "ahead", EXTRA)
    assert [each.key for each in more.for_part("peer").questions()][-2:] == ["more1", "more2"]
    changed = formulas.worded(formulas.weighed(more, {"goals": 50, "behaviour": 35}), "behaviour", 0, BOTH)
    assert formulas.same_frame(REVIEW, changed)
    moved = formulas.moved(more, "ahead", 4, 3)
    assert [each.key for each in moved.for_part("peer").questions()][-2:] == ["more2", "more1"]
    assert formulas.moved(REVIEW, "ahead", 0, 9) == REVIEW
    assert formulas.removed(formulas.removed(more, "ahead", 4), "ahead", 3) == REVIEW


@pytest.mark.req("REVIEW-02")
def test_what_is_computed_is_no_matter_of_wording():
    limits = dataclasses.replace(REVIEW.sections[1].questions[0], high=200)
    for other in (
        formulas.removed(REVIEW, "behaviour", 0),
        dataclasses.replace(REVIEW, sections=REVIEW.sections[:3]),
        dataclasses.replace(REVIEW, decline=None),
        formulas._with_questions(REVIEW, "behaviour", lambda found: (limits, *found[1:])),
    ):
        assert not formulas.same_frame(REVIEW, other)


def test_a_form_with_two_questions_of_one_key_in_one_part_is_refused():
    twice = formulas._with_questions(REVIEW, "ahead", lambda found: (*found, found[0]))
    outside = dataclasses.replace(REVIEW.sections[1].questions[0], options=(Option("130", BOTH),))
    for wrong in (twice, formulas._with_questions(REVIEW, "ahead", lambda found: (*found, outside))):
        with pytest.raises(BadForm):
            schema.check_form(wrong)
    with pytest.raises(BadForm):
        schema.check_form(formulas.weighed(REVIEW, {"goals": 101}))
