"""gradloom generate FILE: what a trained network writes, from a source or from a beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.printing import print_json

if TYPE_CHECKING:
    from engine.data import Preprocessing
    from engine.training.archive import Archive


def generate(
    file: Annotated[str, typer.Argument(help="A trained design.", metavar="FILE")],
    prompt: Annotated[
        str, typer.Option(help="The source of an encoder-decoder, or how a text begins that is to go on.")
    ] = "",
    length: Annotated[int, typer.Option(min=0, help="Tokens at most; 0 for what suits.")] = 0,
    temperature: Annotated[
        float | None,
        typer.Option(min=0, help="0 takes the most probable, 1 draws by probability, more is bolder."),
    ] = None,
    top_k: Annotated[
        int, typer.Option(min=0, help="Draw among so many of the most probable; 0 for all.")
    ] = 0,
    beam: Annotated[
        int, typer.Option(min=0, help="Keep so many texts in view (beam search); 0 for none.")
    ] = 0,
    count: Annotated[int, typer.Option(min=1, help="How many texts.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each text.")] = False,
) -> None:
    """Write texts: what a decoder makes of a source, or how a beginning goes on."""
    import engine
    from engine.cli.evaluate import trained_network
    from engine.cli.opening import open_design

    archive, folder = open_design(file)
    network = trained_network(archive, file)
    texts = engine.generate(
        network, prompt, data=_meaning(archive, str(folder)), length=length, temperature=temperature, top_k=top_k,
        beam=beam, count=count, seed=seed,
    )  # fmt: skip
    for text in texts:
        if as_json:
            facts = {"text": text.text, "log_probability": text.log_probability, "tokens": len(text.ids)}
            print_json({**facts, "ended": text.ended})
        else:
            typer.echo(text.text)


def _meaning(archive: Archive, folder: str) -> Preprocessing:
    """Return what the ids mean: as the file says, or as its data does."""
    from pathlib import Path

    from engine.cli.opening import data_settings, open_data

    if archive.preprocessing is not None:
        return archive.preprocessing
    return open_data(data_settings(archive, None), Path(folder), quiet=True).preprocessing
