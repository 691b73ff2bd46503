"""The API's description as plain values for its page, taken from the same OpenAPI text that programs read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    fields: list[Field]
    answers: str


def by_tag(schema: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Every operation under its first tag, in the order of the addresses."""
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                tag = (methods[method].get("tags") or [""])[0]
                found.setdefault(tag, []).append(_operation(schema, path, method, methods[method]))
    return found


def _operation(schema: Mapping[str, Any], path: str, method: str, one: Mapping[str, Any]) -> Operation:
    return Operation(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one.get("summary", ""),
        words=one.get("description", ""),
        fields=[*_parameters(one), *_body(schema, one)],
        answers=", ".join(str(status) for status in one.get("responses", {})),
    )


def _parameters(one: Mapping[str, Any]) -> Iterator[Field]:
    for entry in one.get("parameters", []):
        kind = _kind(entry.get("schema", {}))
        words = entry.get("description") or entry.get("schema", {}).get("description", "")
        yield Field(entry["name"], entry["in"], kind, bool(entry.get("required")), words)


def _body(schema: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Field]:
    content = one.get("requestBody", {}).get("content", {})
    for media in content.values():
        body = _resolved(schema, media.get("schema", {}))
        for name, entry in body.get("properties", {}).items():
            yield Field(name, "body", _kind(entry), name in body.get("required", ()), entry.get("description", ""))


def _resolved(schema: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    name = entry.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = schema["components"]["schemas"][name] if name else entry
    return found


def _kind(entry: Mapping[str, Any]) -> str:
    """`integer`, `GoalIn`, `list of string`, `string or null`: what a reader needs to fill it in."""
    if "$ref" in entry:
        return str(entry["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in entry:
            return " or ".join(_kind(one) for one in entry[several])
    if entry.get("type") == "array":
        return f"list of {_kind(entry.get('items', {}))}"
    words = " | ".join(map(str, entry["enum"])) if "enum" in entry else entry.get("format") or entry.get("type", "any")
    return str(words)
