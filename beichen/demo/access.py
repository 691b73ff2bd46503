"""What the loading of the demo company may touch: it fills an empty installation and runs once."""

from __future__ import annotations

from beichen.platform.access.locks import JobGrant

WHY = "fills the demo company"

JOB_GRANTS = [
    JobGrant("load_demo", model, "rw", WHY)
    for model in (
        "reviews.Review",
        "reviews.Part",
        "reviews.PartContent",
        "reviews.PartVersion",
        "reviews.Nomination",
        "reviews.Rating",
        "reviews.RatingContent",
        "reviews.Explanation",
        "reviews.Acknowledgement",
        "reviews.AcknowledgementContent",
        "reward.BonusPool",
        "reward.Consent",
    )
]
