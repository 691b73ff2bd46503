"""Forms the product brings along."""

from __future__ import annotations

from beichen.platform.forms.schema import Decline, Form, Kind, Option, Question, Section

CHECK_IN = Form(
    key="check_in",
    title={"zh": "双周沟通", "en": "Check-in"},
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
                        "en": "Write “none” if there is nothing. This never appears in a review.",
                    },
                ),
                Question(
                    key="load",
                    kind=Kind.CHOICE,
                    row="23c",
                    required=True,
                    label={"zh": "现在的工作负荷能持续吗？", "en": "Is your workload sustainable?"},
                    help={
                        "zh": "如实选就好；连续两次“难以持续”，上级会最先看到。",
                        "en": "If you choose “Not for long” twice in a row, your manager sees it first.",
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
                    label={"zh": "接下来两周打算做什么？", "en": "What is your plan for the next two weeks?"},
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


# ── reviews ─────────────────────────────────────────────────────────────────────────────────────────────────────

REVIEW_ROWS = {"self": "06b", "manager": "08b", "peer": "07c"}
"""The row of the table of rights that guards the answers of each part."""

_ANCHORS = (
    Option("60", {"zh": "离要求有明显差距", "en": "clearly below expectations"}),
    Option("80", {"zh": "基本达到", "en": "nearly meets expectations"}),
    Option("100", {"zh": "达到要求", "en": "meets expectations"}),
    Option("120", {"zh": "远超要求", "en": "far exceeds expectations"}),
)
_SCORE = {"zh": "分数", "en": "Score"}
_HELP_BY_HAND = {
    "zh": "没有可计分的目标：请打分并写明理由。",
    "en": "No scored goals: enter a score and say why.",
}


def _judged(key: str, part: str, zh: str, en: str) -> Question:
    """A score with words: a manager's always has its reason, others give evidence where it is extreme."""
    return Question(
        key=key, kind=Kind.SCORE, row=REVIEW_ROWS[part], parts=(part,), label=_SCORE, words={"zh": zh, "en": en},
        required=True, reasoned=part == "manager", options=_ANCHORS, high=120, places=2, longest=4_000,
        evidence_below=60, evidence_above=95,
    )  # fmt: skip


def _results(part: str, zh: str, en: str) -> Question:
    """Words about results that make their own score; a manager enters one where nothing was measured."""
    by_hand = part == "manager"
    return Question(
        key="goals", kind=Kind.SCORE, row=REVIEW_ROWS[part], parts=(part,), label=_SCORE, words={"zh": zh, "en": en},
        source="goals", by_hand=by_hand, reasoned=by_hand, help=_HELP_BY_HAND if by_hand else {}, high=120, places=2,
        longest=4_000,
    )  # fmt: skip


def _open(key: str, part: str, zh: str, en: str) -> Question:
    return Question(
        key=key, kind=Kind.LONG_TEXT, row=REVIEW_ROWS[part], parts=(part,), label={"zh": zh, "en": en}, longest=4_000
    )


REVIEW = Form(
    key="review",
    title={"zh": "季度考核", "en": "Quarterly review"},
    sections=(
        Section(
            key="goals",
            title={"zh": "目标", "en": "Goals"},
            weight=60,
            questions=(
                _results("self", "目标做得怎么样？遇到了什么阻碍？",
                         "How did your goals go, and what got in the way?"),
                _results("manager", "这些结果说明了什么？又有什么没有说出来？",
                         "What do the results say, and what do they not say?"),
                _results("peer", "对这些目标上的工作，你有什么观察？",
                         "What did you notice about the work on these goals?"),
            ),
        ),
        Section(
            key="behaviour",
            title={"zh": "行为与价值观", "en": "Behaviour and values"},
            weight=25,
            questions=(
                _judged("behaviour", "self", "哪件事体现了我们的价值观？一件具体的事胜过十个形容词。",
                        "Where did you live our values? One concrete example says more than ten adjectives."),
                _judged("behaviour", "manager", "你看到了什么？请举一件具体的事。",
                        "What did you see? Give one concrete example."),
                _judged("behaviour", "peer", "一起共事的感受如何？请举一件具体的事。",
                        "What was it like to work together? Give one concrete example."),
            ),
        ),
        Section(
            key="contribution",
            title={"zh": "贡献与协作", "en": "Contribution and collaboration"},
            weight=15,
            questions=(
                _judged("contribution", "self", "你帮助了谁？后来怎么样？",
                        "Who did you help, and what came of it?"),
                _judged("contribution", "manager", "如果没有对方的工作，会少了什么？",
                        "What would be missing without this person’s work?"),
                _judged("contribution", "peer", "对方的工作在哪里帮到了你？",
                        "Where did this person’s work help yours?"),
            ),
        ),
        Section(
            key="ahead",
            title={"zh": "往前看", "en": "Looking ahead"},
            questions=(
                _open("closing", "self", "接下来想做什么、学什么？",
                      "What do you want to do or learn next?"),
                _open("closing", "manager", "接下来对方可以做什么？结果公布后，对方最先读到的就是这一段。",
                      "What should come next for this person? They will read this first."),
                _open("closing", "peer", "对以后合作的一个期待", "One wish for working together next time"),
            ),
        ),
    ),
    decline=Decline(
        parts=("manager", "peer"),
        reasons=(
            Option("too_little", {"zh": "这段时间共事太少，无法公正评价",
                                  "en": "We worked together too little for a fair review"}),
            Option("too_close", {"zh": "关系太近，不便评价", "en": "We are too close for me to be impartial"}),
            Option("no_time", {"zh": "这段时间没有时间认真写", "en": "I do not have time to do it properly"}),
        ),
    ),
)  # fmt: skip
