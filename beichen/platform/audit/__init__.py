"""Who did and who read what: written with the act, sealed a second later, verifiable by anyone.

An act writes its row with `record`, `record_bulk` or `record_read` inside its own transaction. The worker seals:
it chains the rows of the last second into a seal and signs the head of the chain every five minutes. `verify`
names the first row somebody touched. It does not decide who may do what.
"""

from beichen.platform.audit.rules import record, record_bulk, record_read, request_id

__all__ = ["record", "record_bulk", "record_read", "request_id"]
