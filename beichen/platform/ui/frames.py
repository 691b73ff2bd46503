"""Tags that frame other content: tables, drawers, menus, slots, forms. Part of `{% load ui %}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext

from beichen.platform import registry
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui import keys, rights
from beichen.platform.ui.requests import actor_of, drawn, field_errors, fresh_id, in_drawer

register = template.Library()
Context = dict[str, Any]
Tab = tuple[str, object, str]


def _request(context: template.Context) -> HttpRequest:
    request: HttpRequest = context["request"]
    return request


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
    """`{% drawer url extra="btn btn-primary" %}Update{% enddrawer %}`: opens beside the page."""
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
def empty(
    title: object, text: object, *, example: object = "", url: str = "", act: object = "", drawer: str = ""
) -> Context:
    """`{% empty title=… text=… example=… url=… act=… %}`: what the page is for, an example, the one button."""
    return {"title": title, "text": text, "example": example, "url": url, "act": act, "drawer": drawer}


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Sequence[Tab], current: str, label: object = "", rest: Sequence[Tab] = ()) -> Context:
    """`{% tabs items current="team" label=_("Views") rest=rarer %}`: links of (key, label, url).

    Those of `rest` stand in a menu behind the line, the one where somebody is on the line itself.
    """
    here = [tab for tab in rest if tab[0] == current]
    shown, hidden = [*items, *here], [tab for tab in rest if tab[0] != current]
    return {"items": shown, "rest": hidden, "current": current, "label": label or gettext("Views")}


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
    *,
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
    action = action or request.get_full_path()
    return render_to_string(
        "ui/parts/form.html",
        {
            "content": content,
            "action": action,
            "draft": draft,
            "version": _known(request, action, version),
            "save": save,
            "private": private,
            "target": "#drawer-body" if in_drawer(request) and not target else target,
            "extra": extra,
            "key": keys.idempotency_key(),
            "refusal": drawn(request).refusal,
        },
        request,
    )


def _known(request: HttpRequest, action: str, version: int | None) -> int | None:
    """The version the typed text was written upon: drawn again for a wrong field, a form still knows no newer one."""
    again = isinstance(drawn(request).refusal, Invalid) and action.partition("?")[0] == request.path
    return getattr(request, "version", version) if again and "version" in request.POST else version


@register.inclusion_tag("ui/parts/field.html", takes_context=True)
def field(context: template.Context, bound: BoundField, help: object = "", who: str = "", extra: str = "") -> Context:
    """`{% field form.text help=_("…") who="06a" %}`: label, input, who will see it, help, and what was wrong."""
    refused = field_errors(drawn(_request(context)).refusal).get(bound.html_name, "")
    errors = [refused] if refused else [str(error) for error in bound.errors]
    name = bound.auto_id or f"id_{bound.html_name}"
    help_text = help or bound.help_text
    described = [f"{name}_{part}" for part, there in (("error", errors), ("who", who), ("hint", help_text)) if there]
    attrs: dict[str, str | bool] = {"class": f"{_input_class(bound)} {extra}".strip()}
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
    *,
    label: object,
    title: object,
    sentence: object = "",
    reason: int = 0,
    version: int | None = None,
    tone: str = "",
    who: str = "",
    target: str = "",
) -> Context:
    """`{% confirm url label=_("Drop") title=_("Drop this goal?") reason=20 %}`: a button that asks before it posts.

    `reason` > 0 asks for a reason of at least so many characters, posted as `reason`; `who` names the row of
    the table that says who reads it; tone "danger" for what hurts.
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
        "row": who,
        "who": rights.who_sees(who) if who else "",
        "target": target,
        "id": fresh_id(request, "confirm"),
        "key": keys.idempotency_key(),
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
