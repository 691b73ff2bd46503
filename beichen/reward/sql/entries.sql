-- Freeze the inputs of a plan: one row per stretch of a person, from arrays of equal length.
INSERT INTO reward_bonusentry
    (plan_id, person_id, subject_place, number, entity, pool_unit_id, last_unit_id, first, target, days, fte_percent,
     currency, grade, coefficient, review_id, out)
SELECT %(plan)s, person, place, number, entity, pool_unit, last_unit, first, target, days, fte, currency, grade,
       nullif(coefficient, -1), nullif(review, -1), out
FROM unnest(%(person)s::bigint[], %(place)s::bigint[], %(number)s::text[], %(entity)s::text[], %(pool_unit)s::bigint[],
            %(last_unit)s::bigint[], %(first)s::date[], %(target)s::bigint[], %(days)s::int[], %(fte)s::int[],
            %(currency)s::text[], %(grade)s::text[], %(coefficient)s::int[], %(review)s::bigint[],
            %(out)s::text[])
     AS line (person, place, number, entity, pool_unit, last_unit, first, target, days, fte, currency, grade,
              coefficient, review, out)
