-- One part handed in: its text, the kept version, its state and the line of the audit, in one statement.
WITH told AS (
    SELECT '{"results": {"score": "4", "text": "这个季度按计划完成了三件事，一件延后。"}, "closing": "下个季度想做得更细。"}'::jsonb AS answers
), written AS (
    INSERT INTO reviews_partcontent (part_id, review_id, role, answers, counted, version)
    SELECT p.id, p.review_id, p.role, told.answers, true, 1 FROM reviews_part p, told WHERE p.id = %(part)s
), kept AS (
    INSERT INTO reviews_partversion (id, part_id, number, answers, saved_at)
    SELECT gen_random_uuid(), %(part)s, 1, told.answers, clock_timestamp() FROM told
), entry AS (
    INSERT INTO audit_entry (id, at, actor, person_id, job, reason, act, kind, object_id, subjects, details, request_id)
    SELECT gen_random_uuid(), clock_timestamp(), p.rater_id::text, p.rater_id, '', '', 'bench.floor', 'reviews.part', p.id::text,
           ARRAY[p.subject_id], '{}'::jsonb, '' FROM reviews_part p WHERE p.id = %(part)s
)
UPDATE reviews_part SET state = 'submitted', submitted_at = clock_timestamp(), version = version + 1 WHERE id = %(part)s
