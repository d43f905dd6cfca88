"""MNIST and Fashion-MNIST: 70,000 grey images of 28x28 in four IDX files, found or downloaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from engine.core.errors import DataError
from engine.data.dataset import Kind
from engine.data.download import RemoteFile, RemoteSet, fetch
from engine.data.formats.idx import read_pair
from engine.data.places import DATA_VARIABLE, cache_folder, data_folder
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register

TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"
TEST_IMAGES = "t10k-images-idx3-ubyte.gz"
TEST_LABELS = "t10k-labels-idx1-ubyte.gz"

MNIST_REMOTE = RemoteSet(
    name="mnist",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    files=(
        RemoteFile(
            TRAIN_IMAGES, 9912422, sha256="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
        ),
        RemoteFile(
            TRAIN_LABELS, 28881, sha256="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
        ),
        RemoteFile(
            TEST_IMAGES, 1648877, sha256="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
        ),
        RemoteFile(
            TEST_LABELS, 4542, sha256="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
        ),
    ),
)

# The publisher states MD5 sums; they are enough to tell a damaged file.
FASHION_REMOTE = RemoteSet(
    name="fashion-mnist",
    mirrors=(
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    files=(
        RemoteFile(TRAIN_IMAGES, 26421880, md5="8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        RemoteFile(TRAIN_LABELS, 29515, md5="25c81989df183df01b3e8a0aad5dffbe"),
        RemoteFile(TEST_IMAGES, 4422102, md5="bef4ecab320f06d8554ea6380940ec79"),
        RemoteFile(TEST_LABELS, 5148, md5="bb300cfdad3c16e7a12a480ee83cd310"),
    ),
)


def find_file(folder: Path, name: str) -> Path | None:
    """A file of the set in a folder, packed or not; some tools write a dot for the last hyphen but one."""
    plain = name.removesuffix(".gz")
    for variant in (name, plain, plain.replace("-idx", ".idx"), plain.replace("-idx", ".idx") + ".gz"):
        if (folder / variant).is_file():
            return folder / variant
    return None


def search_folders(name: str) -> list[Path]:
    """Where the set is looked for, in this order: GRADLOOM_DATA/NAME, GRADLOOM_DATA itself, the user's cache."""
    folders: list[Path] = []
    given = data_folder()
    if given is not None:
        folders += [given / name, given / name.replace("-", "_"), given]
    return [*folders, cache_folder() / name]


class IdxSet(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the sets that consist of four IDX files with the names of MNIST's."""

    kind: ClassVar[Kind] = "image"
    generated: ClassVar[bool] = False
    class_names: ClassVar[tuple[str, ...]] = ()
    remote: ClassVar[RemoteSet] = MNIST_REMOTE

    @classmethod
    def find(cls) -> dict[str, Path] | None:
        """The four files of the first folder that has them all."""
        for folder in search_folders(cls.name):
            found = {file.name: path for file in cls.remote.files if (path := find_file(folder, file.name))}
            if len(found) == len(cls.remote.files) and not cls._is_another_set(folder, found):
                return found
        return None

    @classmethod
    def _is_another_set(cls, folder: Path, found: dict[str, Path]) -> bool:
        # Both sets use the same names. In a folder that is not named after the set, the packed files'
        # sizes tell them apart; unpacked ones are of one size, and their folder's name is believed.
        if folder.name.replace("_", "-") == cls.name:
            return False
        others = [other for other in (MNIST_REMOTE, FASHION_REMOTE) if other.name != cls.remote.name]
        size = found[TRAIN_LABELS].stat().st_size
        return any(
            file.name == TRAIN_LABELS and file.size == size for other in others for file in other.files
        ) or any(folder.name.replace("_", "-") == other.name for other in others)

    @classmethod
    def is_available(cls) -> bool:
        return cls.find() is not None

    def read(self, context: ReadContext) -> RawData:
        files = self.find()
        if files is None:
            if not context.allow_download:
                raise DataError(f"The data set {self.name!r} is not on this machine. {by_hand(self.remote)}")
            fetch(self.remote, cache_folder() / self.name, context.report_progress, by_hand(self.remote))
            files = self.find()
            if files is None:
                raise DataError(
                    f"The data set {self.name!r} was downloaded but is not found. {by_hand(self.remote)}"
                )
            return self._read(files, lambda done, total: None)
        return self._read(files, context.report_progress)

    def _read(self, files: dict[str, Path], report_progress: Callable[[int, int], None]) -> RawData:
        x, y = read_pair(files[TRAIN_IMAGES], files[TRAIN_LABELS])
        report_progress(1, 2)
        test_x, test_y = read_pair(files[TEST_IMAGES], files[TEST_LABELS])
        report_progress(2, 2)
        for labels, name in ((y, TRAIN_LABELS), (test_y, TEST_LABELS)):
            if int(labels.max()) >= len(self.class_names):
                raise DataError(
                    f"{files[name].name} holds the label {labels.max()}; {self.name} has the classes 0 to "
                    f"{len(self.class_names) - 1}. It belongs to another set."
                )
        return RawData(
            x=x[..., None],
            y=y,
            task="classification",
            place=self.name,
            kind="image",
            classes=self.class_names,
            target_names=("class",),
            test_x=test_x[..., None],
            test_y=test_y,
            divisor=255.0,
        )


def by_hand(remote: RemoteSet) -> str:
    """What to do where there is no network: the files, where to get them and where to put them."""
    names = ", ".join(file.name for file in remote.files)
    return (
        f"Allow the download, or put its four files ({names}; from {remote.mirrors[0]}) into "
        f"{cache_folder() / remote.name} or into a folder {remote.name} of the folder that {DATA_VARIABLE} names."
    )


@register
class Mnist(IdxSet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Handwritten digits: 60,000 grey images of 28x28 pixels to train on and 10,000 to test.

    The set on which everybody's first network is trained; pixels lie from 0 to 1. (Y. LeCun, C. Cortes and
    C. Burges.)
    """

    name: ClassVar[str] = "mnist"
    title: ClassVar[str] = "MNIST digits, 28x28"
    licence: ClassVar[str] = "CC BY-SA 3.0; Y. LeCun and C. Cortes"
    order: ClassVar[int] = 2
    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")
    remote: ClassVar[RemoteSet] = MNIST_REMOTE


@register
class FashionMnist(IdxSet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pieces of clothing: 60,000 grey images of 28x28 pixels to train on and 10,000 to test, ten kinds.

    Made as MNIST is, but harder: a network that reaches 98 % there gets about 90 % here. (H. Xiao, K. Rasul and
    R. Vollgraf, 2017.)
    """

    name: ClassVar[str] = "fashion-mnist"
    title: ClassVar[str] = "Fashion-MNIST, 28x28"
    licence: ClassVar[str] = "MIT; Zalando SE"
    order: ClassVar[int] = 3
    class_names: ClassVar[tuple[str, ...]] = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    remote: ClassVar[RemoteSet] = FASHION_REMOTE
