"""The API door: every operation declares its permission here and runs as its actor.

@router.post("/{goal_id}/approve", response=GoalOut, operation_id="goals_approve")
@door(APPROVE)
def approve(request: ApiRequest, goal_id: int) -> Goal:
    return rules.approve_goal(request.actor, goal_id, request.version)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.operation import Operation
from ninja.utils import contribute_operation_callback

from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import Permission, not_for_leavers
from beichen.platform.api import problems
from beichen.platform.api.idempotency import once
from beichen.platform.api.requests import actor_of, body_fields, prepared
from beichen.platform.auth import choices
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, Refused, gettext_noop

F = TypeVar("F", bound=Callable[..., Any])
Run = Callable[..., HttpResponseBase]
READS = ("GET", "HEAD")


class UnknownParameter(Invalid):
    code = "unknown_parameter"
    text = gettext_noop("This address has no such parameter.")


class UnknownField(Invalid):
    code = "unknown_field"
    text = gettext_noop("This address has no such field.")


def door(permission: Permission, *, reads: str = "", leavers: bool = False) -> Callable[[F], F]:
    """Declare who may use an operation; put it right above the function, below `@router.…`.

    A GET runs, with its answer drawn, inside the actor's transaction. A write runs in none: its rule opens its own,
    and an `Idempotency-Key` makes it happen once. `reads` is the highest class the answer holds ("C4"), for tokens;
    where it is not given it is the class of the permission's row, and C4 when the row depends on the object.
    Whoever left enters only where it says `leavers`.
    """

    def declare(operation: F) -> F:
        operation.permission, operation.leavers = permission, leavers  # type: ignore[attr-defined]
        contribute_operation_callback(operation, lambda made: _guard(made, permission, reads, shut=not leavers))
        return operation

    return declare


def _guard(operation: Operation, permission: Permission, reads: str, *, shut: bool) -> None:
    """Wrap what ninja runs, answer included; `_run_decorators` is what it applies again to its own copies."""
    parameters, takes_body = _query_names(operation), _takes_body(operation)

    def decorate(run: Run) -> Run:
        @wraps(run)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            try:
                if actor_of(request) is not None:
                    _only_known(request, parameters, takes_body=takes_body)
                return _enter(request, lambda: run(request, **kwargs), permission, reads, shut=shut)
            except Refused as refusal:
                return problems.refused(request, refusal)

        return guarded

    made: Any = operation
    made.run = decorate(operation.run)
    made._run_decorators = [*getattr(operation, "_run_decorators", []), decorate]


def _enter(
    request: HttpRequest,
    run: Callable[[], HttpResponseBase],
    permission: Permission,
    reads: str,
    *,
    shut: bool,
) -> HttpResponseBase:
    actor = actor_of(request)
    if actor is None:
        return run()
    asked = prepared(request)
    if actor.scopes is not None:
        within_scopes(actor, permission, write=request.method not in READS, reads=reads)
    if request.method not in READS:
        if shut and getattr(request.user, "limited_at", None) is not None:
            with acting(actor):
                not_for_leavers(actor)
        return once(asked, run)
    with acting(actor):
        if shut:
            not_for_leavers(actor)
        return run()


def within_scopes(actor: Actor, permission: Permission, *, write: bool, reads: str = "") -> None:
    """G16: a token stays inside its scopes, never touches class C5 and never does an act of two people."""
    scopes = actor.scopes if actor.scopes is not None else frozenset()
    data_class = reads or _class_of(permission)
    if data_class == "C5" or (write and _needs_two(permission)):
        raise problems.OutOfScope
    allowed = (
        choices.may_write(scopes, permission.key.partition(".")[0])
        and (data_class < "C4" or choices.may_read(scopes, data_class))
        if write
        else choices.may_read(scopes, data_class)
    )
    if not allowed:
        raise problems.OutOfScope


def _class_of(permission: Permission) -> str:
    """The class of the permission's row; one that depends on the object counts as C4."""
    if callable(permission.row):
        return "C4"
    return policy.row(permission.row).sensitivity if permission.row else "C3"


def _needs_two(permission: Permission) -> bool:
    """Whether every way to this act takes two people; where only some do, the rule's `two_person` refuses tokens."""
    if callable(permission.row) or not permission.row:
        return False
    row = policy.row(permission.row)
    ways = {c for c, cell in row.cells.items() if permission.code in cell and c in (permission.only or policy.COLUMNS)}
    return bool(ways) and ways <= row.needs_two


def _only_known(request: HttpRequest, parameters: frozenset[str], *, takes_body: bool) -> None:
    """Refuse what would otherwise be dropped without a word: parameters, and fields where nothing takes a body."""
    unknown = sorted(set(request.GET) - parameters)
    if unknown:
        raise UnknownParameter(fields=dict.fromkeys(unknown, UnknownParameter.text))
    if request.method not in READS and not takes_body and (fields := body_fields(request) - {"version"}):
        raise UnknownField(fields=dict.fromkeys(sorted(fields), UnknownField.text))


def _takes_body(operation: Operation) -> bool:
    return any(model.__ninja_param_source__ in ("body", "form", "file") for model in operation.models)


def _query_names(operation: Operation) -> frozenset[str]:
    """The parameters an operation takes from the query."""
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return frozenset(name for model in models for name in getattr(model, "__ninja_flatten_map__", {}))
