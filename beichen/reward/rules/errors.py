"""The sentences people meet when a bonus act is refused."""

from __future__ import annotations

from beichen.platform.kit.errors import Forbidden, Invalid, Refused, gettext_noop


class PlanDecided(Refused):
    code = "plan_decided"
    text = gettext_noop("A policy has already been chosen for this plan. Its settings can no longer change.")


class WrongState(Refused):
    code = "wrong_state"
    text = gettext_noop("This step is not possible now; the plan is in “%(now)s”.")


class StillComputing(Refused):
    code = "still_computing"
    text = gettext_noop("The plan is being calculated. Wait until it has finished, then try again.")


class NotSimulated(Refused):
    code = "not_simulated"
    text = gettext_noop("This policy has no result yet, or has changed since. Simulate first.")


class NoResults(Refused):
    code = "no_results"
    text = gettext_noop("No results in this cycle are locked yet. Bonuses are calculated from locked results.")


class UnknownUnit(Invalid):
    code = "unknown_unit"
    text = gettext_noop("There is no unit %(unit)s in this company.")


class FloorsTooHigh(Refused):
    code = "floors_too_high"
    text = gettext_noop("In %(unit)s the floors add up to more than the pool. Lower the floor or increase the pool.")


class SeveralCurrencies(Refused):
    code = "several_currencies"
    text = gettext_noop("People in %(unit)s are paid in several currencies. A pool can only have one currency.")


class UnitClosed(Refused):
    code = "unit_closed"
    text = gettext_noop(
        "%(unit)s is closed and has no pool, but people would be paid from it. "
        "Transfer whoever is still in it, or choose “The unit on the last day”."
    )


class TooLate(Refused):
    code = "too_late"
    text = gettext_noop("Adjustments were possible until %(day)s.")


class PassedOn(Refused):
    code = "passed_on"
    text = gettext_noop(
        "This pool has been passed on. Ask the next manager to raise it with the compensation administrator."
    )


class PoolsWaiting(Refused):
    code = "pools_waiting"
    text = gettext_noop("%(count)s pools have not been passed on yet: %(units)s.")


class OtherSeatNeeded(Forbidden):
    code = "other_seat_needed"
    text = gettext_noop(
        "One seat has already approved. Now the other must: compensation and executive approve together."
    )


class OwnEdit(Forbidden):
    code = "own_edit"
    text = gettext_noop("You adjusted awards in this pool. Somebody else has to pass it on.")


class NobodyReleased(Refused):
    code = "nobody_released"
    text = gettext_noop(
        "Every letter that can be sent has been sent. The others follow once their results are released."
    )
