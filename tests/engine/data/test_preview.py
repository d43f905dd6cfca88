"""What a file looks like before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, file_formats, preview
from tests.engine.data.test_csv import stored


def test_columns_rows_and_what_loading_would_do(tmp_path: Path) -> None:
    path = stored(
        tmp_path, "n,flag,color,kind\n1,true,red,a\n2.5,false,blue,b\n-3,true,red,a\n4,false,red,b\n"
    )
    seen = preview(path, rows=2)
    assert seen.problems == ()
    assert seen.rows == (("1", "true", "red", "a"), ("2.5", "false", "blue", "b"))
    assert (seen.row_count, seen.complete, seen.has_header, seen.delimiter) == (4, True, True, ",")
    assert (seen.targets, seen.task, seen.classes) == (("kind",), "classification", ("a", "b"))
    number, flag, color, _ = seen.columns
    assert (number.kind, number.minimum, number.maximum, number.mean) == ("number", -3.0, 4.0, 1.125)
    assert (flag.kind, color.kind, color.distinct, color.examples) == (
        "boolean",
        "category",
        2,
        ("red", "blue"),
    )
    assert seen.report == ("Column 'color' was one-hot encoded: blue, red.",)


def test_problems_are_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i},{i * 0.5}\n" for i in range(10))
    seen = preview(stored(tmp_path, f"a,b,y\n{rows}1,2\n3,oops,1.5\n,4,2.5\n"))
    assert any("line 12" in problem and "2 fields" in problem for problem in seen.problems)
    assert any("line 13, column 'b': found the text 'oops'" in problem for problem in seen.problems)
    assert [column.kind for column in seen.columns] == ["number", "mixed", "number"]
    assert seen.columns[0].missing == 1
    assert seen.row_count == 12


def test_a_large_table_is_looked_at_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.data.previewing.PREVIEW_BYTES", 1000)
    seen = preview(stored(tmp_path, "a,y\n" + "".join(f"{i},{i}.5\n" for i in range(1000))))
    assert not seen.complete
    assert 50 < seen.row_count < 200
    assert seen.problems == ()


def test_generators_and_images_are_previewed_too(tmp_path: Path) -> None:
    points = preview(DataSettings(source="moons", options={"samples": 30}))
    assert points.dataset is not None
    assert [column.name for column in points.columns] == ["x1", "x2", "class"]
    assert preview("digits").columns[0].distinct == 10
    assert preview("logic_gate").rows[1] == ("0", "1", "1")
    with pytest.raises(DataError, match="There is no file"):
        preview(tmp_path / "absent.csv")


def test_the_kinds_of_files_have_options_and_suffixes() -> None:
    named = {info.name: info for info in file_formats()}
    assert ".csv" in named["csv"].suffixes
    assert [option.name for option in named["csv"].options] == ["delimiter", "header", "encoding", "decimal"]
