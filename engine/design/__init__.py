"""The document: what a person draws, its rules, its shapes and its file format."""

from __future__ import annotations

from engine.design.design import Design
from engine.design.elements import Edge, Node, Note, UnknownLayer
from engine.design.settings import TrainingSettings

__all__ = ["Design", "Edge", "Node", "Note", "TrainingSettings", "UnknownLayer"]
