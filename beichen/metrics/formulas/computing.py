"""What a formula gives: exactly in Python, and as SQL for all subjects at once; both give the same, digit for digit.

Between the parts stand exact fractions. The result is rounded once, half-even, to the six digits in which values are
kept. A missing part makes the result missing, but for or_else; so does a division by zero, unless the metric's policy
says that it gives 0. What is too large for a value counts as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from beichen.metrics.formulas.expressions import Call, Choice, Node, Number, Operation, Ref, every, refs
from beichen.platform.kit.rounding import half_even

PLACES = 6
SCALE = 10**PLACES
LARGEST = 10**18
LONGEST_INLINE = 160

_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def exact(node: Node, values: Mapping[Ref, Decimal | Fraction | None], *, zero_gives_zero: bool) -> Fraction | None:
    """The exact value, None where it is missing; `values` may leave out what is missing."""

    def of(part: Node) -> Fraction | None:
        match part:
            case Number(value):
                return Fraction(value)
            case Ref():
                found = values.get(part)
                return None if found is None else Fraction(found)
            case Call("or_else", (first, second)):
                given = of(first)
                return of(second) if given is None else given
            case Choice(sign, left, right, yes, no):
                a, b = of(left), of(right)
                return None if a is None or b is None else of(yes if _COMPARE[sign](a, b) else no)
            case Operation(sign, left, right):
                return _operated(sign, of(left), of(right), zero=zero_gives_zero)
            case Call(name, parts, digits):
                return _called(name, [of(one) for one in parts], digits)
        raise TypeError(part)

    return of(node)


def result(node: Node, values: Mapping[Ref, Decimal | Fraction | None], *, zero_gives_zero: bool) -> Decimal | None:
    """The value as it is kept: six digits, half-even; None where it is missing or too large."""
    found = exact(node, values, zero_gives_zero=zero_gives_zero)
    if found is None or abs(units := half_even(found.numerator * SCALE, found.denominator)) >= LARGEST * SCALE:
        return None
    return Decimal(units).scaleb(-PLACES)


def _operated(sign: str, a: Fraction | None, b: Fraction | None, *, zero: bool) -> Fraction | None:
    if a is None or b is None:
        return None
    if sign == "/":
        return (Fraction(0) if zero else None) if b == 0 else a / b
    return a + b if sign == "+" else a - b if sign == "-" else a * b


def _called(name: str, parts: list[Fraction | None], digits: int) -> Fraction | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if name == "round":
        return Fraction(half_even(known[0].numerator * 10**digits, known[0].denominator), 10**digits)
    return abs(known[0]) if name == "abs" else min(known) if name == "min" else max(known)


@dataclass(frozen=True, slots=True)
class Sql:
    """A formula as SQL over columns of its inputs.

    `steps`: subqueries to be joined one after the other, `value`: the rounded value or NULL. The columns are called
    v0, v1 … in the order of `refs(node)`; no text of the formula ever gets into the SQL, numbers are written as
    integers.
    """

    steps: tuple[str, ...]
    value: str


def sql(node: Node, *, zero_gives_zero: bool) -> Sql:
    """The SQL of a formula; its length is linear in the formula's."""
    made = _Sql({ref: f"v{n}" for n, ref in enumerate(refs(node))}, zero_gives_zero)
    n, d = made.of(node)
    made.steps.append(f"CROSS JOIN LATERAL (SELECT {n} AS n, {d} AS d OFFSET 0) whole")
    units = f"kit.half_even(whole.n * {SCALE}, whole.d)"
    made.steps.append(f"CROSS JOIN LATERAL (SELECT {units} AS units OFFSET 0) kept")
    value = f"CASE WHEN abs(kept.units) < {LARGEST * SCALE} THEN kept.units * 0.000001 END"
    return Sql(tuple(made.steps), value)


def takes_missing(node: Node) -> bool:
    """Whether it can give a value although something it reads is missing."""
    return any(isinstance(part, Choice) or (isinstance(part, Call) and part.name == "or_else") for part in every(node))


@dataclass(slots=True)
class _Sql:
    """Each part is a numerator and a denominator above 0; long ones become a step of their own."""

    columns: Mapping[Ref, str]
    zero: bool
    steps: list[str] = field(default_factory=list)

    def of(self, node: Node) -> tuple[str, str]:
        match node:
            case Number(value):
                top = Fraction(value)
                return f"{top.numerator}::numeric", f"{top.denominator}::numeric" if top.denominator > 1 else "1"
            case Ref():
                return self.columns[node], "1"
            case Operation(sign, left, right):
                return self._short(self._operated(sign, self.of(left), self.of(right)))
            case Choice(sign, left, right, yes, no):
                return self._chosen(sign, *(self.of(part) for part in (left, right, yes, no)))
            case Call(name, parts, digits):
                return self._called(name, [self.of(part) for part in parts], digits)
        raise TypeError(node)

    def _short(self, pair: tuple[str, str]) -> tuple[str, str]:
        """The pair itself, or the two columns of a step that holds it (OFFSET 0 keeps it from being copied)."""
        n, d = pair
        if len(n) + len(d) <= LONGEST_INLINE:
            return n, d
        name = f"s{len(self.steps)}"
        self.steps.append(f"CROSS JOIN LATERAL (SELECT {n} AS n, {d} AS d OFFSET 0) {name}")
        return f"{name}.n", f"{name}.d"

    def _step(self, pair: tuple[str, str]) -> tuple[str, str]:
        n, d = pair
        name = f"s{len(self.steps)}"
        self.steps.append(f"CROSS JOIN LATERAL (SELECT {n} AS n, {d} AS d OFFSET 0) {name}")
        return f"{name}.n", f"{name}.d"

    def _operated(self, sign: str, a: tuple[str, str], b: tuple[str, str]) -> tuple[str, str]:
        if sign == "*":
            return _times(a[0], b[0]), _times(a[1], b[1])
        if sign == "/":
            return self._divided(a, b)
        if a[1] == b[1]:
            return f"({a[0]} {sign} {b[0]})", a[1]
        return f"({_times(a[0], b[1])} {sign} {_times(b[0], a[1])})", _times(a[1], b[1])

    def _divided(self, a: tuple[str, str], b: tuple[str, str]) -> tuple[str, str]:
        n, d = self._short(b)
        if len(n) > 40:
            n, d = self._step((n, d))
        top, below = _times(a[0], d), _times(a[1], f"abs({n})")
        if not self.zero:
            return f"({top} * nullif(sign({n}), 0))", f"nullif({below}, 0)"
        gives = f"CASE WHEN {n} = 0 THEN {a[0]} * 0 ELSE {top} * sign({n}) END"
        return f"({gives})", f"(CASE WHEN {n} = 0 THEN 1 ELSE {below} END)"

    def _chosen(
        self, sign: str, a: tuple[str, str], b: tuple[str, str], yes: tuple[str, str], no: tuple[str, str]
    ) -> tuple[str, str]:
        left, right = _times(a[0], b[1]), _times(b[0], a[1])
        name = f"s{len(self.steps)}"
        holds = f"{left} {'<>' if sign == '!=' else sign} {right}"
        self.steps.append(f"CROSS JOIN LATERAL (SELECT {holds} AS holds OFFSET 0) {name}")
        chosen = tuple(
            f"CASE {name}.holds WHEN true THEN {y} WHEN false THEN {n} END" for y, n in zip(yes, no, strict=True)
        )
        return self._step((chosen[0], chosen[1]))

    def _called(self, name: str, parts: list[tuple[str, str]], digits: int) -> tuple[str, str]:
        if name == "or_else":
            first, second = self._step(parts[0]), parts[1]
            return self._step(
                (
                    f"coalesce({first[0]}, {second[0]})",
                    f"CASE WHEN {first[0]} IS NULL THEN {second[1]} ELSE {first[1]} END",
                )
            )
        if name == "abs":
            return f"abs({parts[0][0]})", parts[0][1]
        if name == "round":
            n, d = self._step(parts[0])
            return f"kit.half_even({n} * {10**digits}, {d})", f"{10**digits}::numeric"
        return self._extreme("<=" if name == "min" else ">=", [self._step(part) for part in parts])

    def _extreme(self, sign: str, parts: list[tuple[str, str]]) -> tuple[str, str]:
        best = parts[0]
        for other in parts[1:]:
            best = self._chosen(sign, best, other, best, other)
        return best


def _times(a: str, b: str) -> str:
    if b == "1":
        return a
    return b if a == "1" else f"({a} * {b})"
