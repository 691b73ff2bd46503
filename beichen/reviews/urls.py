"""Addresses under /reviews/."""

from __future__ import annotations

from django.urls import URLPattern, path

from beichen.reviews import panels
from beichen.reviews.pages import deciding, desk, drafts, plans, writing

app_name = "reviews"
urlpatterns: list[URLPattern] = [
    path("", desk.index, name="index"),
    path("parts/<uuid:part_id>/", writing.part, name="part"),
    path("parts/<uuid:part_id>/save/", writing.save_part, name="save_part"),
    path("parts/<uuid:part_id>/submit/", writing.submit_part, name="submit_part"),
    path("parts/<uuid:part_id>/decline/", writing.decline_part, name="decline_part"),
    path("parts/<uuid:part_id>/return/", writing.return_part, name="return_part"),
    path("parts/<uuid:part_id>/versions/", writing.part_versions, name="part_versions"),
    path("<int:review_id>/", deciding.review, name="review"),
    path("<int:review_id>/live/", deciding.live, name="live"),
    path("<int:review_id>/decide/", deciding.decide, name="decide"),
    path("<int:review_id>/result/", deciding.result, name="result"),
    path("<int:review_id>/acknowledge/", deciding.acknowledge, name="acknowledge"),
    path("<int:review_id>/move/", deciding.move_form, name="move_form"),
    path("<int:review_id>/move/do/", deciding.move_grade, name="move_grade"),
    path("<int:review_id>/peers/", writing.peers, name="peers"),
    path("<int:review_id>/peers/add/", writing.nominate, name="nominate"),
    path("<int:review_id>/peers/settle/", writing.settle, name="settle"),
    path("<int:review_id>/peers/<uuid:nomination_id>/withdraw/", writing.withdraw, name="withdraw"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.new_plan, name="new_plan"),
    path("plans/create/", plans.create_plan, name="create_plan"),
    path("plans/<int:plan_id>/", plans.plan, name="plan"),
    path("plans/<int:plan_id>/form/", plans.edit_plan_form, name="edit_plan_form"),
    path("plans/<int:plan_id>/edit/", plans.edit_plan, name="edit_plan"),
    path("plans/<int:plan_id>/questions/", drafts.form, name="form"),
    path("plans/<int:plan_id>/questions/edit/", drafts.edit_form, name="edit_form"),
    path("plans/<int:plan_id>/preview/", drafts.preview, name="preview"),
    path("plans/<int:plan_id>/launch/", plans.launch, name="launch"),
    path("plans/<int:plan_id>/phase/", plans.move_phase, name="move_phase"),
    path("plans/<int:plan_id>/remind/", plans.remind, name="remind"),
    path("plans/<int:plan_id>/lock/", plans.lock, name="lock"),
    path("plans/<int:plan_id>/unlock/", plans.unlock, name="unlock"),
    path("plans/<int:plan_id>/release/", plans.release, name="release"),
    path("plans/<int:plan_id>/calibration/", deciding.board, name="board"),
    path("plans/<int:plan_id>/calibration/close/", deciding.close_session, name="close_session"),
    path("people/<int:person_id>/panel/", panels.person_panel, name="person_panel"),
    path("home/panel/", panels.home_panel, name="home_panel"),
]
