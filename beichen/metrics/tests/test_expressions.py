"""The language of formulas: what it reads, what it refuses, that nothing gets out of it, and its two evaluators."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.metrics.formulas import computing
from beichen.metrics.formulas.expressions import BadFormula, Node, Operation, Ref, codes, read, refs, written
from beichen.metrics.formulas.units import ResultUnit, UnitsDiffer, check_units
from beichen.metrics.tests.trees import CODES, FORMULAS, VALUES

D = Decimal
SIGNS = list("ab0.9+-*/()[],<>=!（）×÷ ifmnprevound_elsabx%'\"\\;:\x00中")
ROWS = st.fixed_dictionaries({(code, before): VALUES for code in CODES for before in (0, 1)})


def gives(text: str, *, zero: bool = False, **values: object) -> Decimal | None:
    """The value of a formula for values by code; `prev_x` is the period before."""
    found = {
        Ref(name.removeprefix("prev_"), int(name.startswith("prev_"))): None if value is None else D(str(value))
        for name, value in values.items()
    }
    return computing.result(read(text), found, zero_gives_zero=zero)


@pytest.mark.req("METRIC-02")
@pytest.mark.parametrize(
    ("text", "values", "value"),
    [
        ("paying / mau * 100", {"paying": 33, "mau": 900}, "3.666667"),
        ("(gmv - prev(gmv)) / prev(gmv)", {"gmv": 110, "prev_gmv": 100}, "0.1"),
        ("1 + 2 * 3 - 4 / 8", {}, "6.5"),
        ("(1 + 2) * 3", {}, "9"),
        ("10 - 4 - 3", {}, "3"),
        ("24 / 4 / 2", {}, "3"),
        ("-a + 3", {"a": 5}, "-2"),
        ("min(a, b, 2)", {"a": 5, "b": 3}, "2"),
        ("max(a, b)", {"a": 5, "b": 3}, "5"),
        ("abs(a - b)", {"a": 3, "b": 5}, "2"),
        ("round(a, 1)", {"a": "0.25"}, "0.2"),
        ("round(a, 0)", {"a": "-2.5"}, "-2"),
        ("if(a >= 3, b, 0)", {"a": 3, "b": 7}, "7"),
        ("if(a != 3, b, 9)", {"a": 3, "b": 7}, "9"),
        ("a + or_else(b, 10)", {"a": 1}, "11"),
        ("a + b", {"a": 1}, None),
        ("min(a, b)", {"a": 1}, None),
        ("if(a > 0, 1, b)", {"a": 1}, "1"),
        ("（a ＋ b）× ２ ÷ 4", {"a": 1, "b": 2}, "1.5"),
        ("a / 3", {"a": 1}, "0.333333"),
        ("a * 0.0000005", {"a": 1}, None),
        ("a * 1000000000000", {"a": 999999999}, None),
    ],
)
def test_what_formulas_give(text, values, value):
    if text == "a * 0.0000005":
        with pytest.raises(BadFormula):
            read(text)
        return
    found = gives(text, **values)
    assert found == (None if value is None else D(value))


@pytest.mark.req("METRIC-02")
def test_a_tie_at_the_last_digit_goes_to_the_even_one():
    assert gives("a / 2000000", a=1) == D("0")
    assert gives("a / 2000000", a=3) == D("0.000002")
    assert gives("a / 2000000", a=-3) == D("-0.000002")


@pytest.mark.req("METRIC-02")
def test_dividing_by_zero_follows_the_policy():
    assert gives("a / b", a=4, b=0) is None
    assert gives("a / b", a=4, b=0, zero=True) == 0
    assert gives("a / b", b=0, zero=True) is None
    assert gives("or_else(a / b, 7)", a=4, b=0) == 7


ATTACKS = [
    "", "   ", "(", ")", "1 +", "+ 1", "a b", "a..b", "1e9", "1_000", "a.b", "a[0]", "a()", "__import__('os')",
    "lambda: 1", "a if b else c", "'text'", '"; DROP TABLE metrics_metric; --', "a; b", "a // b", "a ** b", "a % b",
    "min()", "min(a)", "abs(a, b)", "round(a)", "round(a, b)", "round(a, 7)", "round(a, 1.5)", "prev(a + b)",
    "prev(prev(a))", "if(a, b, c)", "if(a > b, c)", "if(a > b > c, 1, 2)", "a > b", "eval(a)", "[", "[]", "[ ]",
    "[a", "{{ a }}", "%(a)s", "%s", "\\", "\x00", "a\n;b", "$1", "0x10", "∞", "1,2", "a = 1", "(((((((a",
    "1234567890123456789", "0.1234567", "sum(a, b)", "{a}", "@a", "#", "`a`", "a!b", "a&b", "a|b", "~a",
]  # fmt: skip


@pytest.mark.req("METRIC-02")
@pytest.mark.parametrize("text", ATTACKS)
def test_anything_else_is_refused_with_a_place_and_a_sentence(text):
    with pytest.raises(BadFormula) as refused:
        read(text)
    assert refused.value.sentence().startswith("The formula stops at")


@pytest.mark.req("METRIC-02")
@pytest.mark.parametrize(
    "text",
    ["(" * 500, "-" * 500, "a+" * 249 + "a", "min(" * 120, "if(" * 160, "1" * 500, "[" * 500, "9" * 10_000,
     "(" * 240 + "a" + ")" * 240, " " * 400 + "!", "a" * 500, "a " * 250],
)  # fmt: skip
def test_long_and_deep_texts_are_refused_at_once(text):
    begun = time.perf_counter()
    with pytest.raises(BadFormula):
        read(text)
    assert time.perf_counter() - begun < 1


@pytest.mark.req("METRIC-02")
@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.sampled_from(SIGNS), max_size=60) | st.text(max_size=80))
def test_no_text_crashes_the_reader(text):
    try:
        found = read(text)
    except BadFormula:
        return
    assert read(written(found)) == found


@pytest.mark.req("METRIC-02")
@settings(max_examples=300, deadline=None)
@given(FORMULAS)
def test_a_formula_is_read_back_from_its_one_spelling(tree):
    assert read(written(tree)) == tree


def by_sql(tree: Node, rows: list[dict[Ref, Decimal | None]], *, zero: bool) -> list[Decimal | None]:
    """What the database gives for these rows, in their order."""
    made, names = computing.sql(tree, zero_gives_zero=zero), refs(tree)
    columns = ", ".join(["place", *(f"v{n}" for n in range(len(names)))])
    line = "(" + ", ".join(["%s::int", *("%s::numeric(24,6)" for _ in names)]) + ")"
    values = [value for n, row in enumerate(rows) for value in (n, *(row.get(ref) for ref in names))]
    base = f"(VALUES {', '.join(line for _ in rows)}) base({columns})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {made.value} FROM {base} {' '.join(made.steps)} ORDER BY place", values)
        return [value for (value,) in cursor.fetchall()]


@pytest.mark.req("METRIC-02")
@pytest.mark.django_db
@settings(max_examples=250, deadline=None)
@given(FORMULAS, st.lists(ROWS, min_size=1, max_size=4), st.booleans())
def test_python_and_the_database_give_the_same_digit_for_digit(tree, drawn, zero):
    rows = [{Ref(*name): value for name, value in row.items()} for row in drawn]
    ours = [computing.result(tree, row, zero_gives_zero=zero) for row in rows]
    assert by_sql(tree, rows, zero=zero) == ours


@pytest.mark.req("METRIC-02")
@pytest.mark.django_db
def test_the_longest_formulas_stay_small_and_quick_in_the_database():
    texts = ["a" + " / (b + 1)" * 28, "a" + " * b" * 55, "min(" * 20 + "a" + ", b / 3)" * 20,
             "1 / (" * 20 + "a" + ")" * 20,
             "if(a / 7 > b / 3, " * 12 + "a" + ", b)" * 12]  # fmt: skip
    for text in texts:
        tree = read(text)
        row: dict[Ref, Decimal | None] = {Ref("a"): D("999999999999.123457"), Ref("b"): D("1.000003")}
        assert len(" ".join(computing.sql(tree, zero_gives_zero=False).steps)) < 40 * len(text) + 2_000
        begun = time.perf_counter()
        assert by_sql(tree, [row] * 50, zero=False) == [computing.result(tree, row, zero_gives_zero=False)] * 50
        assert time.perf_counter() - begun < 5


@pytest.mark.req("METRIC-02")
def test_no_text_of_a_formula_reaches_the_sql():
    made = computing.sql(read("[x'; DROP TABLE y --] + 名字 * 2.5"), zero_gives_zero=True)
    assert not any(word in " ".join((*made.steps, made.value)) for word in ("DROP", "名字", "--", "'"))
    assert codes(read("[R 30] + prev(gmv)")) == {"R 30", "gmv"}


@pytest.mark.req("METRIC-02")
@pytest.mark.parametrize(
    ("text", "unit", "fine"),
    [
        ("gmv / users", "元/人", True), ("gmv / users", "元", False), ("gmv + users", "元", False),
        ("gmv + 100", "元", True), ("paid / users * 100", "%", True), ("paid / users", "", True),
        ("rate + rate2", "%", True), ("rate + share", "%", False), ("rate * gmv", "元", True),
        ("max(gmv, users)", "元", False), ("if(users > 10, gmv, 0)", "元", True), ("if(users > gmv, 1, 2)", "", False),
        ("gmv * users / users", "元", True), ("users / gmv", "人/元", True), ("gmv / gmv", "%", True),
        ("rate", "元", False), ("gmv - prev(gmv)", "元", True),
    ],
)  # fmt: skip
def test_units_are_carried_along(text, unit, fine):
    units = {"gmv": "元", "users": "人", "paid": "人", "rate": "%", "rate2": "%", "share": "倍"}
    if fine:
        check_units(read(text), units, unit)
        return
    with pytest.raises((UnitsDiffer, ResultUnit)):
        check_units(read(text), units, unit)


@pytest.mark.req("METRIC-02")
def test_nothing_is_rounded_on_the_way():
    tree = read("a / 3 * 3 - b / 7 * 7")
    assert isinstance(tree, Operation)
    assert computing.exact(tree, {Ref("a"): D(1), Ref("b"): D(1)}, zero_gives_zero=False) == Fraction(0)
