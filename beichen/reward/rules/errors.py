"""The sentences people meet when a bonus act is refused."""

from __future__ import annotations

from beichen.platform.kit.errors import Forbidden, Invalid, Refused, gettext_noop


class PlanDecided(Refused):
    code = "plan_decided"
    text = gettext_noop("A policy of this plan was chosen already. Its settings do not change any more.")


class WrongState(Refused):
    code = "wrong_state"
    text = gettext_noop("This step belongs to another state of the plan; it is in “%(now)s” now.")


class StillComputing(Refused):
    code = "still_computing"
    text = gettext_noop("The plan is being computed. Wait for it to end, then try again.")


class NotSimulated(Refused):
    code = "not_simulated"
    text = gettext_noop("This policy has no result yet, or was changed after it. Simulate first.")


class NoResults(Refused):
    code = "no_results"
    text = gettext_noop("No result of this cycle is locked yet. A bonus is computed from locked results.")


class UnknownUnit(Invalid):
    code = "unknown_unit"
    text = gettext_noop("There is no unit %(unit)s in this company.")


class FloorsTooHigh(Refused):
    code = "floors_too_high"
    text = gettext_noop("In %(unit)s the floors add up to more than the pool. Lower the floor or raise the pool.")


class SeveralCurrencies(Refused):
    code = "several_currencies"
    text = gettext_noop("In %(unit)s people are paid in several currencies. One pool has one currency.")


class TooLate(Refused):
    code = "too_late"
    text = gettext_noop("Adjustments could be proposed until %(day)s.")


class PassedOn(Refused):
    code = "passed_on"
    text = gettext_noop(
        "This pool was passed on. Ask the next manager to take it up with the compensation administrator."
    )


class PoolsWaiting(Refused):
    code = "pools_waiting"
    text = gettext_noop("%(count)s pools have not been passed on yet: %(units)s.")


class OtherSeatNeeded(Forbidden):
    code = "other_seat_needed"
    text = gettext_noop(
        "One seat has agreed already. The other one must agree now: compensation and executive together."
    )


class OwnEdit(Forbidden):
    code = "own_edit"
    text = gettext_noop("You adjusted awards of this pool. Somebody else has to pass it on.")


class NobodyReleased(Refused):
    code = "nobody_released"
    text = gettext_noop("Every letter that may go out is out. The others follow when their rating is released.")
