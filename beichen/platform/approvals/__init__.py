"""One approval engine: steps by role, return, withdraw, delegate, escalate."""
