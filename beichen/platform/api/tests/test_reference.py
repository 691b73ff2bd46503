from __future__ import annotations

from beichen.platform.api.reference import by_tag
from beichen.platform.api.tests.doors import api


def test_every_operation_is_listed_with_its_fields():
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    listed = [one for found in by_tag(schema).values() for one in found]
    assert len(listed) == sum(len(methods) for methods in schema["paths"].values())
    make = next(one for one in listed if one.id == "make")
    assert (make.method, make.answers) == ("POST", "201")
    assert [(field.name, field.required) for field in make.fields] == [
        ("title", True),
        ("version", False),
        ("refuse", False),
    ]
    accounts = next(one for one in listed if one.id == "accounts")
    assert {field.place for field in accounts.fields} == {"query"}
