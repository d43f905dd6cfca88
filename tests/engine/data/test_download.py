"""MNIST and its like: found, or fetched from a server on this machine; nothing leaves it."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, load, sources
from engine.data.download import RemoteFile, RemoteSet, fetch
from engine.data.named.mnist import (
    FASHION_REMOTE,
    MNIST_REMOTE,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    Mnist,
)
from tests.engine.data.test_arrays import idx_bytes


class Server(ThreadingHTTPServer):
    """Serves `content` by name; keeps the ranges asked for; breaks off after `cut` bytes where set."""

    daemon_threads = True

    def __init__(self, content: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.asked: list[tuple[str, str | None]] = []
        self.cut: int | None = None
        self.ranges = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name, wanted = self.path.rsplit("/", 1)[-1], self.headers.get("Range")
        self.server.asked.append((name, wanted))
        body = self.server.content.get(name)
        if body is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        body = body[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.server.cut is None else body[: self.server.cut])
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def content() -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    files = {
        TRAIN_IMAGES: rng.integers(0, 256, (40, 28, 28), dtype=np.uint8),
        TRAIN_LABELS: (np.arange(40) % 10).astype(np.uint8),
        TEST_IMAGES: rng.integers(0, 256, (10, 28, 28), dtype=np.uint8),
        TEST_LABELS: np.arange(10, dtype=np.uint8),
    }
    return {name: gzip.compress(idx_bytes(array), mtime=0) for name, array in files.items()}


@pytest.fixture
def server(content: dict[str, bytes]) -> Iterator[Server]:
    with Server(content) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def remote(server: Server, content: dict[str, bytes]) -> RemoteSet:
    files = tuple(
        RemoteFile(name, len(body), sha256=hashlib.sha256(body).hexdigest()) for name, body in content.items()
    )
    return RemoteSet("mnist", (server.address,), files)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no GRADLOOM_DATA."""
    monkeypatch.delenv("GRADLOOM_DATA", raising=False)
    monkeypatch.setattr("engine.data.named.mnist.cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache" / "mnist"


def stored(folder: Path, content: dict[str, bytes], *, plain: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in content.items():
        if plain:
            (folder / name.removesuffix(".gz")).write_bytes(gzip.decompress(body))
        else:
            (folder / name).write_bytes(body)
    return folder


def test_a_download_is_whole_and_is_not_repeated(server, remote, cache, monkeypatch) -> None:
    monkeypatch.setattr(Mnist, "remote", remote)
    told: list[tuple[int, int]] = []
    data = load(
        DataSettings(source="mnist", validation_fraction=0.25),
        on_progress=lambda done, total: told.append((done, total)),
        allow_download=True,
    )
    assert (data.input_shape, data.classes) == ((28, 28, 1), tuple("0123456789"))
    assert {name: len(part) for name, part in data.parts().items()} == {
        "train": 30,
        "validation": 10,
        "test": 10,
    }
    assert data.train.x.dtype == np.float32
    assert 0.99 < data.train.x.max() <= 1.0
    total = sum(file.size for file in remote.files)
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert sorted(path.name for path in cache.iterdir()) == sorted(file.name for file in remote.files)
    asked = len(server.asked)
    again = load(DataSettings(source="mnist", validation_fraction=0.25))
    assert len(server.asked) == asked
    assert again.content_hash() == data.content_hash()


def test_without_permission_nothing_is_asked(server, remote, cache, monkeypatch) -> None:
    monkeypatch.setattr(Mnist, "remote", remote)
    with pytest.raises(
        DataError, match=r"is not on this machine\. Allow the download, or put its four files"
    ) as told:
        load(DataSettings(source="mnist"))
    assert str(cache) in str(told.value)
    assert "GRADLOOM_DATA" in str(told.value)
    assert server.asked == []
    assert {info.name: info.available for info in sources()}["mnist"] is False


def test_a_broken_download_is_taken_up_where_it_broke(server, remote, tmp_path) -> None:
    server.cut = 1000
    with pytest.raises(DataError, match=r"broke off after 1,000 of .*\. Put it there\.$"):
        fetch(remote, tmp_path, lambda done, total: None, "Put it there.")
    assert [path.name for path in tmp_path.iterdir()] == [TRAIN_IMAGES + ".part"]
    server.cut = None
    fetch(remote, tmp_path, lambda done, total: None, "")
    assert server.asked[1] == (TRAIN_IMAGES, "bytes=1000-")
    for file in remote.files:
        assert (tmp_path / file.name).read_bytes() == server.content[file.name]
    assert not list(tmp_path.glob("*.part"))


def test_a_server_without_ranges_starts_anew(server, remote, tmp_path) -> None:
    (tmp_path / (TRAIN_IMAGES + ".part")).write_bytes(b"old" * 10)
    server.ranges = False
    fetch(remote, tmp_path, lambda done, total: None, "")
    assert (tmp_path / TRAIN_IMAGES).read_bytes() == server.content[TRAIN_IMAGES]


def test_wrong_content_is_never_kept(server, remote, tmp_path) -> None:
    right = server.content[TRAIN_LABELS]
    server.content[TRAIN_LABELS] = right[:-1] + bytes([right[-1] ^ 1])
    with pytest.raises(DataError, match=r"train-labels.*wrong checksum"):
        fetch(remote, tmp_path, lambda done, total: None, "")
    assert not (tmp_path / TRAIN_LABELS).exists()
    assert not list(tmp_path.glob("*.part"))
    server.content[TRAIN_LABELS] = right + b"more"
    with pytest.raises(DataError, match="sends more than"):
        fetch(remote, tmp_path, lambda done, total: None, "")


def test_a_spoilt_file_is_fetched_again(server, remote, tmp_path, content) -> None:
    stored(tmp_path, content)
    (tmp_path / TEST_LABELS).write_bytes(b"x" * len(content[TEST_LABELS]))
    fetch(remote, tmp_path, lambda done, total: None, "")
    assert [name for name, _ in server.asked] == [TEST_LABELS]
    assert (tmp_path / TEST_LABELS).read_bytes() == content[TEST_LABELS]


def test_the_next_mirror_is_tried(server, remote, tmp_path) -> None:
    dead = "http://127.0.0.1:9/"
    both = RemoteSet(remote.name, (dead, server.address), remote.files)
    fetch(both, tmp_path, lambda done, total: None, "")
    assert len(list(tmp_path.iterdir())) == 4
    with pytest.raises(DataError, match=r"can't be downloaded \(http://127\.0\.0\.1:9/: .*\)\. By hand\."):
        fetch(
            RemoteSet("mnist", (dead,), remote.files),
            tmp_path / "other",
            lambda done, total: None,
            "By hand.",
        )


def test_a_download_can_be_cancelled(remote, tmp_path) -> None:
    class CancelledError(Exception):
        pass

    def cancel(done: int, total: int) -> None:
        if done > 0:
            raise CancelledError

    with pytest.raises(CancelledError):
        fetch(remote, tmp_path, cancel, "")
    assert not (tmp_path / TRAIN_IMAGES).exists()


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("place", ["mnist", "."])
def test_found_under_gradloom_data(tmp_path, content, monkeypatch, cache, plain: bool, place: str) -> None:
    stored(tmp_path / "given" / place, content, plain=plain)
    monkeypatch.setenv("GRADLOOM_DATA", str(tmp_path / "given"))
    assert len(load(DataSettings(source="mnist", validation_fraction=0.0)).train) == 40
    assert {info.name: info.available for info in sources()}["mnist"] is True


def test_one_set_is_not_taken_for_the_other(tmp_path, content, monkeypatch, cache) -> None:
    monkeypatch.setenv("GRADLOOM_DATA", str(stored(tmp_path / "mnist", content)))
    with pytest.raises(DataError, match="'fashion-mnist' is not on this machine"):
        load(DataSettings(source="fashion-mnist"))
    stored(tmp_path / "mnist" / "fashion-mnist", content)
    data = load(DataSettings(source="fashion_mnist", validation_fraction=0.0))
    assert data.classes[9] == "Ankle boot"


def test_labels_of_another_set_are_refused(tmp_path, content, monkeypatch, cache) -> None:
    content[TRAIN_LABELS] = gzip.compress(idx_bytes((np.arange(40) % 26).astype(np.uint8)))
    monkeypatch.setenv("GRADLOOM_DATA", str(stored(tmp_path / "mnist", content)))
    with pytest.raises(DataError, match="holds the label 25; mnist has the classes 0 to 9"):
        load(DataSettings(source="mnist"))


def test_published_sums_and_mirrors() -> None:
    for published in (MNIST_REMOTE, FASHION_REMOTE):
        assert len({file.name for file in published.files}) == 4
        for mirror in published.mirrors:
            assert mirror.startswith("https://")
            assert mirror.endswith("/")
        for file in published.files:
            assert len(file.sha256) == 64 or len(file.md5) == 32
