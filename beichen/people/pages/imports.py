"""A workbook comes in: upload, look, confirm, watch."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries, rules
from beichen.people.choices import ImportState
from beichen.people.forms import UploadForm
from beichen.people.queries import BatchCard
from beichen.platform.access.permissions import may, require
from beichen.platform.api.schemas import PageIn
from beichen.platform.events import progress
from beichen.platform.kit.errors import Invalid
from beichen.platform.registry.imports import Action, sheets
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

ACTIONS = {
    Action.REFUSED: _("Refused"), Action.ADDED: _("Added"), Action.CHANGED: _("Changed"), Action.MOVED: _("Moved"),
    Action.LEFT: _("Left"), Action.UNCHANGED: _("Unchanged"),
}  # fmt: skip
SHOWN = 200


def said(note: dict[str, Any], key: str) -> str:
    """A stored message in the reader's language."""
    return gettext(note[key]) % note["params"] if note.get(key) else ""


def named(line: dict[str, Any]) -> dict[str, Any]:
    """The line with its sheet and columns named as in the table: in Chinese, or by their keys."""
    chinese = (get_language() or "").startswith("zh")
    kind = next((sheet for sheet in sheets() if sheet.key == line["sheet"]), None)
    names = {column.key: column.name_zh for column in kind.columns} if kind and chinese else {}
    columns = [names.get(key, key) for key in str(line["column"]).split(", ")]
    sheet = kind.name_zh if kind and chinese else line["sheet"]
    return {**line, "sheet_name": sheet, "columns": (", " if not chinese else "\u3001").join(columns)}


@door(access.SEE_IMPORTS, methods=("GET", "POST"))
def imports(request: PageRequest) -> HttpResponse:
    """The workbooks so far, and the place for the next."""
    if request.method == "POST":
        files = [(file.name or "", file.read()) for file in request.FILES.getlist("file")]
        if not files:
            raise Invalid(fields={"file": gettext("Choose a file first.")})
        return see(reverse("people:import", args=[rules.imports.upload(request.actor, files)]))
    require(request.actor, access.SEE_IMPORTS)
    found = queries.batches(request.actor, PageIn(limit=20, cursor=request.GET.get("after", "")))
    people = queries.persons(request.actor, [batch.uploaded_by for batch in found.items])
    names = dict(ImportState.choices)
    lines = [
        {"batch": batch, "who": people.get(batch.uploaded_by or 0), "state": names[batch.state]}
        for batch in found.items
    ]
    return page(
        request, "people/imports.html", fragment="rows" if "after" in request.GET else None,
        lines=lines, next=found.next,
        form=UploadForm(), may_upload=may(request.actor, access.IMPORT), sheets=sheets(),
    )  # fmt: skip


@door(access.SEE_IMPORTS)
def batch(request: PageRequest, batch_id: int) -> HttpResponse:
    """What a workbook would do, or did."""
    card = queries.batch(request.actor, batch_id)
    people = queries.persons(request.actor, [card.uploaded_by, card.confirmed_by])
    mine = card.asked_by == request.actor.person_id
    waits = card.state == ImportState.WAITING
    return page(
        request, "people/import.html", batch=card, state=ImportState(card.state).label, table=_table(card),
        actions=list(ACTIONS.items()), uploader=people.get(card.uploaded_by or 0),
        confirmer=people.get(card.confirmed_by or 0),
        refused=[{**named(line), "said": said(line, "reason")} for line in card.refused[:SHOWN]],
        more_refused=max(len(card.refused) - SHOWN, 0),
        changes=[{**named(line), "said": ACTIONS[Action(line["action"])]} for line in card.changes[:SHOWN]],
        more_changes=max(card.writes - SHOWN, 0), notes=[said(note, "note") for note in card.notes],
        may_confirm=may(request.actor, access.IMPORT) and card.state in (ImportState.PREVIEWED, ImportState.WAITING)
        and not (waits and mine),
        open=card.state in (ImportState.PREVIEWED, ImportState.WAITING), waits=waits, mine=mine,
        running=card.state in (ImportState.READING, ImportState.APPLYING), reading=card.state == ImportState.READING,
        bar=progress.bar(request.actor, card.progress) if card.progress else None,
    )  # fmt: skip


def _table(card: BatchCard) -> list[dict[str, Any]]:
    names = {sheet.key: sheet.name_zh for sheet in sheets()}
    counts = card.written if card.state == ImportState.APPLIED and card.written else card.counts
    return [
        {
            "key": key, "zh": names.get(key, ""),
            "counts": [(action.value, counts.get(key, {}).get(action.value, card.counts[key].get(action.value, 0)))
                       for action in ACTIONS],
        }
        for key in (sheet.key for sheet in sheets() if sheet.key in card.counts)
    ]  # fmt: skip


@door(access.IMPORT, methods=("POST",))
def confirm(request: PageRequest, batch_id: int) -> HttpResponse:
    """Have it written: the second person's press does it."""
    rules.imports.confirm(request.actor, batch_id, request.version)
    state = queries.batch(request.actor, batch_id).state
    waits = state == ImportState.WAITING
    tell(request, _("Requested. Another HR administrator has to confirm it.") if waits else _("Importing."))
    return see(reverse("people:import", args=[batch_id]))


@door(access.IMPORT, methods=("POST",))
def discard(request: PageRequest, batch_id: int) -> HttpResponse:
    """Put it aside."""
    rules.imports.discard(request.actor, batch_id, request.version)
    tell(request, _("Discarded. Nothing was changed."))
    return see(reverse("people:imports"))
