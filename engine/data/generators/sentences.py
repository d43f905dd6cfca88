"""Sentences of a small grammar: a text that is made here, small enough to learn in a minute, its rules reaching far."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.data.dataset import Kind
from engine.data.generators.common import Samples, Seed
from engine.data.next_token import lines_to_continue
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register

SINGULAR, PLURAL = ("cat", "dog", "bird", "child", "king"), ("cats", "dogs", "birds", "children", "kings")
PLACES = ("near the river", "in the garden", "behind the house", "under the bridge")
ADJECTIVES = ("small", "old", "hungry", "quiet")
VERBS = (("sees", "see"), ("follows", "follow"), ("loves", "love"), ("hears", "hear"))


@register
class Sentences(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sentences of a small grammar, to be continued character by character: the old cats in the garden see the dog.

    A verb agrees with its subject, which may stand twenty characters before it, with other nouns between: who writes
    such sentences has to look back.
    """

    name: ClassVar[str] = "sentences"
    title: ClassVar[str] = "Small sentences"
    kind: ClassVar[Kind] = "sequence"
    order: ClassVar[int] = 48

    samples: Samples = 2000
    seed: Seed = 0

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        return lines_to_continue(self.name, [sentence(rng) for _ in range(self.samples)], steps=LONGEST + 1)


def sentence(rng: np.random.Generator) -> str:
    """Return a sentence."""

    def one_of(words: tuple[str, ...]) -> str:
        return words[int(rng.integers(len(words)))]

    def described(noun: str) -> str:
        return f"{one_of(ADJECTIVES)} {noun}" if rng.random() < 0.5 else noun

    many = int(rng.random() < 0.5)
    subject = f"the {described(one_of(PLURAL if many else SINGULAR))}"
    place = f" {one_of(PLACES)}" if rng.random() < 0.5 else ""
    verb = VERBS[int(rng.integers(len(VERBS)))][many]
    thing = f"the {described(one_of(PLURAL))}" if rng.random() < 0.5 else f"the {described(one_of(SINGULAR))}"
    return f"{subject}{place} {verb} {thing}."


LONGEST = len("the hungry children behind the house follows the hungry children.") - 1
