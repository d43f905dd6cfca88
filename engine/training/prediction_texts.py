"""What a decoder makes of sources when it runs free, beside what it should be."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.compiler.feedback import FreeRun
from engine.training.prediction_kinds import Array, Kind
from engine.training.prediction_samples import Question
from engine.training.targets import Fill

SHOWN = 48
"""Sources that are asked: as many as a panel has room for, and their share of exact answers is told."""


def writes_texts(question: Question) -> bool:
    """Return whether an output gives texts for texts: ids are fed back to it, and the data says what ids mean."""
    fed = any(f.output == question.output and f.is_ids for f in question.network.feedbacks)
    return fed and bool(question.data.vocabulary) and len(question.network.inputs) == 1


class TextsKind(Kind):
    """Ids of a few samples: "sources" (n, S), "truth" and "answers" (n, T), and "exact" (n,) whether they agree.

    The answers are of a free run: each step is fed what the network itself gave before. `about` has the tokens of the
    sources ("vocabulary", id 1 the first), those of the answers ("classes") and their "unit".
    """

    NAME: ClassVar[str] = "texts"

    def _prepare(self) -> None:
        question, count = self.question, min(SHOWN, len(self.truth))
        network, data = question.network, question.data
        self._plan = network.plan(count, False, keep=True)
        self._fill: Fill = self.bound.filler(self._plan)
        self._run = FreeRun(self._plan, network.feedbacks)
        self._rows = np.arange(count)
        self._sources = next(iter(self.bound.inputs[n] for n in network.inputs))[:count].astype(np.int64)
        self._wanted = self.truth[:count]
        self.about |= {
            "vocabulary": list(data.vocabulary),
            "classes": list(data.classes),
            "unit": data.preprocessing.unit,
        }
        self.fields = {
            "sources": ("int64", self._sources.shape),
            "truth": ("int64", self._wanted.shape),
            "answers": ("int64", self._wanted.shape),
            "exact": ("uint8", (count,)),
        }

    def compute(self) -> dict[str, Array]:
        self._fill(self._rows)
        self._run()
        answers = self._plan.predictions[self.question.output].argmax(axis=-1)
        exact = (answers == self._wanted).all(axis=1).astype(np.uint8)
        return {"sources": self._sources, "truth": self._wanted, "answers": answers, "exact": exact}
