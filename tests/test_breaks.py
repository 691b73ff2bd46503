"""The list of planted faults holds good: a text that moved would stop `test --breaks` before its first fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from beichen.launch import breaks
from beichen.launch.failures import Stop


def test_every_planted_fault_names_a_text_that_stands_once() -> None:
    rows = [one.row for one in breaks.listed()]
    assert len(rows) > 50
    assert len(rows) == len(set(rows))


def test_a_fault_whose_text_is_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "breaks.toml"
    path.write_text('["GOAL-99"]\nfile = "README.md"\ntext = "not said here: xyzzy"\nreplacement = "x"\n')
    with pytest.raises(Stop, match="GOAL-99"):
        breaks.listed(path)
