"""The parts as template tags: `{% load ui %}`. Every tag takes plain values and asks the database nothing."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from beichen.platform.kit import clock
from beichen.platform.kit.rounding import PROGRESS
from beichen.platform.ui import drawings, figures, frames, icons, rights, words
from beichen.platform.ui.figures import Number
from beichen.platform.ui.requests import fresh_id

register = template.Library()
Context = dict[str, Any]


def _locale() -> str:
    return get_language() or "zh-hans"


def _request(context: template.Context) -> HttpRequest:
    request: HttpRequest = context["request"]
    return request


# Words and numbers


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """`{% icon "target" %}`: decoration; give a word beside it or an aria-label around it."""
    return icons.svg(name, extra)


@register.inclusion_tag("ui/parts/mark.html")
def mark(extra: str = "") -> Context:
    """The star trails: logo, empty picture and, with "mark-turning", the loading sign."""
    return {"extra": extra}


@register.filter
def number(value: Number | None, places: int = 0) -> str:
    """`{{ n|number:1 }}`: grouped, with so many decimals; an en dash for None."""
    return figures.NONE if value is None else figures.fixed(value, places)


@register.filter
def short(value: Number | None) -> SafeString:
    """`{{ n|short }}`: 12.35 万 or 123.5k, the exact figure as its tooltip."""
    return _shortened(figures.short(value, _locale()))


@register.filter
def money(value: Number | None, currency: str = "CNY") -> SafeString:
    """`{{ amount|money }}`: an int is cents as stored, a Decimal whole units; the exact figure as its tooltip."""
    return _shortened(figures.money(value, _locale(), currency))


@register.filter
def exact_money(value: Number | None, currency: str = "CNY") -> str:
    """`{{ amount|exact_money }}`: to the cent, for letters and pay lists."""
    return figures.money(value, _locale(), currency).exact


@register.filter
def percent(value: Number | None, places: int = 0) -> str:
    """`{{ share|percent }}`: an int is millionths as stored, a Decimal a share of 1."""
    return figures.percent(value, places)


@register.filter
def score(value: Number | None) -> str:
    """`{{ result|score }}`: an int is hundredths as stored; always two decimals."""
    return figures.score(value)


def _shortened(shown: figures.Shown) -> SafeString:
    if shown.text == shown.exact:
        return format_html('<span class="num">{}</span>', shown.text)
    return format_html(
        '<span class="num" title="{}">{}<span class="visually-hidden"> ({})</span></span>',
        shown.exact,
        shown.text,
        shown.exact,
    )


# Days


@register.filter
def day(value: dt.date | dt.datetime | None) -> SafeString | str:
    """`{{ date|day }}`: 10月3日 or 3 Oct, the year when it is another."""
    if value is None:
        return figures.NONE
    date = clock.local(value).date() if isinstance(value, dt.datetime) else value
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), figures.day(date, clock.today(), _locale()))


@register.filter
def moment(value: dt.datetime | None) -> SafeString | str:
    """`{{ instant|moment }}`: day and minute in the company's time."""
    if value is None:
        return figures.NONE
    local = clock.local(value)
    text = f"{figures.day(local.date(), clock.today(), _locale())} {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def until(value: dt.date) -> SafeString:
    """`{{ date|until }}`: 8 Mar 24:00 (Asia/Shanghai): the whole of this day still counts."""
    text = f"{figures.day(value, clock.today(), _locale())} 24:00 ({clock.home().key})"
    return format_html('<time datetime="{}">{}</time>', clock.end_of(value).isoformat(), text)


@register.filter
def due(value: dt.date | None) -> SafeString:
    """`{{ date|due }}`: Due today, 2 days late, In 3 days."""
    said = words.due(value, clock.today(), _locale())
    return format_html('<span class="due due-{}">{}</span>', said.tone, said.text)


# States


@register.inclusion_tag("ui/parts/health.html")
def health(key: str, small: str = "") -> Context:
    """`{% health "at_risk" %}`: shape, word and colour of ahead, on_track, at_risk, off_track, not_updated, done.

    Nothing for a state nobody knows: a page does not fall over a row.
    """
    return {"health": words.HEALTH.get(key), "small": small}


@register.inclusion_tag("ui/parts/progress.html")
def progress(value: Number | None, expected: Number | None = None, health: str = "") -> Context:
    """`{% progress done expected=pace health="at_risk" %}`: ints are millionths as stored, Decimals shares of 1.

    Nothing for a health of "hidden": its number is not for the reader.
    """
    share = None if value is None else figures.exact(value, PROGRESS)
    pace = None if expected is None else figures.exact(expected, PROGRESS)
    return {
        "shown": figures.percent(share),
        "pace_shown": figures.percent(pace) if pace is not None else "",
        "width": drawings.portion(float(share) if share is not None else 0),
        "pace": drawings.portion(float(pace)) if pace is not None else "",
        "health": health or "plain",
        "hidden": health == "hidden",
    }


@register.inclusion_tag("ui/parts/chip.html")
def chip(label: object, tone: str = "plain", icon: str = "") -> Context:
    """`{% chip goal.get_kind_display tone="accent" icon="rocket" %}`: kind and ambition; tones plain, accent, quiet."""
    return {"label": label, "tone": tone, "icon": icon}


@register.inclusion_tag("ui/parts/steps.html")
def steps(path: Sequence[tuple[str, object]], current: str) -> Context:
    """`{% steps path current=goal.state %}`: a path of (key, label); those before `current` are done."""
    keys_ = [key for key, _label in path]
    place = keys_.index(current) if current in keys_ else -1
    states = ["done" if n < place else "current" if n == place else "next" for n in range(len(path))]
    return {"steps": [{"label": label, "state": states[n], "n": n + 1} for n, (_key, label) in enumerate(path)]}


@register.inclusion_tag("ui/parts/working.html", takes_context=True)
def working(context: template.Context, bar: object, sentence: object) -> Context:
    """`{% working bar _("The reviews are being made.") %}`: how far a long job is; the page follows it by itself.

    `bar` is an events.progress.Bar, or None. Without scripts there is a link to look again.
    """
    request = context.get("request")
    return {"bar": bar, "sentence": sentence, "url": request.get_full_path() if request else ""}


# People


@register.inclusion_tag("ui/parts/person.html")
def person(name: str, unit: object = "", url: str = "", size: str = "") -> Context:
    """`{% person p.name unit=p.unit_name url=p.url %}`: initials, name, unit; size "small" leaves the unit out."""
    return {"name": name, "unit": unit, "url": url, "size": size}


@register.inclusion_tag("ui/parts/avatar.html")
def avatar(name: str, size: str = "") -> Context:
    """`{% avatar p.name %}`: initials on one of eight colours; decoration, the name stands beside it."""
    return {"initials": figures.initials(name), "hue": zlib.crc32(name.encode()) % 8, "size": size}


@register.inclusion_tag("ui/parts/who_sees.html")
def who_sees(row: str) -> Context:
    """`{% who_sees "06a" %}`: who will read what is typed here, in words, from the table of rights."""
    return {"row": row, "who": rights.who_sees(row)}


# Figures


@register.inclusion_tag("ui/parts/figure.html", takes_context=True)
def figure(
    context: template.Context,
    shown: object,
    *,
    terms: Sequence[tuple[object, object]] = (),
    sentence: object = "",
    url: str = "",
    lazy: str = "",
    label: object = "",
) -> Context:
    """`{% figure goal.score|score terms=terms sentence=_("…") url=list_url %}`: a number that opens to its reason.

    `terms` are (label, value) pairs, the last is the total; `url` is the list behind it; `lazy` is a fragment that
    the browser fetches when the figure is opened, for tables with many of them.
    """
    return {
        "shown": shown,
        "terms": terms,
        "sentence": sentence,
        "url": url,
        "lazy": lazy,
        "label": label,
        "id": fresh_id(_request(context), "figure"),
    }


@register.inclusion_tag("ui/parts/sparkline.html")
def sparkline(values: Sequence[Number], pace: Sequence[Number] = (), label: object = "") -> Context:
    """`{% sparkline points pace=points label=_("Progress, last 8 weeks") %}`: draws nothing under two values."""
    line = drawings.sparkline([float(v) for v in values], [float(v) for v in pace])
    return {"line": line, "label": label}


@register.inclusion_tag("ui/parts/bars.html")
def waterfall(rows: Sequence[drawings.Step], caption: object = "") -> Context:
    """`{% waterfall steps caption=_("How the result came about") %}`: a table whose rows carry their bars."""
    return {"bars": drawings.waterfall(rows), "caption": caption, "kind": "waterfall"}


@register.inclusion_tag("ui/parts/bars.html")
def bars(
    rows: Sequence[tuple[str, float, str]], against: Sequence[float] = (), caption: object = "", mark: object = ""
) -> Context:
    """`{% bars rows against=guide caption=… mark=_("guide") %}`: (label, value, shown), each with a mark to compare."""
    return {"bars": drawings.bars(rows, against), "caption": caption, "kind": "bars", "mark": mark}


register.tags.update(frames.register.tags)
