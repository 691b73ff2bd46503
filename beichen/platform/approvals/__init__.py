"""One approval engine: steps by role, return, withdraw, delegate, escalate.

An area declares a kind of object, starts a run of steps and calls `approve` or `return_` from its own rules; when the
last step agrees, `ApprovalFinished` is published. Nobody approves what is about them or what they started (G6).
It does not know what is approved: the area moves its own object.
"""
