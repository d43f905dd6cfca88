"""What the Theory view shows: the network as a line, as regions, or as one linear map, from its weights as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from designer.document.document import Document
from engine.core.errors import GradloomError

if TYPE_CHECKING:
    from designer.training.session import TrainingSession
    from engine.analysis import LinearMap, Polygon, Regions
    from engine.analysis.piecewise import PiecewiseProbe
    from engine.compiler.network import Network

Array = NDArray[Any]
MOST_PARAMETERS = 50_000
MOST_SAMPLES = 4_000
MARGIN = 0.08


class Samples(NamedTuple):
    """The training samples as the network is fed them: x (n, inputs), and y (n,) float."""

    x: Array
    y: Array


class TheoryModel:
    """Keeps a float64 twin of the document's network for as long as its design stays what it is.

    `reason` says why there is nothing to show, "" where there is something. `kind` is "line" (one input), "regions"
    (two), "map" (linear layers of any number of inputs) or "".
    """

    def __init__(self, session: TrainingSession, document: Document) -> None:
        self._session, self._document = session, document
        self.reason, self.kind = "", ""
        self.widths: tuple[int, ...] = ()
        self._network: Network | None = None
        self._probe: PiecewiseProbe | None = None
        self._samples: Samples | None = None
        self._range: tuple[Array, Array] = (np.zeros(1), np.ones(1))

    def rebuild(self) -> None:
        """Look at the design anew."""
        self.kind, self.reason, self.widths = "", "", ()
        self._network = self._probe = None
        try:
            self._build()
        except GradloomError as error:
            self.reason = str(error)

    def watch_keys(self) -> list[tuple[str, str]]:
        """Return what has to be watched while a run is under way."""
        return list(self._network.store.specs) if self.kind and self._network is not None else []

    @property
    def samples(self) -> Samples | None:
        """The training samples, where the data is generated or comes with the program."""
        return self._samples

    @property
    def range(self) -> tuple[Array, Array]:
        """The lowest and highest inputs that are looked at."""
        return self._range

    def line(self) -> Polygon:
        """Return the network of one input as a polygonal line."""
        from engine.analysis import polygon

        low, high = self._range
        return polygon(self._current(), float(low[0]), float(high[0]))

    def regions(self) -> Regions:
        """Return the linear regions of the network of two inputs."""
        from engine.analysis import linear_regions

        (x0, y0), (x1, y1) = (tuple(map(float, end)) for end in self._range)
        return linear_regions(self._current(), (x0, y0), (x1, y1))

    def linear_map(self) -> LinearMap:
        """Return the one map that the linear layers are."""
        from engine.analysis import linear_map

        found = linear_map(self._current())
        assert found is not None
        return found

    def unit_name(self, node_id: str, unit: int) -> str:
        """Return what a unit is called: layer and number."""
        assert self._network is not None
        return f"{self._network.design.nodes[node_id].name}, unit {unit}"

    # ------------------------------------------------------------------ parts

    def _build(self) -> None:
        from engine.analysis.piecewise import PiecewiseProbe
        from engine.compiler.network import compile_design
        from engine.core.errors import DesignError

        design, inference = self._document.design, self._document.inference
        if not design.nodes:
            raise DesignError("Draw a network, or open one of the templates under Theory.")
        errors = [problem for problem in self._document.problems if problem.severity == "error"]
        if errors:
            raise DesignError(errors[0].message)
        if sum(inference.parameter_count(node_id) for node_id in inference.parameters) > MOST_PARAMETERS:
            raise DesignError(
                "The network is too large to be taken apart here. The templates under Theory are small."
            )
        self._network = network = compile_design(design)
        self._probe = probe = PiecewiseProbe(network)
        if not probe.bending:
            self.kind = "map"
        elif probe.inputs == 1:
            self.kind = "line"
        elif probe.inputs == 2:
            self.kind = "regions"
        else:
            raise DesignError(
                "A line needs one input and regions need two. The templates under Theory have them."
            )
        self.widths = tuple(int(np.prod(network.inference.outputs[node_id][0])) for node_id in probe.bending)
        self._read_samples()

    def _read_samples(self) -> None:
        from engine.data import load
        from engine.data.source import named_source

        settings = self._document.design.data
        self._samples = None
        inputs = self._probe.inputs if self._probe is not None else 1
        low, high = np.full(inputs, -1.0), np.ones(inputs)
        source = named_source(settings.source) if settings is not None else None
        if (
            settings is not None
            and source is not None
            and source.is_available()
            and source.name not in ("mnist", "fashion_mnist")
        ):
            try:
                train = load(settings).train
            except GradloomError:
                train = None
            if train is not None and not isinstance(train.x, Mapping):
                x = np.asarray(train.x, np.float64).reshape(len(train), -1)[:MOST_SAMPLES]
                y = np.asarray(train.y, np.float64).reshape(len(train), -1)[:MOST_SAMPLES, 0]
                if x.shape[1] == inputs:
                    self._samples = Samples(x, y)
                    low, high = x.min(axis=0), x.max(axis=0)
        margin = MARGIN * np.maximum(high - low, 1e-9) if self.kind == "regions" else 0.0
        self._range = (low - margin, high + margin)

    def _current(self) -> PiecewiseProbe:
        assert self._network is not None
        assert self._probe is not None
        names = self._network.design.nodes
        weights = {}
        for (node_id, parameter), first in self._network.store.views.items():
            found = self._session.latest_parameter(node_id, parameter)
            values = first if found is None or found.values is None else found.values
            weights[f"{names[node_id].name}/{parameter}"] = values if values.shape == first.shape else first
        self._probe.take(weights)
        return self._probe
