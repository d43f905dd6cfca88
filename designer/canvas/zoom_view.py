"""A view that zooms at a point and pans by pixels."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSignalBlocker, Signal

from designer.canvas import metrics as m
from designer.canvas.input_view import InputView
from designer.canvas.navigation import ZOOM_STEP, clamped_zoom


class ZoomView(InputView):
    """Zooms and pans. Signals: zoom_changed(zoom): 1.0 is 100 %."""

    zoom_changed = Signal(float)
    shows_all = False
    """Whether the whole network was fitted and nobody has zoomed or panned since."""

    @property
    def zoom(self) -> float:
        """The zoom; 1.0 is 100 %."""
        return self.transform().m11()

    def visible_rect(self) -> QRectF:
        """Return the part of the scene in view."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def tolerance(self) -> float:
        """Return how near, in canvas units, the pointer must come to a wire to mean it."""
        return m.TOLERANCE / self.zoom

    def set_zoom(self, zoom: float, about: QPoint | None = None) -> None:
        """Zoom so that the point of the viewport `about` (its middle without one) stays where it is."""
        wanted = clamped_zoom(zoom)
        place = about if about is not None else self.viewport().rect().center()
        before = self.mapToScene(place)
        self.prepare_zoom(wanted)
        self.shows_all = False
        factor = wanted / self.zoom
        if abs(factor - 1) > 1e-9:
            self.scale(factor, factor)
            self.pan_by(place - self.mapFromScene(before))
            self.zoom_changed.emit(wanted)

    def zoom_in(self) -> None:
        """Show less, larger."""
        self.set_zoom(self.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Show more, smaller."""
        self.set_zoom(self.zoom / ZOOM_STEP)

    def zoom_reset(self) -> None:
        """Show everything at its own size."""
        self.set_zoom(1.0)

    def pan_by(self, delta: QPoint) -> None:
        """Move what is seen by so many pixels."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        before = across.value(), down.value()
        self.shows_all = False
        # One scroll for both directions: after a first one, Qt would repaint the whole viewport for the second.
        blockers = QSignalBlocker(across), QSignalBlocker(down)
        across.setValue(before[0] - delta.x())
        down.setValue(before[1] - delta.y())
        for blocker in blockers:
            blocker.unblock()
        self.scrollContentsBy(before[0] - across.value(), before[1] - down.value())

    def prepare_zoom(self, zoom: float) -> None:
        """Get ready for another zoom; called before it is there."""
