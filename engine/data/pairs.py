"""Pairs of texts, a source and what it is to become, as the ids that an encoder and a decoder take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.raw import RawData
from engine.data.tokens import SPECIAL, Unit, number_tokens, split_text, vocabulary_of


def text_pairs(
    place: str,
    sources: Sequence[str],
    targets: Sequence[str],
    *,
    unit: Unit = "character",
    vocabulary: Sequence[str] = (),
    target_vocabulary: Sequence[str] = (),
    steps: int = 0,
    target_steps: int = 0,
    names: tuple[str, str] = ("source", "target"),
    report: tuple[str, ...] = (),
) -> RawData:
    """Return x (N, S): source ids, 1 for the first token of the vocabulary, and y (N, T): target ids, each with an end.

    Padding is 0 in both. The classes of y are <pad>, <start>, <end> and then the target's tokens. Vocabularies and
    lengths (without the end) that are not given are those of the texts.
    """
    split_sources = [split_text(text, unit) for text in sources]
    split_targets = [split_text(text, unit) for text in targets]
    known = tuple(vocabulary) or vocabulary_of(split_sources)
    classes = (*SPECIAL, *(target_vocabulary or vocabulary_of(split_targets)))
    steps = steps or max(map(len, split_sources))
    target_steps = (target_steps or max(map(len, split_targets))) + 1
    return RawData(
        x=number_tokens(split_sources, known, steps, first=1),
        y=number_tokens(split_targets, classes, target_steps, end=True).astype(np.int64),
        task="classification",
        place=place,
        kind="sequence",
        classes=classes,
        feature_names=(names[0],),
        target_names=(names[1],),
        report=(
            *report,
            f"Sources ({names[0]}) are up to {steps} {unit}s, numbered from 1 to {len(known)}; 0 pads.",
            f"Targets ({names[1]}) are up to {target_steps} of {len(classes)} tokens, with <end> as the last.",
        ),
        fixed=np.ones(steps, dtype=bool),
        vocabulary=known,
        unit=unit,
    )
