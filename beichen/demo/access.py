"""What the loading of the demo company may touch: it fills an empty installation and runs once."""

from __future__ import annotations

from beichen.platform.access.locks import JobGrant

WHY = "fills the demo company"

JOB_GRANTS = [
    JobGrant("load_demo", f"reviews.{model}", "rw", WHY)
    for model in (
        "Review", "Part", "PartContent", "PartVersion", "Nomination", "Rating", "RatingContent", "Explanation", "GradeMove",
        "Acknowledgement", "AcknowledgementContent",
    )
]  # fmt: skip
