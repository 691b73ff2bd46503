"""The language of formulas over metrics: read into a tree, and written back in one way.

    paying_users / mau * 100          if(visits > 0, orders / visits, 0)
    (revenue - prev(revenue)) / prev(revenue)          or_else(refunds, 0)

A name is the code of a metric; a code with blanks or signs stands in brackets: [R 30]. Full-width signs, × and ÷ are
understood. There is nothing else in the language: no attributes, no strings, no loops, no names but metrics and the
functions below. Reading costs time linear in the text, which holds at most 500 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from beichen.platform.kit.errors import Invalid, Phrase, gettext_noop

LONGEST = 500
DEEPEST = 24
MOST_PARTS = 120
MOST_DIGITS = 18
MOST_PLACES = 6

FUNCTIONS: dict[str, tuple[int, int]] = {
    "min": (2, 8), "max": (2, 8), "abs": (1, 1), "round": (2, 2), "or_else": (2, 2), "prev": (1, 1), "if": (3, 3),
}  # fmt: skip
"""Every function and how many arguments it takes at least and at most."""
COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,40}(?:\.\d{1,40})?)|(?P<name>[^\W\d]\w{0,79})|\[(?P<quoted>[^\[\]]{1,80})\]"
    r"|(?P<sign><=|>=|!=|[-+*/(),<>=]))"
)


class BadFormula(Invalid):
    """A formula that cannot be read: the sentence names the place and what is expected there."""

    code = "bad_formula"
    text = gettext_noop("The formula stops at “%(at)s”: %(allowed)s.")


A_VALUE = gettext_noop("a number, a metric or a function is expected here")
AN_OPERATOR = gettext_noop("an operator such as + or / is expected here")
A_BRACKET = gettext_noop("a closing bracket is missing")
NOTHING = gettext_noop("the formula is empty")
TOO_LONG = gettext_noop("a formula has at most 500 characters and 120 parts, nested at most 24 deep")
A_COMPARISON = gettext_noop("a comparison such as a > b is expected as the first part of if()")
A_FUNCTION = gettext_noop("the functions are min, max, abs, round, or_else, prev and if")
ARGUMENTS = gettext_noop("this function takes another number of arguments")
DIGITS = gettext_noop("round() takes a whole number of digits from 0 to 6 as its second part")
ONLY_A_METRIC = gettext_noop("prev() takes one metric: its value in the period before")
A_METRIC = gettext_noop("a formula names at least one metric")
A_SHORT_NUMBER = gettext_noop("a number has at most 18 digits, 6 of them after the point")


@dataclass(frozen=True, slots=True)
class Number:
    """A constant, exact."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of a metric by its code; `before` 1 is the period before."""

    code: str
    before: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """`sign` is one of + - * /."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """min, max, abs, or_else; round with `digits`."""

    name: str
    parts: tuple[Node, ...]
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """if(left sign right, yes, no)."""

    sign: str
    left: Node
    right: Node
    yes: Node
    no: Node


Node = Number | Ref | Operation | Call | Choice


def read(text: str) -> Node:
    """The tree of a formula, or BadFormula with the place at fault."""
    plain = _plain(text)
    if len(plain) > LONGEST:
        raise BadFormula(field="formula", at=plain[:12], allowed=TOO_LONG)
    return _Reader(plain).whole()


def parts_of(node: Node) -> tuple[Node, ...]:
    """The parts directly inside a part."""
    match node:
        case Operation(_, left, right):
            return (left, right)
        case Call(_, parts, _):
            return parts
        case Choice(_, left, right, yes, no):
            return (left, right, yes, no)
    return ()


def every(node: Node) -> Iterator[Node]:
    """The part itself and all inside it, outermost first."""
    yield node
    for part in parts_of(node):
        yield from every(part)


def refs(node: Node) -> tuple[Ref, ...]:
    """What the formula reads, each once, in the order of the text."""
    return tuple(dict.fromkeys(part for part in every(node) if isinstance(part, Ref)))


def codes(node: Node) -> frozenset[str]:
    """The codes of the metrics it reads."""
    return frozenset(ref.code for ref in refs(node))


def renamed(node: Node, name: Callable[[str], str]) -> Node:
    """The same formula with every metric called as `name` says."""
    match node:
        case Ref(code, before):
            return Ref(name(code), before)
        case Operation(sign, left, right):
            return Operation(sign, renamed(left, name), renamed(right, name))
        case Call(called, parts, digits):
            return Call(called, tuple(renamed(part, name) for part in parts), digits)
        case Choice(sign, left, right, yes, no):
            return Choice(sign, *(renamed(part, name) for part in (left, right, yes, no)))
    return node


def filled(node: Node, numbers: Mapping[Ref, str]) -> str:
    """The formula with the numbers that went in, for people to read."""
    plain = written(node)
    names = {written(ref): number for ref, number in numbers.items()}
    return _FILLED.sub(lambda found: names.get(found[0], found[0]), plain)


_FILLED = re.compile(r"prev\((?:\[[^\]]*\]|\w+)\)|\[[^\]]*\]|[^\W\d]\w*")
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2}
_BARE = re.compile(r"[^\W\d]\w{0,79}")


def written(node: Node, outer: int = 0) -> str:
    """The formula in its one spelling: `read(written(node)) == node`."""
    match node:
        case Number(value):
            return f"{value.normalize():f}" if value >= 0 else f"(0 - {-value.normalize():f})"
        case Ref(code, before):
            name = code if _BARE.fullmatch(code) and code.lower() not in FUNCTIONS else f"[{code}]"
            return f"prev({name})" if before else name
        case Operation(sign, left, right):
            rank = _RANK[sign]
            text = f"{written(left, rank)} {sign} {written(right, rank + 1)}"
            return f"({text})" if rank < outer else text
        case Call("round", (part,), digits):
            return f"round({written(part)}, {digits})"
        case Call(name, parts, _):
            return f"{name}({', '.join(written(part) for part in parts)})"
        case Choice(sign, left, right, yes, no):
            return f"if({written(left)} {sign} {written(right)}, {written(yes)}, {written(no)})"


def _plain(text: str) -> str:
    """Full-width signs as plain ones; ≤ ≥ ≠ as two signs."""
    return text.replace("≤", "<=").replace("≥", ">=").replace("≠", "!=").replace("==", "=").translate(_SIGNS).strip()


_SIGNS = str.maketrans({
    "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]", "，": ",", "＋": "+", "－": "-", "−": "-",
    "×": "*", "＊": "*", "·": "*", "÷": "/", "／": "/", "＜": "<", "＞": ">", "＝": "=", "．": ".", "\u3000": " ",
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
})  # fmt: skip


class _Reader:
    """One pass over the text from left to right; never looks back."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.parts, self.depth = text, 0, 0, 0
        self.kind, self.word = "", ""
        self._next()

    def whole(self) -> Node:
        if self.kind == "end":
            raise BadFormula(field="formula", at="", allowed=NOTHING)
        found = self._sum()
        if self.kind != "end":
            raise self._fault(AN_OPERATOR)
        return found

    def _fault(self, allowed: Phrase) -> BadFormula:
        return BadFormula(field="formula", at=self.word[:20] or "…", allowed=allowed)

    def _next(self) -> None:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            rest = self.text[self.at :].strip()
            self.kind, self.word = ("unknown", rest[:1]) if rest else ("end", "")
            return
        self.at, self.kind = found.end(), str(found.lastgroup)
        self.word = found[self.kind]

    def _made(self, node: Node) -> Node:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise self._fault(TOO_LONG)
        return node

    def _takes(self, sign: str) -> bool:
        if self.kind == "sign" and self.word == sign:
            self._next()
            return True
        return False

    def _sum(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._fault(TOO_LONG)
        found = self._product()
        while self.kind == "sign" and self.word in ("+", "-"):
            sign = self.word
            self._next()
            found = self._made(Operation(sign, found, self._product()))
        self.depth -= 1
        return found

    def _product(self) -> Node:
        found = self._one()
        while self.kind == "sign" and self.word in ("*", "/"):
            sign = self.word
            self._next()
            found = self._made(Operation(sign, found, self._one()))
        return found

    def _one(self) -> Node:
        if self._takes("-"):
            return self._minus()
        if self.kind == "number":
            return self._number()
        if self.kind == "quoted":
            return self._name(self.word.strip())
        if self.kind == "name":
            return self._named()
        if self._takes("("):
            found = self._sum()
            self._close()
            return found
        raise self._fault(A_VALUE)

    def _minus(self) -> Node:
        """−x is 0 − x; several in a row count towards the depth."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._fault(TOO_LONG)
        found = self._made(Operation("-", Number(Decimal(0)), self._one()))
        self.depth -= 1
        return found

    def _close(self) -> None:
        if not self._takes(")"):
            raise self._fault(A_BRACKET if self.kind == "end" else AN_OPERATOR)

    def _number(self) -> Node:
        whole, _, places = self.word.partition(".")
        if len(places) > MOST_PLACES or len(whole.lstrip("0")) + len(places) > MOST_DIGITS:
            raise self._fault(A_SHORT_NUMBER)
        found = Number(Decimal(self.word))
        self._next()
        return self._made(found)

    def _name(self, code: str) -> Node:
        if not code:
            raise self._fault(A_VALUE)
        self._next()
        return self._made(Ref(code))

    def _named(self) -> Node:
        word, name = self.word, self.word.lower()
        self._next()
        if not (self.kind == "sign" and self.word == "("):
            self.parts += 1
            return Ref(word)
        if name not in FUNCTIONS:
            self.word = word
            raise self._fault(A_FUNCTION)
        self._next()
        found = self._choice() if name == "if" else self._call(name, word)
        self._close()
        return self._made(found)

    def _call(self, name: str, word: str) -> Node:
        parts = [self._sum()]
        while self._takes(","):
            parts.append(self._sum())
        least, most = FUNCTIONS[name]
        if not least <= len(parts) <= most:
            self.word = word
            raise self._fault(ARGUMENTS)
        if name == "prev":
            return self._before(parts[0], word)
        if name == "round":
            return self._rounded(parts, word)
        return Call(name, tuple(parts))

    def _before(self, part: Node, word: str) -> Node:
        if not isinstance(part, Ref) or part.before:
            self.word = word
            raise self._fault(ONLY_A_METRIC)
        return Ref(part.code, 1)

    def _rounded(self, parts: list[Node], word: str) -> Node:
        digits = parts[1]
        if not (isinstance(digits, Number) and digits.value == int(digits.value) and 0 <= digits.value <= MOST_PLACES):
            self.word = word
            raise self._fault(DIGITS)
        return Call("round", (parts[0],), int(digits.value))

    def _choice(self) -> Node:
        left = self._sum()
        if not (self.kind == "sign" and self.word in COMPARISONS):
            raise self._fault(A_COMPARISON)
        sign = self.word
        self._next()
        right = self._sum()
        branches = []
        for _ in range(2):
            if not self._takes(","):
                raise self._fault(ARGUMENTS)
            branches.append(self._sum())
        return Choice(sign, left, right, branches[0], branches[1])
