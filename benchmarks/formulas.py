"""J5b: a formula over two metrics for everybody in a period, against one INSERT … SELECT of the same quotient.

Floor and ours write the same figures for the same people. Ours also rounds half-even on the exact fraction, holds every
figure to the rules of its metric, keeps what went in, and writes its audit line.
"""

from __future__ import annotations

import django

from benchmarks import measure
from benchmarks.late import holder

PERIOD = "2026-01"
PUT = """
    INSERT INTO metrics_personvalue (metric_id, period, person_id, value, origin, number, at, reason, is_current)
    SELECT %(metric)s, %(period)s, id, 1 + (id * %(factor)s) %% 997, 'import', 1, now(), '', true
    FROM people_person WHERE is_active
"""


class Enough(Exception):
    """Everything was measured; nothing of it stays."""


def stage() -> tuple[int, int, int]:
    """Two collected metrics with a figure for everybody, and one computed from them."""
    from beichen.metrics.models import Metric

    common = {"state": "in_force", "subject": "person", "unit": "件", "definition": "bench", "source": "bench"}
    made = Metric.objects.get_or_create
    above, new = made(code="bench_above", defaults={**common, "name": "bench above"})
    below, _ = made(code="bench_below", defaults={**common, "name": "bench below"})
    told = {**common, "name": "bench share", "unit": "%", "least": 0, "formula": "bench_above / bench_below * 100"}
    share, _ = made(code="bench_share", defaults=told)
    if not new:
        return above.pk, below.pk, share.pk
    with measure.superuser() as sql:
        for metric, factor in ((above, 7919), (below, 104729)):
            sql.execute(PUT, {"metric": metric.pk, "period": PERIOD, "factor": factor})
        sql.execute("ANALYZE metrics_personvalue")
    return above.pk, below.pk, share.pk


def run() -> None:
    """Compute for everybody, twice, each time rolled back."""
    above, below, share = stage()
    given = {"metric": share, "above": above, "below": below, "period": PERIOD}
    floor = measure.floor("formulas", given)
    ours = min((_computed(share) for _ in range(2)), key=lambda one: one.seconds)
    measure.same("formula", ours.rows, floor.rows)
    measure.report(
        measure.Line("formula (J5b)", measure.people(), floor.seconds, ours.seconds, ours.rows, measure.peak_mb(), 1.5)
    )


def _computed(share: int) -> measure.Timed:
    from beichen.metrics import rules
    from beichen.platform.access.current import acting

    actor = holder("HA")
    try:
        with acting(actor):
            ours = measure.timed(lambda: rules.compute(actor, share, PERIOD).written)
            raise Enough
    except Enough:
        return ours


if __name__ == "__main__":
    django.setup()
    run()
