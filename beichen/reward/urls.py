"""Addresses under /reward/."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from beichen.reward.pages import letters, plans, pools


class PolicyKey:
    """A or B."""

    regex = "[AB]"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PolicyKey, "policy_key")

app_name = "reward"
urlpatterns: list[URLPattern] = [
    path("", plans.index, name="index"),
    path("approve/", plans.queue, name="queue"),
    path("plans/new/", plans.new_plan, name="new_plan"),
    path("plans/create/", plans.create_plan, name="create_plan"),
    path("plans/<int:plan_id>/", plans.plan, name="plan"),
    path("plans/<int:plan_id>/busy/", plans.busy, name="busy"),
    path("plans/<int:plan_id>/out/", plans.out, name="out"),
    path("plans/<int:plan_id>/policy/<policy_key:key>/", plans.policy, name="policy"),
    path("plans/<int:plan_id>/policy/<policy_key:key>/save/", plans.save_policy, name="save_policy"),
    path("plans/<int:plan_id>/simulate/", plans.simulate, name="simulate"),
    path("plans/<int:plan_id>/choose/", plans.choose, name="choose"),
    path("plans/<int:plan_id>/consolidate/", plans.consolidate, name="consolidate"),
    path("plans/<int:plan_id>/approve/", plans.approve, name="approve"),
    path("plans/<int:plan_id>/unlock/", plans.unlock, name="unlock"),
    path("plans/<int:plan_id>/letters/", plans.send_letters, name="send_letters"),
    path("plans/<int:plan_id>/pools/", pools.pools, name="pools"),
    path("pools/<int:pool_id>/", pools.pool, name="pool"),
    path("pools/<int:pool_id>/adjust/", pools.adjust, name="adjust"),
    path("pools/<int:pool_id>/pass-on/", pools.pass_on, name="pass_on"),
    path("pools/<int:pool_id>/take-back/", pools.take_back, name="take_back"),
    path("letters/<int:plan_id>/", letters.letter, name="letter"),
    path("letters/<int:plan_id>/<int:person_id>/", letters.letter, name="letter_of"),
    path("people/<int:person_id>/panel/", letters.person_panel, name="person_panel"),
    path("result/<int:review_id>/", letters.of_review, name="of_review"),
]
