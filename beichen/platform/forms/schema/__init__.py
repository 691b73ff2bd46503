"""Questions, and what makes an answer right. Plain Python: a form is read from and written to JSON.

Answers are JSON too, by question key: text "…", choice "key", scale 4, yes_no true,
score {"score": "87", "text": "…"}: the number and the words beside it. A question without an answer is left out.

One form may ask several people about the same: each question says whose part asks it, and `Form.for_part` is what one
of them meets. Sections may weigh; a question may take its number from records (`source`) and ask for words alone.
"""

from beichen.platform.forms.schema.answers import Fault, answers_from, check, score_of, tidy, validate
from beichen.platform.forms.schema.questions import (
    Answers,
    BadForm,
    Decline,
    Form,
    Kind,
    Option,
    Question,
    Section,
    Words,
    words,
)
from beichen.platform.forms.schema.stored import check_form, dump, load

__all__ = [
    "Answers",
    "BadForm",
    "Decline",
    "Fault",
    "Form",
    "Kind",
    "Option",
    "Question",
    "Section",
    "Words",
    "answers_from",
    "check",
    "check_form",
    "dump",
    "load",
    "score_of",
    "tidy",
    "validate",
    "words",
]
