"""Render the pictures of the documentation again: the whole window off screen, in both themes, trained a little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SIZE = "1600x1000"


class Scene(NamedTuple):
    """One picture: a template ("" for the empty window), how long it is trained, and the views that are shown."""

    name: str
    template: str
    epochs: int = 0
    views: tuple[str, ...] = ()
    themes: tuple[str, ...] = ("dark", "light")


SCENES = (
    Scene("window", "digits-cnn", 8, ("loss", "gradients", "weights")),
    Scene("predictions", "two-spirals", 400, ("loss", "activations", "predictions")),
    Scene("digits", "digits-mlp", 20, ("activations", "weights", "predictions")),
    Scene("vanishing", "vanishing", 40, ("loss", "gradients", "activations")),
    Scene("adversarial", "gan-ring", 1250, ("loss", "gradients", "predictions"), ("dark",)),
    Scene("empty", ""),
)


def render(scene: Scene, theme: str, out: Path) -> None:
    """Render one picture. Run in a process of its own, so that every window is a first one."""
    sys.path.insert(0, str(ROOT))
    from designer.offscreen import render_offscreen

    status = render_offscreen(
        scene.template, str(out), epochs=scene.epochs, mode=theme, size=SIZE, views=scene.views
    )
    if status:
        sys.exit(status)


def main(arguments: list[str]) -> int:
    """Render every picture, or those of the scenes named; return the exit status."""
    if len(arguments) == 3 and arguments[0] == "--render":
        scene = next(scene for scene in SCENES if scene.name == arguments[1])
        render(scene, arguments[2], IMAGES / f"{scene.name}-{arguments[2]}.png")
        return 0
    unknown = [name for name in arguments if name not in [scene.name for scene in SCENES]]
    if unknown:
        sys.stderr.write(f"No scene is called {', '.join(unknown)}. There are: ")
        sys.stderr.write(", ".join(scene.name for scene in SCENES) + ".\n")
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        if arguments and scene.name not in arguments:
            continue
        for theme in scene.themes:
            command = [sys.executable, __file__, "--render", scene.name, theme]
            status = subprocess.run(command, cwd=ROOT, check=False).returncode
            if status:
                return status
            picture = IMAGES / f"{scene.name}-{theme}.png"
            print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
