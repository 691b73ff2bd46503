"""What others may hear about approvals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ApprovalFinished:
    """A run has come to its end; `outcome` is approved, returned or withdrawn."""

    kind: str
    object_id: str
    outcome: str
