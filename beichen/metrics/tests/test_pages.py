"""The pages of a metric and its figures, opened by those who write, sign and read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from beichen.metrics.models import HeldValue, Metric, Publication, UnitValue
from beichen.platform.kit import clock
from tests.cast import client_as, golden

__all__ = ["client_as", "golden"]
ENTRY = {
    "code": "mau", "name": "月活跃用户数", "unit": "人", "direction": "higher", "owner": "E014", "source": "埋点平台",
    "definition": "打开过产品的用户", "most": "5000",
}  # fmt: skip
SHARE = {**ENTRY, "code": "half", "name": "一半", "formula": "月活跃用户数 / 2", "most": "", "source": ""}


@pytest.fixture(autouse=True)
def june():
    with clock.frozen(datetime(2026, 6, 20, 4, tzinfo=UTC)):
        yield


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.req("METRIC-01", "METRIC-02", "METRIC-06")
def test_a_figure_is_entered_held_signed_computed_and_explained_on_pages(golden, client_as):
    hr, other, reader = client_as("E015"), client_as("E016"), client_as("E006")
    made = []
    for entry in (ENTRY, SHARE):
        assert hr.post("/metrics/new/", entry).status_code == 303
        card = Metric.objects.get(code=entry["code"])
        version = {"version": card.version}
        assert other.post(f"/metrics/{card.pk}/enact/", version).status_code == 303
        made.append(card.pk)
    mau, half = made
    at = f"/metrics/{mau}/figures/2026-05/"
    assert "还没有数值" in read(hr, at) or "No figures" in read(hr, at)
    read(hr, f"{at}enter/")
    assert hr.post(f"{at}enter/", {"subject": "U1", "value": "1200"}).status_code == 303
    assert hr.post(f"{at}enter/", {"subject": "U1", "value": "1300"}).status_code == 422
    assert hr.post(f"{at}enter/", {"subject": "U2", "value": "9000"}).status_code == 303
    held = HeldValue.objects.get()
    assert "9,000" in read(other, "/metrics/desk/")
    assert reader.get("/metrics/desk/").status_code == 403
    form = {"reason": "核对过，属实", "version": held.version}
    assert hr.post(f"/metrics/held/{held.pk}/let-through/", form).status_code == 403
    assert other.post(f"/metrics/held/{held.pk}/let-through/", form).status_code == 303
    found = Publication.objects.get(metric_id=mau)
    assert hr.post(f"{at}sign/", {"version": found.version}).status_code == 409
    assert other.post(f"{at}sign/", {"version": found.version}).status_code == 303
    assert "1,200" in read(reader, at)
    assert hr.post(f"/metrics/{half}/figures/2026-05/compute/").status_code == 303
    value = UnitValue.objects.get(metric_id=half, unit__code="U1")
    page = read(reader, f"/metrics/{half}/values/{value.pk}/")
    assert "mau / 2" in page
    assert "1200 / 2" in page.replace(",", "")
    for path in (f"/metrics/{mau}/", f"/metrics/{half}/", f"/metrics/{half}/figures/2026-05/"):
        read(hr, path)
        read(reader, path)
    assert "月活跃用户数" in read(hr, f"/metrics/{mau}/edit/")
    assert reader.get(f"/metrics/{mau}/edit/").status_code == 403
