"""The chapter of the bonus: two policies beside each other, one chosen, shared out to the cent, letters sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from beichen.demo.rules.moments import after_quarter
from beichen.demo.rules.reviews import ADMINISTRATORS
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system
from beichen.platform.notify import rules as notify
from beichen.reward import queries, rules
from beichen.reward.rules import load

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place

COMPENSATION, EXECUTIVE = "C015", "C001"
POLICIES: dict[str, tuple[str, dict[str, Any]]] = {
    "A": (
        "按业务结果拉开",
        {
            "company": {"coefficient": "0.96"},
            "units": {
                "BZ": {"coefficient": "1.08"},
                "TE": {"coefficient": "0.95"},
                "PD": {"coefficient": "0.9"},
                "GR": {"coefficient": "0.85"},
            },
            "flattening": {"stable": "0", "exploratory": "0.3", "collaborative": "0.3"},
        },
    ),
    "B": (
        "各部门一致，差距收窄",
        {
            "company": {"coefficient": "0.96"},
            "units": {},
            "flattening": {"stable": "0.3", "exploratory": "0.5", "collaborative": "0.5"},
        },
    ),
}


def share_bonus(actor: Actor, place: Place) -> int:
    """From a draft to locked amounts; the id of the plan. The quarter behind stands in its compensation phase."""
    story, key = place.story, place.story.behind.key
    compensation, executive = place.person(COMPENSATION), place.person(EXECUTIVE)
    with clock.frozen(after_quarter(story, 28)):
        plan_id = rules.create_plan(
            compensation, place.cycles[key], f"{key} 季度奖金", ("方案 A", "方案 B"), name_en=f"Bonus of {key}"
        )
        for scenario in queries.scenarios(compensation, plan_id):
            name, policy = POLICIES[scenario.key]
            rules.edit_scenario(compensation, plan_id, scenario.key, name, policy, scenario.version)
        rules.ask_simulation(compensation, plan_id, _version(compensation, plan_id))
        rules.simulate(system("reward.simulate", "both policies were asked for"), plan_id)
    with clock.frozen(after_quarter(story, 29)):
        rules.choose(compensation, plan_id, "A", _version(compensation, plan_id))
    with clock.frozen(after_quarter(story, 32)):
        load.pass_all_on(actor, plan_id)
        rules.consolidate(compensation, plan_id, _version(compensation, plan_id))
    with clock.frozen(after_quarter(story, 33)):
        for person in (compensation, executive):
            rules.approve(person, plan_id, _version(person, plan_id))
    return plan_id


def send_letters(place: Place, plan_id: int) -> None:
    """Letters go out after the results, as two HR administrators say."""
    with clock.frozen(after_quarter(place.story, 38)):
        for number in ADMINISTRATORS:
            actor = place.person(number)
            rules.ask_letters(actor, plan_id, _version(actor, plan_id))
        rules.send_letters(system("reward.send_letters", "two people agreed"), plan_id)


def read_all(place: Place) -> None:
    """The cast read what that quarter brought them."""
    with clock.frozen(after_quarter(place.story, 41)):
        for player in place.story.cast:
            notify.mark_read(place.person(player.person))


def _version(actor: Actor, plan_id: int) -> int:
    return queries.plan(actor, plan_id).version
