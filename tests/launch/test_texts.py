"""Translations and templates are checked without gettext."""

from __future__ import annotations

from pathlib import Path

import pytest

from beichen.launch import template_check, translation_check, translations
from beichen.launch.messages import Message, used

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An area with one module, one template and room for a catalogue."""
    area = tmp_path / "beichen" / "talks"
    (area / "templates" / "talks").mkdir(parents=True)
    (area / "locale" / "zh_Hans" / "LC_MESSAGES").mkdir(parents=True)
    (area / "choices.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        "from somewhere import gettext\n"
        "A = _('Late by %(days)s days')\nB = ngettext('%d goal', '%d goals', 2)\nC = pgettext('month', 'May')\n"
        "D = gettext('not ours')\n",
        encoding="utf-8",
    )
    (area / "templates" / "talks" / "x.html").write_text(
        '{% load i18n %}{% translate "Sign in" %}{{ _("Hello") }}'
        "{% blocktranslate count n=n %}{{ n }} person{% plural %}{{ n }} people{% endblocktranslate %}",
        encoding="utf-8",
    )
    return tmp_path


def catalogue(package: Path, text: str) -> Path:
    path = package / "beichen" / "talks" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.write_text(HEADER + text, encoding="utf-8")
    return path


GOOD = (
    'msgid "Late by %(days)s days"\nmsgstr "晚了 %(days)s 天"\n\n'
    'msgid "%d goal"\nmsgid_plural "%d goals"\nmsgstr[0] "%d 个目标"\n\n'
    'msgctxt "month"\nmsgid "May"\nmsgstr "五月"\n\n'
    'msgid "Sign in"\nmsgstr "登录"\n\nmsgid "Hello"\nmsgstr "你好"\n\n'
    'msgid "%(n)s person"\nmsgid_plural "%(n)s people"\nmsgstr[0] "%(n)s 人"\n'
)


def test_finds_every_text_of_code_and_templates(package: Path) -> None:
    assert {use.message for use in used(package)} == {
        Message("", "Late by %(days)s days"),
        Message("", "%d goal", "%d goals"),
        Message("month", "May"),
        Message("", "Sign in"),
        Message("", "Hello"),
        Message("", "%(n)s person", "%(n)s people"),
    }


def test_a_complete_catalogue_has_no_faults(package: Path) -> None:
    catalogue(package, GOOD)
    assert translation_check.faults(package) == []


@pytest.mark.req("BASE-03")
@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "登录"', 'msgstr ""', "'Sign in' has no translation"),
        ('msgid "Sign in"', '#, fuzzy\nmsgid "Sign in"', "'Sign in' is marked fuzzy"),
        ("晚了 %(days)s 天", "晚了 %(day)s 天", "differ in placeholders"),
        ('msgid "Hello"', 'msgid "Bye"', "'Hello' is in no zh_Hans catalogue"),
        ('msgctxt "month"\n', "", "'May' is in no zh_Hans catalogue"),
        ("%d goals", "%d aims", "has another plural"),
    ],
)
def test_each_kind_of_fault_is_named(package: Path, old: str, new: str, fault: str) -> None:
    assert GOOD.count(old) == 1
    catalogue(package, GOOD.replace(old, new))
    assert any(fault in line for line in translation_check.faults(package))


def test_two_translations_of_one_text_are_a_fault(package: Path) -> None:
    catalogue(package, GOOD)
    other = package / "beichen" / "goals" / "locale" / "zh_Hans" / "LC_MESSAGES"
    other.mkdir(parents=True)
    (other / "django.po").write_text(HEADER + 'msgid "Hello"\nmsgstr "您好"\n', encoding="utf-8")
    assert any("translated differently elsewhere" in line for line in translation_check.faults(package))


@pytest.mark.req("BASE-03")
def test_compiles_what_is_newer_and_nothing_else(package: Path) -> None:
    path = catalogue(package, GOOD)
    assert translations.compile_all(package) == 1
    assert path.with_suffix(".mo").stat().st_size > 100
    assert translations.compile_all(package) == 0


def test_a_template_that_names_a_missing_one_is_a_fault(package: Path) -> None:
    folder = package / "beichen" / "talks" / "templates"
    (folder / "talks" / "broken.html").write_text("{% if %}", encoding="utf-8")
    (folder / "talks" / "lost.html").write_text('{% include "talks/nowhere.html" %}', encoding="utf-8")
    (folder / "talks" / "x.html").write_text('{% include "talks/y.html" %}', encoding="utf-8")
    (folder / "talks" / "y.html").write_text("fine", encoding="utf-8")
    from django.template import Engine

    lines = list(template_check.faults(package, Engine(dirs=[str(folder)])))
    assert len(lines) == 2
    assert "talks/broken.html: TemplateSyntaxError" in lines[0]
    assert "talks/lost.html: TemplateDoesNotExist" in lines[1]
