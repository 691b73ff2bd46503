from __future__ import annotations

from beichen.platform.ui import drawings
from beichen.platform.ui.drawings import Step


def test_a_waterfall_hands_each_sum_on_to_the_next_step():
    steps = [Step("a", 60, "60"), Step("b", 20, "+20"), Step("c", -30, "-30"), Step("sum", 50, "50", total=True)]
    first, second, third, total = drawings.waterfall(steps)
    assert [bar.tone for bar in (first, second, third, total)] == ["plus", "plus", "minus", "total"]
    assert float(first.x) + float(first.width) == float(second.x) == 75
    assert float(third.x) == float(total.x) + float(total.width) == 62.5


def test_a_waterfall_below_zero_keeps_zero_in_the_picture():
    bars = drawings.waterfall([Step("a", -10, "-10"), Step("b", 5, "+5")])
    assert (bars[0].x, bars[0].width) == ("0", "100")
    assert (bars[1].x, bars[1].width) == ("0", "50")


def test_a_line_needs_two_points_and_a_flat_one_lies_in_the_middle():
    assert drawings.sparkline([1]) is None
    flat = drawings.sparkline([3, 3, 3])
    assert flat is not None
    assert {point.split(",")[1] for point in flat.points.split()} == {"12"}


def test_bars_share_one_scale_with_their_marks():
    first, second = drawings.bars([("a", 10, "10"), ("b", 5, "5")], against=[20, 5])
    assert (first.width, first.mark, second.width, second.mark) == ("50", "100", "25", "25")


def test_nothing_to_draw_is_no_fault():
    assert drawings.bars([]) == drawings.waterfall([]) == []
    assert drawings.portion(None) == "0"
    assert drawings.portion(1.7) == "100"
