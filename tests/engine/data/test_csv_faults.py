"""Text tables that can't be used: one clear DataError that names file, line and column; never a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.core.errors import DataError
from engine.data import DataSettings, load, preview
from tests.engine.data.test_csv import loaded, stored

GOOD = "a,b,y\n" + "".join(f"{i},{i * 2},{i * 0.5}\n" for i in range(10))


@pytest.mark.parametrize(
    ("content", "changes", "message"),
    [
        (
            "a,b\n1,2\n3\n4,5\n",
            {},
            r"table\.csv, line 3: the row that begins with '3' has 1 field, but .* have 2",
        ),
        ("a,b\n1,2\n3,4,5\n", {}, r"line 3: .* has 3 fields, but the rows before it have 2"),
        ("a,b\n1,2\n\0,3\n", {}, r"line 3: found a NUL byte"),
        ("a,b,y\n1,,2.5\n3,,4.5\n", {}, r"column 'b': no row has a value"),
        ("a,y\n1,x\n2,x\n", {}, r"column 'y': all 2 rows have the class 'x'"),
        ("a,y\n1,2.5\n2,?\n", {}, r"line 3, column 'y': the value is missing \(found '\?'\); 1 of 2 rows"),
        ("a,y\n1,2.5\ninf,3.5\n", {}, r"line 3, column 'a': the value is missing \(found 'inf'\)"),
        ("a,y\n,2.5\n2,\n", {"missing": "drop"}, r"every one of the 2 rows lacks a value"),
        (GOOD.replace("\n4,8", "\n4,eight"), {}, r"line 6, column 'b': found the text 'eight', which is not"),
        (GOOD, {"target": ("c",)}, r"has no column 'c' to use as target\. Its columns: a, b, y\."),
        (GOOD, {"features": ("B",)}, r"has no column 'B' to use as feature"),
        (GOOD, {"features": ("a", "a")}, r"named twice as feature: a, a"),
        (GOOD, {"target": ("a", "b"), "task": "classification"}, r"one target column, not 2 \(a, b\)"),
        (
            "k,a\nx,1\ny,2\n",
            {"target": ("k",), "task": "regression"},
            r"line 2, column 'k': found the text 'x' where",
        ),
        ("y\n1\n2\n", {}, r"no feature column beside the target y"),
        ("a,b\n", {}, r"no rows"),
        ("   \n\n", {}, r"has no rows"),
        (
            "a,y\n" + "".join(f"{i},n{i}\n" for i in range(60)),
            {},
            r"60 different values in 60 rows look like a name",
        ),
        ("a,b\n1,2\n" + "x" * 200_000 + ",3\n", {}, r"line 3: field larger than field limit"),
        (",".join("x" * 10_001) + "\n", {}, r"line 1: the row has 10,001 columns; a table may have 10,000"),
    ],
)
def test_the_message_tells_where_and_what(tmp_path: Path, content: str, changes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        loaded(tmp_path, content, **changes)


def test_a_million_columns_are_refused_quickly(tmp_path: Path) -> None:
    line = ",".join(["1"] * 1_000_000)
    with pytest.raises(DataError, match="1,000,000 columns"):
        loaded(tmp_path, f"{line}\n{line}\n")


def test_what_is_no_file(tmp_path: Path) -> None:
    stored(tmp_path, "", "empty.csv")
    (tmp_path / "folder").mkdir()
    for source, message in [
        ("empty.csv", "is empty"),
        ("folder", "holds nothing to read"),
        ("absent.csv", "There is no file"),
        ("", "No data source is named"),
        ("a\0b.csv", "No data source is named"),
        ("x" * 3000 + ".csv", r"can't be read|There is no file"),
    ]:
        with pytest.raises(DataError, match=message):
            load(DataSettings(source=source), folder=tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="a device or pipe"):
        load(DataSettings(source="pipe.csv"), folder=tmp_path)


def test_other_files_under_a_tables_name(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    with pytest.raises(DataError, match="found a NUL byte"):
        load(DataSettings(source=str(stored(tmp_path, picture))))
    with pytest.raises(DataError, match="is compressed with gzip"):
        load(DataSettings(source=str(stored(tmp_path, b"\x1f\x8b\x08\0\0\0"))))


garbage = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet='01,;\t|"\n\r .-eEnaN?xyz\0_', max_size=300).map(str.encode),
    st.lists(
        st.lists(
            st.sampled_from(["1", "2.5", "x", "", "NA", "-1e400", "1_0", '"', "٣", "inf", "true"]), max_size=5
        ),
        max_size=8,
    ).map(lambda rows: "\n".join(",".join(row) for row in rows).encode()),
)


@given(
    content=garbage,
    missing=st.sampled_from(["error", "drop", "mean"]),
    scaling=st.sampled_from(["none", "standardize", "min_max"]),
    task=st.sampled_from(["auto", "classification", "regression"]),
)
@example(b"\xff\xfe\x00", "error", "none", "auto")
@example(b"\xef\xbb\xbf", "mean", "none", "auto")
@example(b"1,2\n3,4\n5,1e308\n-1e308,7", "mean", "standardize", "regression")
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_gives_data_or_a_data_error(tmp_path: Path, content: bytes, missing, scaling, task) -> None:
    chosen = DataSettings(
        source=str(stored(tmp_path, content)), missing=missing, scaling=scaling, task=task, scale_target=True
    )
    for look in (load, preview):
        message = "read without complaint"
        try:
            look(chosen)
        except DataError as error:
            message = str(error)
        assert len(message) > 20
