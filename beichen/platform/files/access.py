"""Who sees files: whoever asked for one, whatever seats anybody holds (20f)."""

from __future__ import annotations

from beichen.platform.access.locks import JobGrant, Lock
from beichen.platform.access.relations import oneself

MINE = oneself("person_id")

LOCKS = [
    Lock(model="files.ExportFile", select=MINE, insert=MINE, update=MINE, delete=MINE),
    Lock(model="files.ExportPiece", select=MINE, insert=MINE, delete=MINE),
]
JOB_GRANTS = [
    JobGrant("files.forget", "files.ExportFile", "rw", "forgets files after a day"),
    JobGrant("files.forget", "files.ExportPiece", "rw", "forgets files after a day"),
]
