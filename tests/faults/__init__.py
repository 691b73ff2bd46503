"""The product with the ground taken from under it: processes killed, servers restarted, room and connections used up.

`@pytest.mark.fault("F01")` names the fault, `tests/breaks.toml` what would make it fatal. Writers keep a journal of
what was confirmed to them (`journal.py`); afterwards it is compared with the database. Everything is bounded in count
and time, stays on 127.0.0.1 and needs no privilege. A short half is in every run, the full figures are in `--slow`.
"""
