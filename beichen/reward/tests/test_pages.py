"""The pages as members of the golden company open them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beichen.platform import registry
from beichen.platform.access.current import acting
from beichen.platform.auth.models import Account
from beichen.platform.events.tests.drain import drain
from beichen.reward.tests.makers import Money
from beichen.reward.tests.test_golden import golden_money
from tests.cast import Golden, sign_in

pytestmark = pytest.mark.django_db
COUNTS = Path(__file__).with_name("query_counts.json")


@pytest.fixture
def made(golden: Golden, owner_db: Any, worker_db: Any) -> Money:
    return golden_money(golden, owner_db, worker_db)


def as_(made: Money, number: str) -> Client:
    return sign_in(made.id(number))


def post(made: Money, number: str, name: str, *args: Any, **sent: Any) -> Any:
    """Press a button of the plan's page as it stands now."""
    return as_(made, number).post(reverse(f"reward:{name}", args=args), {"version": made.version, **sent})


def walk(made: Money) -> Iterator[str]:
    """From the simulated plan to the letters, through the pages; yields the name of every state reached."""
    pid = made.plan_id
    yield "simulated"
    assert post(made, "E017", "choose", pid, key="A", adjust_until="2099-07-10").status_code == 303
    yield "proposed"
    for pool in made.pools().values():
        boss = {"U11": "E002", "U12": "E002", "U2": "E001"}[pool.unit_code]
        assert post(made, boss, "pass_on", pool.pk).status_code == 303
    assert post(made, "E017", "consolidate", pid).status_code == 303
    yield "consolidated"
    assert post(made, "E017", "approve", pid).status_code == 303
    assert made.plan().state == "consolidated"
    assert post(made, "E001", "approve", pid).status_code == 303
    yield "locked"
    made.release_ratings("E006", "E007")
    made.phase("C09")
    assert post(made, "E015", "send_letters", pid).status_code == 303
    assert post(made, "E016", "send_letters", pid).status_code == 303
    drain()
    yield "released"


@pytest.mark.req("OUTCOME-01")
def test_the_whole_way_through_the_pages(made):
    for state in walk(made):
        assert made.plan().state == state
    page = as_(made, "E006").get(reverse("reward:letter", args=[made.plan_id])).content.decode()
    assert "¥26,262.65" in page
    assert as_(made, "E008").get(reverse("reward:letter", args=[made.plan_id])).status_code == 404
    assert as_(made, "E007").get(reverse("reward:letter_of", args=[made.plan_id, made.id("E006")])).status_code == 404
    assert as_(made, "E004").get(reverse("reward:letter_of", args=[made.plan_id, made.id("E006")])).status_code == 200


@pytest.mark.req("OUTCOME-01")
def test_two_policies_stand_side_by_side_with_their_sums(made):
    page = as_(made, "E017").get(reverse("reward:plan", args=[made.plan_id])).content.decode()
    whole = sum(pool.value for pool in made.pools().values())
    assert page.count(f"¥{whole // 100:,}.{whole % 100:02}") >= 4
    assert "<polyline" in page
    a, b = made.awards("A")["E006"].amount, made.awards("B")["E006"].amount
    for amount in (a, b):
        assert f"¥{amount // 100:,}.{amount % 100:02}" in page
    assert "style=" not in page


def test_the_executive_sees_sums_and_no_person(made):
    page = as_(made, "E001").get(reverse("reward:plan", args=[made.plan_id])).content.decode()
    assert "¥47,250.00" in page
    assert "<polyline" not in page
    assert "何雨桐" not in page


def test_the_hr_administrator_sees_no_amount_anywhere(made):
    for _state in walk(made):
        client = as_(made, "E015")
        for name in ("index", "queue", "plan", "pools", "out", "policy"):
            args: list[Any] = [made.plan_id, "A"] if name == "policy" else [made.plan_id]
            url = reverse(f"reward:{name}", args=[] if name in ("index", "queue") else args)
            assert "¥" not in client.get(url).content.decode(), name


@pytest.mark.req("OUTCOME-01")
def test_a_manager_adjusts_on_the_pool_page_and_sees_what_was_wrong(made):
    post(made, "E017", "choose", made.plan_id, key="A")
    pool, awards = made.pools()["U11"], made.awards()
    a, b = awards["E006"].pk, awards["E007"].pk
    client = as_(made, "E004")
    url = reverse("reward:adjust", args=[pool.pk])
    wrong = client.post(url, {f"delta_{a}": "100", f"reason_{a}": "x", f"delta_{b}": "-90", f"reason_{b}": "y"})
    assert wrong.status_code == 422
    assert 'value="100"' in wrong.content.decode()
    version = client.get(reverse("reward:pool", args=[pool.pk])).context["sheet"].version
    right = {
        "version": version,
        f"delta_{a}": "100",
        f"reason_{a}": "带出了新人",
        f"delta_{b}": "-100",
        f"reason_{b}": "上线晚了",
    }
    assert client.post(url, right).status_code == 303
    assert made.adjustments() == {"E006": 10_000, "E007": -10_000}
    assert client.post(url, {"version": version}).status_code == 409
    page = client.get(reverse("reward:pool", args=[pool.pk])).content.decode()
    assert "¥26,362.65" in page
    for number in ("E005", "E006", "E015"):
        assert as_(made, number).get(reverse("reward:pool", args=[pool.pk])).status_code == 404


@pytest.mark.req("OUTCOME-01")
def test_the_terms_on_a_letter_recompute_to_its_amount(made):
    for _state in walk(made):
        pass
    page = as_(made, "E006").get(reverse("reward:letter", args=[made.plan_id])).content.decode()
    rows = re.findall(
        r'<tr[^>]*><th scope="row">([^<]*)</th><td class="num">([^<]*)</td>', page.split("bonus-terms")[1]
    )
    values = [Fraction(re.sub(r"[¥,+]", "", value).replace("−", "-")) for _, value in rows if "/" not in value]
    _target, prorated, _grade, evened, pays, exact, rounding, amount = values
    assert round(prorated * evened * pays, 2) == round(exact, 2)
    assert round(exact + rounding, 2) == amount == Fraction(2626265, 100)


def test_a_policy_is_changed_on_its_page_and_refused_at_its_field(made):
    client, url = as_(made, "E017"), reverse("reward:policy", args=[made.plan_id, "B"])
    form = client.get(url).context["form"]
    sent = {name: (form[name].value() or "") for name in form.fields} | {"version": 2}
    save = reverse("reward:save_policy", args=[made.plan_id, "B"])
    refused = client.post(save, {**sent, "company": "-1"})
    assert refused.status_code == 422
    assert 'id="id_company_error"' in refused.content.decode()
    assert client.post(save, {**sent, "mode": "fixed", "fixed_total": "13万", "cap_percent": "150"}).status_code == 303
    made.simulate("E017")
    assert sum(pool.value for pool in made.pools("B").values()) == 13_000_000


def test_the_list_of_those_left_out_names_the_reason(made):
    url = reverse("reward:out", args=[made.plan_id])
    page = as_(made, "E017").get(url, headers={"HX-Request": "true"}).content.decode()
    assert "欧阳明月" in page
    assert "宋恬" not in page  # the administrator's own line stays closed


@pytest.mark.req("OUTCOME-01")
def test_the_result_page_carries_the_bonus(made, owner_db):
    from beichen.reviews.models import Review

    with owner_db():
        review = Review.objects.get(subject_id=made.id("E006")).pk
    url = reverse("reward:of_review", args=[review])
    for state in walk(made):
        mine = as_(made, "E006").get(url)
        assert mine.status_code == (200 if state == "released" else 404), state
        boss = as_(made, "E004").get(url)
        assert boss.status_code == (404 if state == "simulated" else 200), state
    from beichen.reward.panels import on_result

    actor = made.actor("E006")
    with acting(actor):
        assert on_result(None, actor, review) is not None
    assert "¥26,262.65" in mine.content.decode()


def test_every_state_owes_the_right_people_something(made):
    def owed(number: str) -> set[str]:
        actor = made.actor(number)
        with acting(actor):
            mine = [p for p in registry.todo_providers() if p.__module__ == "beichen.reward.panels"]
            return {entry.key.split(":")[0] for provider in mine for entry in provider(actor, 20)}

    wanted: dict[str, dict[str, set[str]]] = {
        "simulated": {"E017": {"bonus"}, "E004": set(), "E006": set(), "E015": set()},
        "proposed": {"E017": set(), "E004": {"bonus-adjust"}, "E002": {"bonus-pass"}, "E006": set()},
        "consolidated": {"E017": {"bonus"}, "E001": {"bonus"}, "E004": set()},
        "locked": {"E015": set(), "E006": set()},
        "released": {"E006": {"bonus-letter"}, "E008": set(), "E015": {"bonus"}},
    }
    for state in walk(made):
        for number, keys in wanted[state].items():
            assert owed(number) == keys, (state, number)


PAGES: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "index": [("E017", ()), ("E004", ()), ("E006", ()), ("E015", ())],
    "queue": [("E017", ()), ("E001", ()), ("E015", ())],
    "plan": [("E017", ("plan",)), ("E001", ("plan",)), ("E015", ("plan",)), ("E016", ("plan",))],
    "pools": [("E017", ("plan",)), ("E001", ("plan",))],
    "policy": [("E017", ("plan", "A"))],
    "pool": [("E004", ("pool",)), ("E002", ("pool",)), ("E017", ("pool",))],
    "out": [("E017", ("plan",))],
    "new_plan": [("E017", ())],
    "letter": [("E006", ("plan",))],
}


def test_pages_ask_no_more_than_they_did(made):
    counts: dict[str, int] = {}
    for _state in walk(made):
        for name, looks in PAGES.items():
            for number, args in looks:
                values = {"plan": made.plan_id, "pool": made.pools()["U11"].pk}
                url = reverse(f"reward:{name}", args=[values.get(a, a) for a in args])
                client = as_(made, number)
                client.get(url)
                with CaptureQueriesContext(connection) as asked:
                    answer = client.get(url)
                if answer.status_code == 200:
                    key = f"{name} {number}"
                    found = [q["sql"] for q in asked if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
                    counts[key] = max(counts.get(key, 0), len(found))
    frozen = json.loads(COUNTS.read_text())
    assert counts == frozen, json.dumps(counts)
    assert max(frozen.values()) <= 15, {key: n for key, n in frozen.items() if n > 15}


@pytest.mark.req("OUTCOME-01")
def test_gains_and_losses_on_the_page_add_up_to_what_b_pays_more(made):
    """To the cent, read back from the page; E017's own file and HR team stay closed (G2)."""
    page = as_(made, "E017").get(reverse("reward:plan", args=[made.plan_id])).content.decode()
    gain, loss = (_cents(page, part) for part in ("gain", "loss"))
    a, b = made.awards("A"), made.awards("B")
    with acting(made.actor("E017")), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT number FROM reward_bonusaward")
        seen = [number for (number,) in cursor.fetchall()]
    moves = [b[number].amount - a[number].amount for number in seen]
    assert (gain, loss) == (sum(m for m in moves if m > 0), sum(m for m in moves if m < 0))
    assert gain + loss == sum(moves)
    assert gain > 0 > loss


def _cents(page: str, part: str) -> int:
    """A sum of the comparison as shown."""
    shown = re.search(rf'class="{part}".*?<small class="num">([^<]+)<', page, re.S)
    assert shown is not None
    digits = int(re.sub(r"\D", "", shown.group(1)))
    return -digits if shown.group(1).strip()[0] in "-−" else digits


@pytest.mark.req("OUTCOME-01")
def test_a_pool_of_nothing_is_said_and_not_divided(made):
    """All coefficients zero: pools stand with their money unallocated; a company result of zero gives empty pools."""
    made.edit("A", by="E017", company={"coefficient": "0"})
    made.simulate("E017")
    page = as_(made, "E017").get(reverse("reward:plan", args=[made.plan_id]))
    assert page.status_code == 200
    pools = made.pools("A").values()
    assert pools
    assert [(pool.value, pool.unallocated) for pool in pools] == [(0, 0)] * len(pools)
    assert {award.amount for award in made.awards("A").values()} == {0}
    assert as_(made, "E017").get(f"/api/v1/reward/plans/{made.plan_id}/comparison").json()["gini"][0] == 0


@pytest.mark.req("OUTCOME-01")
def test_long_lists_of_pools_come_in_parts_under_the_whole_sum(made, monkeypatch):
    monkeypatch.setattr("beichen.reward.schemas.shown.ROWS", 1)
    client, at = as_(made, "E017"), reverse("reward:plan", args=[made.plan_id])
    units, whole = [], sum(pool.value for pool in made.pools().values())
    while at:
        page = client.get(at).content.decode()
        rows = page.partition('id="pool-rows"')[2].partition("</tbody>")[0]
        units += re.findall(r'<span class="quiet small">(\w+)</span>', rows)
        assert f"¥{whole // 100:,}.{whole % 100:02}" in page
        following = re.search(r'href="(\?after=\d+)"', page)
        at = reverse("reward:plan", args=[made.plan_id]) + following[1] if following else ""
    assert sorted(units) == sorted(made.pools())


@pytest.mark.req("OUTCOME-01", "BASE-03")
def test_a_plan_is_called_by_its_english_name_on_english_pages(made: Money) -> None:
    pay = as_(made, "E017")
    sent = {"name": "二季度奖金", "name_en": "Second-quarter bonus", "cycle_id": made.plan().cycle_id,
            "name_a": "甲", "name_b": "乙"}  # fmt: skip
    at = pay.post(reverse("reward:create_plan"), sent).headers["Location"]
    called = pay.get(f"/api/v1{at}".removesuffix("/")).json()
    assert (called["name"], called["name_en"]) == ("二季度奖金", "Second-quarter bonus")
    for locale, title, other in (
        ("zh-hans", "二季度奖金", "Second-quarter"),
        ("en", "Second-quarter bonus", "二季度奖金"),
    ):
        with made.owner():
            Account.objects.filter(person_id=made.id("E017")).update(locale=locale)
        page = as_(made, "E017").get(at).content.decode()
        assert (title in page, other in page) == (True, False)
        assert title in as_(made, "E017").get("/reward/").content.decode()
