"""Text tables as people have them: every way of writing one that should simply work."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSet, DataSettings, load
from engine.data.formats.table import CsvOptions, Table, read_table
from engine.data.settings import OptionValue

WANTED_X = [[1.5, 2.0], [3.0, -4.25], [0.0, 1e-3], [7.0, 8.0]]
WANTED_Y = [0, 1, 0, 1]
PLAIN = "a,b,kind\n1.5,2,no\n3,-4.25,yes\n0,1e-3,no\n7,8,yes\n"


def stored(tmp_path: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def loaded(
    tmp_path: Path, content: str | bytes, options: dict[str, OptionValue] | None = None, **changes
) -> DataSet:
    path = stored(tmp_path, content)
    settings = DataSettings(source=str(path), options=options or {}, validation_fraction=0.0, **changes)
    return load(settings)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", "  "),
        PLAIN.replace(",", ";").replace(".", ","),
        "sep=;\n" + PLAIN.replace(",", ";"),
        '"a","b","kind"\n"1.5","2","no"\n3,-4.25,"yes"\n0,1e-3,no\n7,8,yes',
        "\n\n" + PLAIN.replace("\n", "\n\n"),
        codecs.BOM_UTF8 + PLAIN.encode(),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + PLAIN.encode("utf-32-le"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.replace("a,b,kind\n", ""),
        " a , b , kind \n 1.5 , 2 , no \n 3 , -4.25 , yes \n 0 , 1e-3 , no \n 7 , 8 , yes \n",
    ],
)
def test_every_way_of_writing_gives_the_same(tmp_path: Path, content: str | bytes) -> None:
    data = loaded(tmp_path, content)
    np.testing.assert_allclose(data.train.x, WANTED_X, rtol=1e-6)
    assert data.train.y.tolist() == WANTED_Y
    assert data.classes == ("no", "yes")
    assert data.kind == "table"


def test_quotes_line_breaks_and_letters_of_the_world(tmp_path: Path) -> None:
    content = 'naïve,"size, in cm",город\n1,"2","Üla ""x"""\n2,3,"two\nlines"\n3,4,"Üla ""x"""\n'
    data = loaded(tmp_path, content)
    assert data.feature_names == ("naïve", "size, in cm")
    assert data.classes == ("two\nlines", 'Üla "x"')


def test_windows_text_is_read_and_said(tmp_path: Path) -> None:
    data = loaded(tmp_path, "größe,art\n1,süß\n2,sauer\n3,süß\n".encode("cp1252"))
    assert data.classes == ("sauer", "süß")
    assert any("Windows-1252" in line for line in data.report)


def test_stated_options_win(tmp_path: Path) -> None:
    content = "1;2\n3;4\n5;6\n"
    table = read_table(stored(tmp_path, content), CsvOptions(delimiter="semicolon", header="yes"))
    assert table.header == ("1", "2")
    assert table.rows == 2
    table = read_table(stored(tmp_path, "x\ny\n"), CsvOptions(header="no"))
    assert table.header == ("column_1",)
    with pytest.raises(DataError, match="one character or one of comma"):
        loaded(tmp_path, content, {"delimiter": "::"})
    with pytest.raises(DataError, match="no text encoding 'klingon'"):
        loaded(tmp_path, content, {"encoding": "klingon"})
    with pytest.raises(DataError, match="option 'header': it is one of auto, yes, no"):
        loaded(tmp_path, content, {"header": "maybe"})


def test_header_is_told_from_data(tmp_path: Path) -> None:
    def header(content: str) -> Table:
        return read_table(stored(tmp_path, content), CsvOptions())

    assert header("1,2\n3,4\n").header == ("column_1", "column_2")
    assert header("word,kind\nsun,noun\nrun,verb\n").has_header
    assert not header("noun,sun\nverb,run\nnoun,tree\n").has_header
    assert not header("anna\nbert\ncarla\n").has_header
    assert header("number\n1\n2\n").has_header
    assert header("a,a,\n1,2,3\n").header == ("a", "a_2", "column_3")


def test_texts_become_one_hot_features(tmp_path: Path) -> None:
    data = loaded(tmp_path, "color,ok,size\nred,true,1.5\nblue,FALSE,2.5\nred,True,3.5\n", task="regression")
    assert data.feature_names == ("color = blue", "color = red", "ok")
    assert data.train.x.tolist() == [[0, 1, 1], [1, 0, 0], [0, 1, 1]]
    assert data.output_units == 1
    assert "Column 'color' was one-hot encoded: blue, red." in data.report


def test_the_task_follows_the_target(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 3},{i * 0.7}\n" for i in range(30))
    assert loaded(tmp_path, "a,k,v\n" + rows).task == "regression"
    few = loaded(tmp_path, "a,k,v\n" + rows, target=("k",))
    assert (few.task, few.classes) == ("classification", ("0", "1", "2"))
    assert "3 different whole numbers, taken as classes" in " ".join(few.report)
    numbers = loaded(tmp_path, "a,k,v\n" + rows, target=("k",), task="regression")
    assert numbers.train.y.shape == (30, 1)
    both = loaded(tmp_path, "a,k,v\n" + rows, target=("k", "v"))
    assert (both.task, both.output_units, both.target_names) == ("regression", 2, ("k", "v"))
    binary = loaded(tmp_path, "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    assert binary.classes == ("0", "1")


def test_number_classes_count_rather_than_spell(tmp_path: Path) -> None:
    rows = "".join(f"{i},{(2, 10, 9)[i % 3]}\n" for i in range(30))
    assert loaded(tmp_path, "a,k\n" + rows).classes == ("2", "9", "10")


def test_what_is_no_feature_is_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{i},name {i},{i * i % 7}.5,{'ab'[i % 2]},\n" for i in range(30))
    data = loaded(tmp_path, ",name,v,k,\n" + rows)
    assert data.feature_names == ("v",)
    assert data.target_names == ("k",)
    assert len(data.report) == 2
    kept = loaded(tmp_path, ",name,v,k,\n" + rows, features=("name", "v"), target=("k",))
    assert kept.input_shape == (31,)


def test_missing_values_dropped_or_filled(tmp_path: Path) -> None:
    content = "a,b,y\n1,x,0.5\nNA,y,1.5\n3,?,2.5\n5,y,\n7,x,nan\n9,x,4.5\n"
    dropped = loaded(tmp_path, content, missing="drop")
    assert dropped.train.x[:, 0].tolist() == [1, 9]
    assert "4 of 6 rows lack a value and were dropped." in dropped.report
    assert dropped.feature_names == ("a", "b = x"), "a category that only dropped rows have is none"
    filled = loaded(tmp_path, content, missing="mean")
    np.testing.assert_allclose(filled.train.x[:, 0], [1, 13 / 3, 3, 9], rtol=1e-6)
    assert "2 of 6 rows lack the target and were dropped." in filled.report


def test_relative_paths_start_at_the_designs_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    stored(tmp_path / "data", PLAIN)
    data = load(DataSettings(source="data/table.csv"), folder=tmp_path)
    assert data.title == "table"
    assert load(DataSettings(source="data"), folder=tmp_path).content_hash() == data.content_hash()
    with pytest.raises(DataError, match=r"There is no file .*missing\.csv"):
        load(DataSettings(source="data/missing.csv"), folder=tmp_path)
