"""What the reads of values give: figures, periods, what is held back, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext

from beichen.metrics.choices import HeldReason, Origin, PublicationState
from beichen.metrics.formulas import quality
from beichen.metrics.queries.library import MetricCard
from beichen.platform.ui.language import for_reader


def plain(value: Decimal | None) -> str:
    """A figure as people read it: grouped, without needless zeros; a dash for none."""
    return "–" if value is None else f"{value.normalize():,f}"


@dataclass(frozen=True, slots=True)
class About:
    """Whose figure it is: a person's or a unit's."""

    person_id: int | None
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One figure; `key` is the number or code of its subject. `replaces` names the one it corrected, for `reason`."""

    id: int
    subject_id: int
    subject: str
    subject_en: str
    key: str
    unit: str
    value: Decimal
    origin: str
    author: str
    at: datetime
    reason: str
    replaces: int | None
    inputs: list[int] | None
    number: int

    @property
    def title(self) -> str:
        """The subject in the reader's language."""
        return for_reader(self.subject, self.subject_en)

    @property
    def shown(self) -> str:
        """The figure with all its digits."""
        return plain(self.value)

    @property
    def reason_said(self) -> str:
        """Why it replaced another, in the reader's language where the product says it."""
        return gettext(self.reason)

    @property
    def origin_label(self) -> str:
        """Where it came from, in words."""
        return str(Origin(self.origin).label)


@dataclass(frozen=True, slots=True)
class PeriodCard:
    """A metric's figures for a period as a whole. `missing` had a figure in the period before."""

    metric_id: int
    period: str
    state: str
    values: int
    by_hand: int
    missing: int
    held: int
    late_days: int
    last_editor_id: int | None
    signer: str
    signed_at: datetime | None
    note: str
    version: int

    @property
    def state_label(self) -> str:
        """In words."""
        return str(PublicationState(self.state).label)

    @property
    def is_published(self) -> bool:
        """Whether it counts."""
        return self.state == PublicationState.PUBLISHED

    @property
    def hand_share(self) -> Fraction | None:
        """The share entered by hand."""
        return quality.share(self.by_hand, self.values)

    @property
    def hand_percent(self) -> int | None:
        """The share entered by hand in whole percent."""
        share = self.hand_share
        return None if share is None else round(share * 100)


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A figure that was held back; `limit` would just have passed, `said` is what was said when it was entered."""

    id: int
    metric_id: int
    metric: str
    metric_en: str
    metric_unit: str
    period: str
    subject: str
    subject_en: str
    value: Decimal
    fault: str
    limit: Decimal | None
    origin: str
    author_id: int | None
    author: str
    at: datetime
    said: str
    version: int

    @property
    def title(self) -> str:
        """The metric in the reader's language."""
        return for_reader(self.metric, self.metric_en)

    @property
    def about(self) -> str:
        """The subject in the reader's language."""
        return for_reader(self.subject, self.subject_en)

    @property
    def shown(self) -> str:
        """The figure with all its digits."""
        return plain(self.value)

    @property
    def limit_shown(self) -> str:
        """What would just have passed."""
        return plain(self.limit)

    @property
    def fault_label(self) -> str:
        """Which rule it failed."""
        return str(HeldReason(self.fault).label)


@dataclass(frozen=True, slots=True)
class Term:
    """One number that went into a formula, and where it came from."""

    code: str
    name: str
    unit: str
    before: bool
    period: str
    value: Decimal | None
    origin: str
    author: str
    at: datetime | None
    is_current: bool
    value_id: int | None

    @property
    def shown(self) -> str:
        """The number, or a dash."""
        return plain(self.value)

    @property
    def origin_label(self) -> str:
        """In words."""
        return str(Origin(self.origin).label) if self.origin else ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a figure came about: its terms, what they give, the figures it replaced. `agrees`: the terms give it."""

    metric: MetricCard
    period: str
    line: ValueLine
    formula: str
    with_numbers: str
    terms: tuple[Term, ...]
    gives: Decimal | None
    agrees: bool
    earlier: tuple[ValueLine, ...]

    @property
    def gives_shown(self) -> str:
        """What the terms give."""
        return plain(self.gives)


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A metric of which figures are due: its newest period and where that stands."""

    metric: MetricCard
    card: PeriodCard
