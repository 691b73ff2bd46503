"""Forms the product brings along."""

from __future__ import annotations

from beichen.platform.forms.schema import Form, Kind, Option, Question, Section

CHECK_IN = Form(
    key="check_in",
    title={"zh": "双周沟通", "en": "Two-week check-in"},
    sections=(
        Section(
            key="talk",
            title={"zh": "四个问题", "en": "Four questions"},
            questions=(
                Question(
                    key="fulfilling",
                    kind=Kind.LONG_TEXT,
                    row="23b",
                    required=True,
                    longest=1000,
                    label={"zh": "这段时间最有成就感的一件事是什么？", "en": "What was most fulfilling lately?"},
                    help={"zh": "一两句就好，写下你做成了什么。", "en": "A sentence or two: what did you get done?"},
                ),
                Question(
                    key="obstacles",
                    kind=Kind.LONG_TEXT,
                    row="23c",
                    required=True,
                    longest=1000,
                    label={
                        "zh": "遇到了什么阻碍？需要谁的支持？",
                        "en": "What is in the way, and whose support do you need?",
                    },
                    help={
                        "zh": "没有就写“没有”。这里的内容不会出现在考核里。",
                        "en": "Write “none” if there is nothing. This never appears beside a review.",
                    },
                ),
                Question(
                    key="load",
                    kind=Kind.CHOICE,
                    row="23c",
                    required=True,
                    label={"zh": "现在的工作负荷能持续吗？", "en": "Can you keep up this load?"},
                    help={
                        "zh": "如实选就好；连续两次“难以持续”，上级会最先看到。",
                        "en": "Twice “not for long” and your manager sees it first of all.",
                    },
                    options=(
                        Option("light", {"zh": "还有余力", "en": "I could take more"}),
                        Option("fine", {"zh": "可以持续", "en": "Yes"}),
                        Option("heavy", {"zh": "有些吃力", "en": "It is heavy"}),
                        Option("unsustainable", {"zh": "难以持续", "en": "Not for long"}),
                    ),
                ),
                Question(
                    key="plan",
                    kind=Kind.LONG_TEXT,
                    row="23b",
                    required=True,
                    longest=1000,
                    label={"zh": "接下来两周打算做什么？", "en": "What are the next two weeks for?"},
                    help={"zh": "写最重要的一到三件。", "en": "The one to three things that matter most."},
                ),
                Question(
                    key="growth",
                    kind=Kind.LONG_TEXT,
                    row="23c",
                    longest=1000,
                    label={"zh": "最近想在哪方面成长？", "en": "Where would you like to grow?"},
                    help={"zh": "想到再写，不必每次都填。", "en": "Only when something comes to mind."},
                ),
            ),
        ),
    ),
)
