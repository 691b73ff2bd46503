"""What the product costs: one file per job, run by `python3 -m beichen bench [JOB] --people N`.

A job prints figures and asserts nothing: times belong to a machine. What must not grow (statements) is frozen in the
areas' `tests/query_counts.json`.
"""
