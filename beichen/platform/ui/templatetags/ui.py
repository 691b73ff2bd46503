"""The parts as template tags: `{% load ui %}`. Every tag takes plain values and asks the database nothing."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from beichen.platform import registry
from beichen.platform.kit import clock
from beichen.platform.ui import drawings, figures, icons, keys, rights, words
from beichen.platform.ui.figures import Number
from beichen.platform.ui.requests import actor_of, drawn, field_errors, fresh_id, in_drawer

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
    date = value.astimezone(clock.now().tzinfo).date() if isinstance(value, dt.datetime) else value
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), figures.day(date, clock.today(), _locale()))


@register.filter
def moment(value: dt.datetime | None) -> SafeString | str:
    """`{{ instant|moment }}`: day and minute in the company's time."""
    if value is None:
        return figures.NONE
    local = timezone.localtime(value)
    text = f"{figures.day(local.date(), clock.today(), _locale())} {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def due(value: dt.date | None) -> SafeString:
    """`{{ date|due }}`: Due today, 2 days late, In 3 days."""
    said = words.due(value, clock.today(), _locale())
    return format_html('<span class="due due-{}">{}</span>', said.tone, said.text)


# States


@register.inclusion_tag("ui/parts/health.html")
def health(key: str, small: str = "") -> Context:
    """`{% health "at_risk" %}`: shape, word and colour of ahead, on_track, at_risk, off_track, not_updated, done."""
    return {"health": words.HEALTH[key], "small": small}


@register.inclusion_tag("ui/parts/progress.html")
def progress(value: Number | None, expected: Number | None = None, health: str = "") -> Context:
    """`{% progress done expected=pace health="at_risk" %}`: ints are millionths as stored, Decimals shares of 1."""
    share = None if value is None else figures.exact(value, figures.PROGRESS)
    pace = None if expected is None else figures.exact(expected, figures.PROGRESS)
    return {
        "shown": figures.percent(share),
        "pace_shown": figures.percent(pace) if pace is not None else "",
        "width": drawings.portion(float(share) if share is not None else 0),
        "pace": drawings.portion(float(pace)) if pace is not None else "",
        "health": health or "plain",
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


# Frames


@register.simple_block_tag(takes_context=True)
def keep(context: template.Context, content: str, name: str) -> str:
    """Draw once, use twice: the content is shown nowhere and kept under `name`. For the shell's title."""
    context[name] = content
    return ""


@register.simple_block_tag
def table(content: str, caption: object = "", extra: str = "") -> str:
    """`{% table caption=_("Goals") %}<thead>…</thead><tbody>…</tbody>{% endtable %}`: class "num" for numbers."""
    return render_to_string("ui/parts/table.html", {"content": content, "caption": caption, "extra": extra})


@register.simple_block_tag(takes_context=True)
def drawer(context: template.Context, content: str, url: str, extra: str = "btn") -> str:
    """`{% drawer url extra="btn btn-primary" %}Update{% enddrawer %}`: opens beside the page, or as a page without JS."""
    return render_to_string("ui/parts/drawer_link.html", {"content": content, "url": url, "extra": extra})


@register.simple_block_tag(takes_context=True)
def menu(context: template.Context, content: str, label: object = "") -> str:
    """`{% menu label=gettext("More") %}<a class="menu-item" …>…</a>{% endmenu %}`: the acts of a row."""
    name = fresh_id(_request(context), "menu")
    return render_to_string("ui/parts/menu.html", {"content": content, "label": label or gettext("More"), "id": name})


@register.inclusion_tag("ui/parts/pager.html", takes_context=True)
def pager(context: template.Context, following: str, target: str = "") -> Context:
    """`{% pager page.next target="#rows" %}`: one button to the next rows, appended to `target` when given."""
    query = _request(context).GET.copy()
    query["after"] = following
    return {"following": following, "url": f"?{query.urlencode()}", "target": target}


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: object, text: object, example: object = "", url: str = "", act: object = "", drawer: str = "") -> Context:
    """`{% empty title=… text=… example=… url=… act=… %}`: what the page is for, an example, the one button."""
    return {"title": title, "text": text, "example": example, "url": url, "act": act, "drawer": drawer}


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Sequence[tuple[str, object, str]], current: str, label: object = "") -> Context:
    """`{% tabs items current="team" label=_("Views") %}`: links of (key, label, url)."""
    return {"items": items, "current": current, "label": label or gettext("Views")}


@register.inclusion_tag("ui/parts/slot.html", takes_context=True)
def slot(context: template.Context, name: str, subject_id: int = 0) -> Context:
    """`{% slot "people.person" person.id %}`: the panels that other areas hang in here."""
    request = _request(context)
    actor = actor_of(request)
    found = registry.panels(name, request, actor, subject_id) if actor else []
    return {"panels": found, "slot": name, "request": request, "ui": context.get("ui")}


@register.simple_tag(takes_context=True)
def panel(context: template.Context, panel: registry.Panel) -> str:
    """Draw a panel's own template with its own context; used by the slot."""
    return render_to_string(panel.template, {"panel": panel, **panel.context}, _request(context))


# Forms


@register.inclusion_tag("ui/parts/refusal_line.html", takes_context=True)
def refusal(context: template.Context) -> Context:
    """The sentence above a form that is drawn again."""
    refused = drawn(_request(context)).refusal
    return {"sentence": refused.sentence(gettext) if refused else ""}


@register.simple_block_tag(takes_context=True)
def form(
    context: template.Context,
    content: str,
    action: str = "",
    draft: str = "",
    version: int | None = None,
    save: str = "",
    private: str = "",
    target: str = "",
    extra: str = "",
) -> str:
    """`{% form action=url draft="goal-12" version=goal.version %}…{% endform %}`: posts once, keeps what is typed.

    `draft` names the draft in this browser (empty: none; `private` keeps it in the tab only); `save` is an address
    that stores it on the server; `target` is the element that htmx replaces with the answer (in a drawer: the drawer).
    """
    request = _request(context)
    return render_to_string(
        "ui/parts/form.html",
        {
            "content": content,
            "action": action or request.get_full_path(),
            "draft": draft,
            "version": version,
            "save": save,
            "private": private,
            "target": "#drawer-body" if in_drawer(request) and not target else target,
            "extra": extra,
            "key": keys.idempotency_key(),
            "refusal": drawn(request).refusal,
        },
        request,
    )


@register.inclusion_tag("ui/parts/field.html", takes_context=True)
def field(context: template.Context, bound: BoundField, help: object = "", who: str = "", extra: str = "") -> Context:
    """`{% field form.text help=_("…") who="06a" %}`: label, input, who will see it, help, and what was wrong."""
    refused = field_errors(drawn(_request(context)).refusal).get(bound.html_name, "")
    errors = [refused] if refused else [str(error) for error in bound.errors]
    name = bound.auto_id or f"id_{bound.html_name}"
    help_text = help or bound.help_text
    described = [f"{name}_{part}" for part, there in (("error", errors), ("who", who), ("hint", help_text)) if there]
    attrs = {"class": f"{_input_class(bound)} {extra}".strip()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if errors:
        attrs |= {"aria-invalid": "true", "class": f"{attrs['class']} is-invalid"}
    kind = getattr(bound.field.widget, "input_type", "")
    group = kind in ("radio", "checkbox") and hasattr(bound.field, "choices")
    if group:
        bound.field.widget.attrs["class"] = "form-check-input"
    return {
        "bound": bound,
        "input": "" if group else bound.as_widget(attrs=attrs),
        "described": " ".join(described),
        "errors": errors,
        "help": help_text,
        "who": rights.who_sees(who) if who else "",
        "row": who,
        "name": name,
        "check": kind == "checkbox" and not group,
        "group": group,
    }


def _input_class(bound: BoundField) -> str:
    kind = getattr(bound.field.widget, "input_type", "text")
    if kind in ("radio", "checkbox"):
        return "form-check-input"
    return "form-select" if kind == "select" else "form-control"


@register.inclusion_tag("ui/parts/submit.html")
def submit(label: object, cancel: str = "", tone: str = "primary") -> Context:
    """`{% submit _("Save") cancel=url %}`: the one primary act of the form; sticks to the bottom on a phone."""
    return {"label": label, "cancel": cancel, "tone": tone}


@register.inclusion_tag("ui/parts/confirm.html", takes_context=True)
def confirm(
    context: template.Context,
    url: str,
    label: object,
    title: object,
    sentence: object = "",
    reason: int = 0,
    version: int | None = None,
    tone: str = "",
    target: str = "",
) -> Context:
    """`{% confirm url label=_("Drop") title=_("Drop this goal?") reason=20 %}`: a button that asks before it posts.

    `reason` > 0 asks for a reason of at least so many characters, posted as `reason`; tone "danger" for what hurts.
    """
    request = _request(context)
    return {
        "url": url,
        "label": label,
        "title": title,
        "sentence": sentence,
        "reason": reason,
        "version": version,
        "tone": tone,
        "target": target,
        "id": fresh_id(request, "confirm"),
        "key": keys.idempotency_key(),
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
