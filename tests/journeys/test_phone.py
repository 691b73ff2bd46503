"""Every everyday act on a phone: from its reminder to done in three taps; put on the home screen; offline; by voice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page

from beichen.conversations import choices as talks
from beichen.goals import choices as goals
from beichen.platform.approvals import choices as approvals
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.ui.management.commands.screenshots import violations
from tests.database import login
from tests.journeys.phone import MOST, opened
from tests.journeys.test_agreement import drafted
from tests.journeys.test_board import fall_silent
from tests.journeys.town import Person, Town
from tests.journeys.wire import wired

GOAL, TYPED, SPOKEN = "把新手引导压到三步", "排期推迟，需要一名测试", "灰度已经全量"
OFFLINE = "No connection: nothing was sent and nothing is lost."
EVERYDAY = ("/", "/goals/", "/goals/all/", "/talks/", "/reviews/", "/notices/", "/strategy/", "/people/", "/reward/")


# ── three taps ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("BASE-04", "TALK-02")
def test_a_check_in_is_written_and_answered_in_three_taps(town: Town) -> None:
    from beichen.conversations.models import CheckIn
    from beichen.conversations.rules import remind

    with town.owner():
        CheckIn.objects.filter(person_id=town.golden.id("E006"), state="due").update(due_on=clock.today())
    with login("beichen_worker"):
        remind(system("conversations.open_due", "a journey"), clock.today())
    thumb = opened(town, "E006", owed="Write your check-in", notice=talks.DUE_TODAY, act="Send to 许知微")
    me = thumb.me
    for label in (
        "What was most fulfilling lately?",
        "What is in the way",
        "What is your plan for the next two weeks?",
    ):
        me.fill(label, TYPED)
    thumb.tap(me.page.get_by_label(me.said("It is heavy"), exact=True))
    thumb.press("Send to 许知微")
    assert me.sees(TYPED)
    assert thumb.taps <= MOST
    town.work()
    thumb = opened(town, "E004", owed="Reply to a check-in", notice=talks.SENT, act="回复", locale="zh-hans")
    thumb.tap(thumb.me.inside().locator(".tap"))
    thumb.press("回复")
    assert thumb.taps <= MOST


@pytest.mark.req("BASE-04", "GOAL-12")
def test_an_update_that_was_asked_for_is_given_in_three_taps(town: Town) -> None:
    from beichen.goals.queries import Wanted
    from beichen.goals.rules import nudge
    from beichen.people.models import Cycle

    fall_silent(town)
    with town.owner():
        cycle = Cycle.objects.get().pk
    nudge(town.golden.actor("E015"), cycle, Wanted(state="attention"))
    thumb = opened(town, "E008", owed="完成量", notice=goals.NUDGED, act="Save", locale="zh-hans")
    thumb.me.fill("Where does it stand now?", "6")
    thumb.press("Save")
    assert thumb.taps <= MOST


@pytest.mark.req("BASE-04", "GOAL-01")
def test_a_goal_is_agreed_to_in_three_taps(town: Town) -> None:
    author = drafted(town, GOAL, "40", "34")
    author.press("Submit")
    thumb = opened(town, "E005", owed=f"Approve goal: {GOAL}", notice=approvals.ASKED, act="Approve")
    thumb.press("Approve")
    assert thumb.taps <= MOST
    author.again()
    assert "Waiting for" not in author.reads()


# ── on the home screen ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("BASE-04")
@pytest.mark.parametrize(
    ("locale", "lang", "name", "shortcut"),
    [("en", "en", "Beichen", "Goals"), ("zh-hans", "zh-CN", "北辰", "目标")],
)
def test_a_phone_may_put_it_on_its_home_screen(town: Town, locale: str, lang: str, name: str, shortcut: str) -> None:
    me = town.browse("E006", phone=True, locale=locale)
    me.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = me.page.context.new_cdp_session(me.page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    missing = {fault["errorId"] for fault in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert missing <= {"in-incognito"}  # every browser of a journey forgets what it knew
    found = me.page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(answer => answer.json())")
    assert (found["name"], found["lang"], found["dir"], found["display"]) == (name, lang, "ltr", "standalone")
    assert shortcut in [each["name"] for each in found["shortcuts"]]
    for icon in found["icons"]:
        drawn = me.page.evaluate(SIZE, icon["src"])
        assert icon["sizes"] in ("any", f"{drawn}x{drawn}"), icon
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}


SIZE = """src => new Promise((found, none) => {
  const image = new Image();
  Object.assign(image, { onload: () => found(image.naturalWidth), onerror: none, src });
})"""


# ── without a connection ────────────────────────────────────────────────────────────────────────────────────────────


def write(me: Person) -> None:
    """From home to the open check-in."""
    me.menu("Talks")
    me.page.locator(".next-talk a.btn-primary").tap()
    me.settled()


def online(me: Person, *, on: bool) -> None:
    me.page.context.set_offline(not on)
    me.page.wait_for_function(f"navigator.onLine === {str(on).lower()}")


@pytest.mark.req("BASE-04")
def test_a_check_in_typed_without_a_connection_outlives_its_tab(town: Town) -> None:
    me = town.browse("E007", phone=True)
    write(me)
    me.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    me.again()
    address = me.page.url
    online(me, on=False)
    box = me.page.locator("main textarea").first
    box.press_sequentially(TYPED)
    me.inside().get_by_role("button", name="Send to 许知微").tap()
    assert me.sees(OFFLINE)
    assert me.page.url == address
    me.page.reload()
    assert me.sees("What you typed is kept on this device")
    context = me.page.context
    me.page.close()
    online_page = context.new_page()
    town.faults.clear()  # the page that says there is no connection answers 503
    me = Person(town, online_page)
    context.set_offline(False)
    me.page.goto(address)
    me.settled()
    assert me.page.locator("main textarea").first.input_value() == TYPED
    with me.page.expect_response(lambda answer: "/draft/" in answer.url):
        me.page.locator("main textarea").first.press_sequentially("。")
    me.settled()
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('beichen:draft:'))"
    assert me.page.evaluate(kept) == []  # what only two may read stays on the device no longer than it must
    for area in me.page.locator("main textarea").filter(visible=True).all()[1:]:
        area.fill(TYPED)
    me.page.locator("main input[type=radio]").first.check()
    me.press("Send to 许知微")
    me.again()
    assert me.sees(f"{TYPED}。")


@pytest.mark.req("BASE-04")
def test_an_update_in_its_drawer_survives_the_lost_connection(town: Town) -> None:
    me = town.browse("E002", phone=True)
    me.menu("Goals")
    me.go("Update 30 日留存率")
    online(me, on=False)
    me.inside().locator("textarea").first.press_sequentially(TYPED)
    me.fill("Where does it stand now?", "44")
    me.inside().get_by_role("button", name="Save", exact=True).tap()
    assert me.sees(OFFLINE)
    assert me.inside().locator("textarea").first.input_value() == TYPED
    online(me, on=True)
    me.again()
    me.go("Update 30 日留存率")
    assert me.inside().locator("textarea").first.input_value() == TYPED
    me.press("Save")
    me.again()
    assert me.sees("38 → 44 → 45")
    me.go("Update 30 日留存率")
    assert me.inside().locator("textarea").first.input_value() == ""


@pytest.mark.req("BASE-04")
def test_what_is_typed_outlives_a_server_that_does_not_answer(town: Town) -> None:
    with wired(town.url) as wire:
        me = replace(town, url=wire.url).browse("E002", phone=True)
        write(me)
        me.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        me.again()
        wire.cut()
        assert me.page.evaluate("navigator.onLine")
        me.page.locator("main textarea").first.press_sequentially(TYPED)
        me.page.locator("main .form-acts button").tap()
        assert me.sees("What you typed is kept on this device")
        wire.mend()
        town.faults.clear()  # the page that says that nobody answers is a 503
        me.page.get_by_role("link", name="Back to the form").tap()
        me.settled()
        assert me.page.locator("main textarea").first.input_value() == TYPED
        me.menu("Goals")
        update = me.page.get_by_role("link", name="Update").filter(visible=True).first
        update.tap()
        me.settled()
        wire.cut()
        me.inside().locator("textarea").first.press_sequentially(TYPED)
        me.fill("Where does it stand now?", "6")
        me.inside().get_by_role("button", name="Save", exact=True).tap()
        assert me.sees("The server cannot be reached. What you typed is kept on this device")
        assert me.inside().locator("textarea").first.input_value() == TYPED
        wire.mend()
        town.faults.clear()
        me.again()
        update.tap()
        me.settled()
        assert me.inside().locator("textarea").first.input_value() == TYPED


# ── by voice ────────────────────────────────────────────────────────────────────────────────────────────────────────

STUB = """globalThis.SpeechRecognition = class {
  start() { globalThis.heard = this; }
  abort() { globalThis.heard = null; this.onend(); }
};"""
SAY = "text => heard.onresult({ resultIndex: 0, results: [Object.assign([{ transcript: text }], { isFinal: true })] })"


@pytest.mark.req("BASE-04")
def test_a_box_is_spoken_into_once_it_was_switched_on(town: Town) -> None:
    me = town.browse("E009", phone=True, locale="zh-hans")
    me.page.context.add_init_script(STUB)
    write(me)
    microphones = me.page.locator("[data-voice-button]")
    assert microphones.count() == 0
    me.page.locator("[popovertarget=looks]").tap()
    assert me.sees("你说的话会传给浏览器的厂商")
    me.page.get_by_role("button", name=me.said("Show a microphone beside text boxes")).tap()
    me.page.keyboard.press("Escape")
    first = microphones.first
    first.tap()
    assert first.get_attribute("aria-pressed") == "true"
    assert me.page.evaluate("heard.lang") == "zh-CN"
    with me.page.expect_response(lambda answer: SPOKEN in (answer.request.post_data or "")):
        me.page.evaluate(SAY, SPOKEN)
    assert me.page.locator("main textarea").first.input_value() == SPOKEN
    first.tap()
    assert first.get_attribute("aria-pressed") == "false"
    me.again()
    assert microphones.count() > 0
    assert me.page.locator("main textarea").first.input_value() == SPOKEN


@pytest.mark.req("BASE-04")
def test_no_microphone_is_offered_where_the_browser_has_none(town: Town) -> None:
    me = town.browse("E009", phone=True)
    me.page.context.add_init_script("globalThis.SpeechRecognition = globalThis.webkitSpeechRecognition = undefined;")
    me.home()
    me.page.locator("[popovertarget=looks]").tap()
    assert me.sees("Language")
    assert me.page.get_by_text("Speak instead of typing").filter(visible=True).count() == 0


# ── for everyone ────────────────────────────────────────────────────────────────────────────────────────────────────

HIDDEN = """() => {
  const one = document.activeElement, box = (one.closest("label") ?? one).getBoundingClientRect();
  const at = [0.1, 0.5, 0.9].map((part) => document.elementFromPoint(box.x + box.width / 2, box.y + box.height * part));
  const seen = at.some((top) => top && (one.contains(top) || one.closest("label")?.contains(top)));
  return seen ? "" : `${one.tagName} ${one.name || one.textContent} behind ${at.map((top) => top?.className)}`;
}"""


def walked(page: Page, *, most: int = 90) -> tuple[list[str], list[str]]:
    """Press Tab until the focus comes round: what had it, in order, and what was hidden while it had it."""
    order, hidden = list[str](), list[str]()
    for _ in range(most):
        page.keyboard.press("Tab")
        page.wait_for_timeout(30)
        name = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        if page.evaluate("document.activeElement === document.body") and order:
            break
        order.append(name)
        hidden += [found for found in [page.evaluate(HIDDEN)] if found]
    return order, hidden


@pytest.mark.req("BASE-04")
def test_a_check_in_and_an_update_are_walked_by_keyboard(town: Town) -> None:
    me = town.browse("E002", phone=True)
    me.page.emulate_media(reduced_motion="reduce")
    write(me)
    order, hidden = walked(me.page)
    assert hidden == []
    areas = me.page.evaluate("[...document.querySelectorAll('main textarea')].map(each => each.name)")
    boxes = [name for name in order if name in areas]
    assert len(boxes) >= 3
    assert order.index(boxes[-1]) < order.index(me.page.locator("main .form-acts button").inner_text())
    me.menu("Goals")
    opener = me.page.get_by_role("link", name="Update").filter(visible=True).first
    opener.focus()
    me.page.keyboard.press("Enter")
    me.settled()
    assert me.page.locator("dialog[open]").count() == 1
    me.page.keyboard.press("Escape")
    assert me.page.locator("dialog[open]").count() == 0
    assert opener.evaluate("each => each === document.activeElement")


@pytest.mark.req("BASE-04")
def test_a_mistake_is_tied_to_its_box_and_the_page_fits_a_small_screen(town: Town) -> None:
    me = town.browse("E002", phone=True, locale="zh-hans")
    me.page.emulate_media(reduced_motion="reduce")
    write(me)
    me.page.locator("main textarea").first.fill("")
    me.page.locator("main .form-acts button").tap()
    me.settled()
    wrong = me.page.locator("main [aria-invalid=true], main fieldset[aria-describedby*=error]")
    assert wrong.count() >= 3
    for each in wrong.all():
        tied = [me.page.locator(f"[id='{name}']") for name in (each.get_attribute("aria-describedby") or "").split()]
        assert any("error" in (one.get_attribute("id") or "") and one.inner_text() for one in tied)
    me.page.set_viewport_size({"width": 320, "height": 640})
    for path in EVERYDAY:
        me.page.goto(town.url + path)
        me.settled()
    me.menu("Goals")
    me.page.get_by_role("link", name=me.said("Update")).filter(visible=True).first.tap()
    me.settled()
    assert me.page.locator("dialog[open]").evaluate("each => getComputedStyle(each).animationDuration") == "0.001s"


def looked_at(town: Town, number: str, locale: str, theme: str, paths: tuple[str, ...]) -> list[str]:
    """Open pages as somebody at 375 px; what axe says of them."""
    me = town.browse(number, phone=True, locale=locale)
    me.page.context.add_cookies([{"name": "beichen_theme", "value": theme, "url": town.url}])
    found = []
    for path in paths:
        me.page.goto(town.url + path)
        me.settled()
        found += [f"{path} {number} {locale} {theme}: {fault}" for fault in violations(me.page)]
    return found


@pytest.mark.req("BASE-04")
@pytest.mark.parametrize(("number", "locale", "theme"), [("E006", "zh-hans", "dark"), ("E004", "en", "light")])
def test_ten_everyday_pages_are_open_to_everyone(town: Town, number: str, locale: str, theme: str) -> None:
    assert looked_at(town, number, locale, theme, EVERYDAY) == []


@pytest.mark.slow
@pytest.mark.req("BASE-04")
@pytest.mark.parametrize("locale", ["zh-hans", "en"])
@pytest.mark.parametrize("number", ["E006", "E004", "E015"])
def test_every_page_is_open_to_everyone_in_both_languages_and_colours(town: Town, number: str, locale: str) -> None:
    from beichen.platform.ui.crawl import reached
    from tests.cast import sign_in
    from tests.test_crawl import html

    with login(None):
        client = sign_in(town.golden.id(number))
    pages = {}

    def get(path: str) -> str:
        pages[path] = text = html(client, path)
        return text

    doors = reached(get, each=1)
    whole = {path for path, text in pages.items() if text.lstrip().lower().startswith("<!doctype")}
    paths = tuple(next(path for path in met if path in whole) for met in doors.values() if whole & set(met))
    assert len(paths) > 15
    found = [fault for theme in ("light", "dark") for fault in looked_at(town, number, locale, theme, paths)]
    assert found == []
