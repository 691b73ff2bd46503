from django.urls import path

from beichen.goals.pages import agreement, alignments, goals, plans, reports

app_name = "goals"
urlpatterns = [
    path("", plans.plan, name="plan"),
    path("team/", plans.team, name="team"),
    path("all/", plans.all_goals, name="all"),
    path("inbox/", plans.inbox, name="inbox"),
    path("coverage/", plans.coverage, name="coverage"),
    path("panel/", plans.home_panel, name="home_panel"),
    path("people/<int:person_id>/", plans.person_plan, name="person_plan"),
    path("people/<int:person_id>/panel/", plans.person_panel, name="person_panel"),
    path("new/", goals.new_goal, name="new"),
    path("<int:goal_id>/", goals.goal, name="goal"),
    path("<int:goal_id>/edit/", goals.edit_goal, name="edit"),
    path("<int:goal_id>/propose/", goals.propose, name="propose"),
    path("<int:goal_id>/approve/", goals.approve, name="approve"),
    path("<int:goal_id>/return/", goals.give_back, name="return"),
    path("<int:goal_id>/agreement/", agreement.panel, name="agreement"),
    path("<int:goal_id>/decide/", agreement.decide, name="decide"),
    path("<int:goal_id>/hand-on/", agreement.hand_on, name="hand_on"),
    path("<int:goal_id>/doubt/", agreement.doubt, name="doubt"),
    path("team/approve/", agreement.approve_many, name="approve_many"),
    path("<int:goal_id>/withdraw/", goals.withdraw, name="withdraw"),
    path("<int:goal_id>/discard/", goals.discard, name="discard"),
    path("<int:goal_id>/align/", alignments.align, name="align"),
    path("<int:goal_id>/key-results/new/", goals.new_key_result, name="new_key_result"),
    path("key-results/<int:key_result_id>/edit/", goals.edit_key_result, name="edit_key_result"),
    path("key-results/<int:key_result_id>/drop/", goals.drop_key_result, name="drop_key_result"),
    path("key-results/<int:key_result_id>/update/", reports.update, name="update"),
    path("key-results/<int:key_result_id>/reports/", reports.reports, name="reports"),
    path("alignments/<int:alignment_id>/accept/", alignments.accept, name="accept"),
    path("alignments/<int:alignment_id>/decline/", alignments.decline, name="decline"),
    path("alignments/<int:alignment_id>/end/", alignments.end, name="end_alignment"),
]
