-- One formula of two metrics for everybody and one period: the quotient written with where it came from, and counted.
INSERT INTO metrics_personvalue (metric_id, period, person_id, value, origin, number, inputs, at, reason, is_current)
SELECT %(metric)s, %(period)s::varchar, a.person_id, round(a.value / b.value * 100, 6), 'formula', 1, ARRAY[a.id, b.id], now(),
       '', true
FROM metrics_personvalue a
JOIN metrics_personvalue b USING (person_id)
WHERE a.metric_id = %(above)s AND a.period = %(period)s::varchar AND a.is_current
  AND b.metric_id = %(below)s AND b.period = %(period)s::varchar AND b.is_current AND b.value <> 0;
