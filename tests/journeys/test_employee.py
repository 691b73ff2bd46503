"""Reports and check-ins: what an employee writes, what the manager answers, what others see and do not see."""

from __future__ import annotations

import pytest

from tests.journeys.town import Town

PROUD, OBSTACLE, PLAN = "灰度一次通过，没有回滚", "测试机型不够，排队两天", "完成全量和复盘"


@pytest.mark.req("GOAL-09", "GOAL-11", "INSIGHT-01")
def test_a_report_in_the_drawer_moves_every_number_above_at_once(town: Town) -> None:
    me = town.browse("E002")
    me.menu("Goals")
    assert "38 → 42.2 → 45" in me.reads()
    me.go("Update 30 日留存率")
    me.fill("Where does it stand now?", "45")
    me.fill("Progress", "新手引导全量后留存上来了")
    me.press("Save")
    assert me.sees("38 → 45 → 45")
    me.again()
    assert me.sees("38 → 45 → 45")
    chief = town.browse("E001")
    chief.menu("Goals")
    chief.go("让核心产品重新增长")
    # 60 % of (K111 1 × 50 + K112 0.5 × 30 + G111 0.525 × 20) + 40 % of 0.6 = 69.3 %
    assert chief.sees("69.3%")


@pytest.mark.req("GOAL-09", "BASE-01")
def test_what_is_in_the_way_is_read_by_the_line_and_by_nobody_else(town: Town) -> None:
    me = town.browse("E007", phone=True)
    me.menu("Goals")
    me.go("Update 重构里程碑")
    me.tick("双写")
    me.tick("At risk")
    me.fill("Problem", "存储组的接口排期推迟了一周")
    me.press("Save")
    me.again()
    assert me.sees("Next: 切流")
    for viewer, reads in {"E004": True, "E002": True, "E006": False, "E011": False}.items():
        other = town.browse(viewer)
        other.menu("Goals")
        other.go("All goals", "重构同步引擎")
        assert ("存储组的接口排期推迟了一周" in other.reads()) is reads, viewer


@pytest.mark.req("TALK-02", "TALK-03", "BASE-01")
def test_a_check_in_is_written_on_a_phone_and_answered_by_the_manager(town: Town) -> None:
    me = town.browse("E006", phone=True)
    me.menu("Talks")
    me.go("Write it")
    me.fill("What was most fulfilling lately?", PROUD)
    me.fill("What is in the way", OBSTACLE)
    me.tick("It is heavy")
    me.fill("What is your plan for the next two weeks?", PLAN)
    me.press("Send to 许知微")
    me.again()
    assert me.sees(PROUD)
    town.work()
    manager = town.browse("E004")
    assert manager.sees("何雨桐")
    manager.menu("Talks")
    manager.go("My team")
    assert manager.sees(OBSTACLE)
    manager.fill("Your reply", "机型我来协调，周四前到位")
    manager.press("Reply")
    manager.again()
    town.work()
    me.home()
    me.menu("Talks")
    assert me.sees("机型我来协调，周四前到位")
    for viewer in ("E002", "E014", "E007"):
        other = town.browse(viewer)
        other.page.goto(town.url + me.page.url.removeprefix(town.url))
        assert OBSTACLE not in other.reads()
