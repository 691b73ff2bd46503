"""Random formulas and values, for the tests of the language."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from beichen.metrics.formulas.expressions import COMPARISONS, Call, Choice, Node, Number, Operation, Ref

CODES = ("gmv", "dau", "付费用户", "R 30")
NUMBERS = st.decimals(min_value=0, max_value=999, places=3) | st.integers(0, 12).map(Decimal)
VALUES = st.none() | st.integers(-3, 3).map(Decimal) | st.decimals(min_value=-10_000, max_value=10_000, places=6)
LEAVES = st.builds(Number, NUMBERS.map(lambda value: value.normalize())) | st.builds(
    Ref, st.sampled_from(CODES), st.sampled_from((0, 0, 1))
)


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
        st.builds(Call, st.sampled_from(("min", "max", "or_else")), pair),
        st.builds(Call, st.just("abs"), st.tuples(inner)),
        st.builds(Call, st.just("round"), st.tuples(inner), st.integers(0, 6)),
        st.builds(Choice, st.sampled_from(COMPARISONS), inner, inner, inner, inner),
    )


FORMULAS = st.recursive(LEAVES, _grown, max_leaves=14)
