"""What people can meet when something is refused: a sentence with a code.

The kit knows no translations. `text` is an English message with `%(name)s` places, or a lazy translation of one;
a door calls `sentence(gettext)`. Messages and phrases of plain modules are marked with `gettext_noop`, so that the
collector of messages finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

Translate = Callable[[str], str]


class Phrase(str):
    """An English message used as a parameter: it is translated before it is put into its sentence."""

    __slots__ = ()


def gettext_noop(message: str) -> Phrase:
    """Mark a message for the collector and give it back untranslated."""
    return Phrase(message)


class Refused(Exception):
    """Something asked for that cannot be done: `code` for programs, `text` for people, `status` for HTTP.

    `subject` is the object it is about, for the door that draws the answer; `field` names the form field at fault.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    text: ClassVar[object] = gettext_noop("This is not possible right now.")

    def __init__(self, subject: object = None, *, field: str | None = None, **params: object) -> None:
        self.subject = subject
        self.field = field
        self.params = params
        super().__init__(subject, field, params)

    def sentence(self, translate: Translate = str) -> str:
        """The whole sentence in the reader's language; English without a translator."""
        params = {name: _said(value, translate) for name, value in self.params.items()}
        template = translate(str(self.text))
        return template % params if params else template

    def __str__(self) -> str:
        return self.sentence()


class NotFound(Refused):
    """It does not exist, or it is not the actor's to see: the two are never told apart."""

    code = "not_found"
    status = 404
    text: ClassVar[object] = gettext_noop("There is nothing here, or you do not have access.")


class Forbidden(Refused):
    """The actor may see it and may not do this with it."""

    code = "forbidden"
    status = 403
    text: ClassVar[object] = gettext_noop("You can see this, but you cannot take this step.")


class Changed(Refused):
    """Somebody else changed it after the actor read it."""

    code = "changed"
    text: ClassVar[object] = gettext_noop(
        "Somebody has changed this in the meantime. Look at the new version, then try again."
    )


class Invalid(Refused):
    """What was entered cannot be taken; `fields` holds one message per field."""

    code = "invalid"
    status = 422
    text: ClassVar[object] = gettext_noop("Some entries are not valid. See the marked fields.")

    def __init__(
        self,
        subject: object = None,
        *,
        field: str | None = None,
        fields: Mapping[str, str] | None = None,
        **params: object,
    ) -> None:
        super().__init__(subject, field=field, **params)
        self.fields: dict[str, str] = dict(fields or {})

    def messages(self, translate: Translate = str) -> dict[str, str]:
        """One sentence per field; the field at fault carries the whole sentence where no other was given."""
        if not self.fields and self.field is not None:
            return {self.field: self.sentence(translate)}
        return {field: translate(str(message)) for field, message in self.fields.items()}


def _said(value: object, translate: Translate) -> object:
    return translate(str(value)) if isinstance(value, Phrase) else value
