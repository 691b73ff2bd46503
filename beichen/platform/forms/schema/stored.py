"""A form as JSON, and what makes a form one that can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from beichen.platform.forms.schema.questions import BadForm, Decline, Form, Kind, Option, Question, Section, Words

RESERVED = frozenset({"version", "idempotency_key", "csrfmiddlewaretoken"})
ALWAYS = ("key", "kind", "label", "row", "help", "required", "options", "low", "high", "places", "evidence_below",
          "evidence_above", "longest")  # fmt: skip
_PLAIN = Question(key="", kind=Kind.TEXT, label={}, row="")


def dump(form: Form) -> dict[str, Any]:
    """The form as JSON; of what not every form has, only what differs from the default is written."""
    plain: dict[str, Any] = {
        "key": form.key,
        "title": dict(form.title),
        "sections": [
            {"key": each.key, "title": dict(each.title), "questions": [_dump_question(one) for one in each.questions]}
            | ({} if each.weight is None else {"weight": each.weight})
            for each in form.sections
        ],
    }
    if form.decline:
        plain["decline"] = {"parts": list(form.decline.parts), "reasons": _dump_options(form.decline.reasons)}
    return plain


def _dump_options(options: tuple[Option, ...]) -> list[dict[str, Any]]:
    return [{"key": option.key, "label": dict(option.label)} for option in options]


def _dump_question(question: Question) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for each in fields(question):
        value = getattr(question, each.name)
        if each.name in ALWAYS or value != getattr(_PLAIN, each.name):
            plain[each.name] = list(value) if isinstance(value, tuple) else value
    plain |= {"kind": question.kind.value, "options": _dump_options(question.options)}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()}


def load(raw: Mapping[str, Any]) -> Form:
    """The form out of JSON. Raises BadForm for a form that cannot be asked."""
    try:
        sections = tuple(
            Section(each["key"], each["title"], tuple(_load_question(one) for one in each["questions"]),
                    each.get("weight"))
            for each in raw["sections"]
        )  # fmt: skip
        form = Form(raw["key"], raw["title"], sections, _load_decline(raw.get("decline")))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadForm(f"the form cannot be read: {error!r}") from error
    check_form(form)
    return form


def _load_options(raw: Any) -> tuple[Option, ...]:
    return tuple(Option(each["key"], each["label"]) for each in raw or ())


def _load_decline(raw: Mapping[str, Any] | None) -> Decline | None:
    return Decline(tuple(raw["parts"]), _load_options(raw["reasons"])) if raw else None


def _load_question(raw: Mapping[str, Any]) -> Question:
    plain = {**raw, "kind": Kind(raw["kind"]), "options": _load_options(raw.get("options"))}
    return Question(**{**plain, "parts": tuple(raw.get("parts", ()))})


def check_form(form: Form) -> None:
    """Raise BadForm unless in each part every key is new, every text is in both languages, and every range is one."""
    for part in form.parts() or [""]:
        seen: set[str] = set()
        for each in form.questions():
            if each.parts and part not in each.parts:
                continue
            names = {each.key, each.field("score"), each.field("text")}
            if not each.key.isidentifier() or names & (seen | RESERVED):
                raise BadForm(f"{each.key}: the key is taken or no name")
            seen |= names
    for each in form.questions():
        _check_question(each)
    weights = [each.weight for each in form.sections if each.weight is not None]
    if any(not isinstance(weight, int) or not 0 <= weight <= 100 for weight in weights):
        raise BadForm("a section weighs 0 to 100")


def _check_question(each: Question) -> None:
    if not all(_is_said(each.label, language) for language in ("zh", "en")) or not each.row:
        raise BadForm(f"{each.key}: label in both languages and the row of the table of rights are needed")
    if each.kind in (Kind.SCALE, Kind.SCORE) and each.low >= each.high:
        raise BadForm(f"{each.key}: {each.low}–{each.high} is no range")
    named = each.kind in (Kind.SCALE, Kind.SCORE)
    if (each.kind == Kind.CHOICE) != bool(each.options) and not named:
        raise BadForm(f"{each.key}: a choice has options, and nothing else has")
    points = {str(point) for point in range(each.low, each.high + 1)} if named else set()
    if named and any(option.key not in points for option in each.options):
        raise BadForm(f"{each.key}: a named point lies outside {each.low}–{each.high}")


def _is_said(text: Words, language: str) -> bool:
    said = text.get(language)
    return isinstance(said, str) and bool(said.strip())
