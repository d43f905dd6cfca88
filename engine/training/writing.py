"""generate(): what a trained network writes, from a beginning or from a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.compiler.network import Network
from engine.core.errors import DataError, SettingError
from engine.data.dataset import DataSet
from engine.data.preprocessing import Preprocessing
from engine.data.tokens import SPECIAL
from engine.training.decoding import Sentence, beam_search, choose
from engine.training.speaking import Decoder, Window, speaks
from engine.training.vocabularies import Vocabulary, as_ids

Array = NDArray[Any]
Prompt = str | Sequence[int] | Array | Mapping[str, ArrayLike]
CANNOT = (
    "This network does not write: generating takes a PreviousOutput of ids (an encoder-decoder), or one Input of ids "
    "and a probability for each next token at each of its steps."
)
LONGEST = 10_000


class Generation(NamedTuple):
    """One text that was written: its classes, the text where it is known what they mean, and what the network itself
    gives as its log-probability. `ended` says that the network set the end, and not the length."""

    ids: tuple[int, ...]
    text: str
    log_probability: float
    ended: bool


def generate(
    network: Network,
    prompt: Prompt = "",
    *,
    data: DataSet | Preprocessing | None = None,
    length: int = 0,
    temperature: float | None = None,
    top_k: int = 0,
    beam: int = 0,
    count: int = 1,
    seed: int = 0,
) -> list[Generation]:
    """Return `count` texts (ids) that the network writes.

    Args:
        prompt: the source of an encoder-decoder, or the beginning of a text that is to go on: a text, or ids, or a
            sample for each Input by name.
        data: what the ids mean; without it the prompt is ids, and so is the answer.
        length: tokens at most; 0 for what the decoder can give, or 200.
        temperature: 0 takes the most probable token each time (greedy), 1 draws by probability, more is bolder. None
            is 0 for an encoder-decoder and 1 for a text that goes on.
        top_k: draw among so many of the most probable tokens; 0 among all.
        beam: keep so many sentences in view and return the best; 0 for no beam search.
        seed: of the draws.

    Raises SettingError where the network does not write or a setting means nothing, DataError for an unknown prompt.
    """
    last: list[Generation] = []
    for texts in generating(
        network, prompt, data=data, length=length, temperature=temperature, top_k=top_k, beam=beam, count=count,
        seed=seed,
    ):  # fmt: skip
        last = texts
    return last


def generating(
    network: Network,
    prompt: Prompt = "",
    *,
    data: DataSet | Preprocessing | None = None,
    length: int = 0,
    temperature: float | None = None,
    top_k: int = 0,
    beam: int = 0,
    count: int = 1,
    seed: int = 0,
) -> Iterator[list[Generation]]:
    """Do what `generate` does, and yield what there is after every token: who iterates can stop."""
    kind = speaks(network)
    if not kind:
        raise SettingError(CANNOT)
    if not 1 <= count <= 1_000:
        raise SettingError(f"count: from 1 to 1,000 texts at once. Received: {count}.")
    if not 0 <= length <= LONGEST:
        raise SettingError(f"length: up to {LONGEST:,} tokens. Received: {length}.")
    prepared = data.preprocessing if isinstance(data, DataSet) else data
    speaker, words, ends, forbidden = _speaker(network, kind, prompt, prepared, max(count, beam))
    longest = min(length or speaker.steps, speaker.steps) if isinstance(speaker, Decoder) else length or 200
    if beam:
        steps = beam_search(speaker.next, max(beam, 1), longest, ends=ends, forbidden=forbidden)
    else:
        warmth = (0.0 if kind == "decoder" else 1.0) if temperature is None else temperature
        random = np.random.default_rng(seed)
        steps = choose(
            speaker.next, count, longest, ends=ends, temperature=warmth, top_k=top_k, random=random,
            forbidden=forbidden,
        )  # fmt: skip
    for sentences in steps:
        yield [_told(sentence, words) for sentence in sentences[:count]]


def _told(sentence: Sentence, words: Vocabulary | None) -> Generation:
    text = words.decode(sentence.ids) if words is not None else ""
    return Generation(sentence.ids, text, sentence.log_probability, sentence.ended)


def _speaker(
    network: Network, kind: str, prompt: Prompt, prepared: Preprocessing | None, batch: int
) -> tuple[Decoder | Window, Vocabulary | None, tuple[int, ...], tuple[int, ...]]:
    """Return what answers, the vocabulary, and the ids that end a sentence and that are never chosen."""
    known = prepared is not None and bool(prepared.vocabulary or prepared.classes)
    if kind == "decoder":
        output = next(f.output for f in network.feedbacks if f.is_ids)
        units = network.inference.inputs[output][0][-1]
        words = Vocabulary(prepared, units) if known and prepared is not None else None
        decoder = Decoder(network, _sources(network, prompt, words), batch)
        return decoder, words, decoder.ends, decoder.forbidden
    if isinstance(prompt, Mapping):
        raise SettingError("A text that goes on begins with a text or with ids, not with samples by name.")
    units = network.inference.inputs[network.outputs[0]][0][-1]
    words = Vocabulary(prepared, units) if known and prepared is not None else None
    if isinstance(prompt, str):
        if words is None:
            raise DataError("What the ids mean is not known: pass `data`, or a prompt of ids.")
        beginning = _checked(words, prompt)
        if not len(beginning) or "<start>" in words.tokens:
            beginning = np.concatenate([words.start, beginning])
    else:
        beginning = as_ids(prompt)
        if not len(beginning):
            raise DataError("A prompt of ids needs one at least.")
    reread = words.inputs_of if words is not None else np.asarray
    window = Window(network, beginning, batch, reread)
    ends = words.ends if words is not None else ()
    return window, words, ends, ()


def _checked(words: Vocabulary, prompt: str) -> Array:
    """Return the ids of a prompt. Raises DataError where the network was never shown a part of it."""
    unknown = words.unknown(prompt)
    if unknown:
        named = ", ".join(repr(token) for token in unknown[:5]) + (", …" if len(unknown) > 5 else "")
        shown = " ".join(token for token in words.tokens if token.strip() and token not in SPECIAL)
        least = f"{shown[:100]} …" if len(shown) > 100 else shown
        raise DataError(f"The network was never shown {named}. It knows: {least}.")
    return words.encode(prompt)


def _sources(network: Network, prompt: Prompt, words: Vocabulary | None) -> dict[str, ArrayLike]:
    """Return the samples of a decoder's network, by the names of its Inputs."""
    nodes = network.design.nodes
    if isinstance(prompt, Mapping):
        return dict(prompt)
    if len(network.inputs) != 1:
        names = ", ".join(nodes[n].name for n in network.inputs) or "none"
        raise SettingError(f"The network's Inputs are {names}: give a sample for each, by name.")
    node = nodes[network.inputs[0]]
    (shape,) = network.inference.outputs[node.id]
    if not isinstance(prompt, str):
        array = np.asarray(prompt)
        if getattr(node.layer, "dtype", "float") == "int" and array.ndim == 1 and array.size < shape[0]:
            array = np.pad(as_ids(array), (0, shape[0] - array.size))
        return {node.name: array}
    if words is None or not words.tokens:
        raise DataError("What the ids mean is not known: pass `data`, or a sample as an array.")
    ids = _checked(words, prompt)
    if not len(ids):
        raise DataError("There is nothing to answer to: give a text.")
    if len(ids) > shape[0]:
        raise DataError(f"The source may have {shape[0]} tokens; {prompt[:40]!r} has {len(ids)}.")
    return {node.name: np.pad(ids, (0, shape[0] - len(ids)))}
