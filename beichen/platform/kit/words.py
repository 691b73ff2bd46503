"""A number or date that is refused, and the words that say so: its field, its value, what is allowed."""

from __future__ import annotations

from beichen.platform.kit.errors import Invalid, Phrase, Translate, gettext_noop

NOT_NEGATIVE = gettext_noop("0 or more")
POSITIVE = gettext_noop("more than 0")
MORE_THAN = gettext_noop("more than %(limit)s")
NOT_ZERO = gettext_noop("any number but 0")
A_DECIMAL = gettext_noop("a decimal number")
FEWER_DIGITS = gettext_noop("a number with at most %(digits)s decimal digits")
DIFFERENT_KEYS = gettext_noop("one different key for each share")
AT_LEAST = gettext_noop("at least %(limit)s")
AT_MOST = gettext_noop("at most %(limit)s")
BETWEEN = gettext_noop("from %(low)s to %(high)s")
ONE_OF = gettext_noop("one of %(choices)s")
A_PERIOD = gettext_noop("a period such as 2026, 2026H1, 2026Q2 or 2026-04")
A_LATER_DAY = gettext_noop("a date after %(limit)s")
NOT_BEFORE = gettext_noop("%(limit)s or later")
AN_AMOUNT = gettext_noop("an amount of money such as 12,500.00 or 1.25万")
A_CURRENCY = gettext_noop("one currency in one pool")
NOT_THE_BASELINE = gettext_noop("a value other than the baseline, %(limit)s")
ONE_EDGE = gettext_noop("a lower edge, an upper edge or both")
ONE_OR_MORE = gettext_noop("one or more")
TWO_OR_MORE = gettext_noop("two or more")
ONE_DIRECTION = gettext_noop("values that only rise or only fall from the worst point to the best")
RISING = gettext_noop("more than the score of the point before, %(limit)s")
FALLING = gettext_noop("less than the grade above, %(limit)s")
SUM_OF = gettext_noop("parts that add up to %(limit)s")
EXACTLY = gettext_noop("exactly %(limit)s")
WITHIN = gettext_noop("at most %(limit)s up or down")
ONE_EACH = gettext_noop("one adjustment for each person")
A_REASON = gettext_noop("a reason in words")
A_KNOWN_UNIT = gettext_noop("a unit of this company")
ONE_TREE = gettext_noop("units that form one tree with one root")
NOT_ALL_ZERO = gettext_noop("at least one pool above 0 when the total is fixed")

FIELDS: dict[str, Phrase] = {
    "value": gettext_noop("value"),
    "denominator": gettext_noop("denominator"),
    "total": gettext_noop("total"),
    "weight": gettext_noop("weight"),
    "keys": gettext_noop("keys"),
    "lower_limit": gettext_noop("lower limit"),
    "lower_limits": gettext_noop("sum of the lower limits"),
    "upper_limit": gettext_noop("upper limit"),
    "period": gettext_noop("period"),
    "start": gettext_noop("start"),
    "due": gettext_noop("due date"),
    "end": gettext_noop("end"),
    "count": gettext_noop("count"),
    "amount": gettext_noop("amount"),
    "currency": gettext_noop("currency"),
    "baseline": gettext_noop("baseline"),
    "target": gettext_noop("target"),
    "tolerance": gettext_noop("tolerance"),
    "edges": gettext_noop("edges of the range"),
    "high": gettext_noop("upper edge"),
    "milestones": gettext_noop("milestones"),
    "cap": gettext_noop("cap"),
    "points": gettext_noop("points"),
    "score": gettext_noop("score"),
    "days": gettext_noop("days"),
    "part": gettext_noop("share"),
    "scale": gettext_noop("scale"),
    "minimum": gettext_noop("minimum"),
    "shares": gettext_noop("shares"),
    "unit": gettext_noop("unit"),
    "coefficient": gettext_noop("coefficient"),
    "flattening": gettext_noop("flattening"),
    "fte": gettext_noop("full-time equivalent"),
    "target_bonus": gettext_noop("target bonus"),
    "adjustment": gettext_noop("adjustment"),
    "adjustments": gettext_noop("sum of the adjustments"),
    "reason": gettext_noop("reason"),
    "parts": gettext_noop("parts"),
    "reserve": gettext_noop("reserve"),
    "pools": gettext_noop("pools"),
    "weekend": gettext_noop("weekend"),
}


def field_name(field: str) -> Phrase:
    """What people call a field; one without an entry is shown by its key."""
    return FIELDS.get(field, Phrase(field.replace("_", " ")))


class BadValue(Invalid):
    """A value that no formula takes; `allowed` is one of the phrases above, with its places given by name."""

    code = "bad_value"
    text = gettext_noop("“%(field)s” is %(value)s; it must be %(allowed)s.")

    def __init__(self, field: str, value: object, allowed: Phrase, **places: object) -> None:
        super().__init__(field=field)
        self.params = {"value": value, "allowed": allowed, **places, "field": field_name(field)}

    def sentence(self, translate: Translate = str) -> str:
        """As `Refused.sentence`, with the places inside `allowed` filled as well."""
        said = {name: translate(str(v)) if isinstance(v, Phrase) else v for name, v in self.params.items()}
        said["allowed"] = str(said["allowed"]) % said
        return translate(str(self.text)) % said
