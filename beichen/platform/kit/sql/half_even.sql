-- The twin of beichen.platform.kit.rounding.half_even: both round the same pair to the same integer, bit for bit.
-- div() and mod() are exact on numeric; the quotient operator is not, and round() sends ties away from zero.
CREATE SCHEMA IF NOT EXISTS kit;

CREATE OR REPLACE FUNCTION kit.half_even(n numeric, d numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sign(n) * sign(d) * (
    div(abs(n), abs(d))
    + CASE sign(2 * mod(abs(n), abs(d)) - abs(d))
        WHEN 1 THEN 1
        WHEN 0 THEN mod(div(abs(n), abs(d)), 2)
        ELSE 0
      END
);
