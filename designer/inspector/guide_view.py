"""The guide: short pages from resources/help, with a list of them at the side."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor, QTextTable
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from designer.common.resources import resource_path, resource_text
from designer.common.theme import theme

PAGES = (
    "first-steps",
    "networks",
    "blocks",
    "data",
    "training",
    "sequences",
    "attention",
    "why-it-fails",
    "back-propagation",
    "adversarial",
)
"""In the order in which they are read; the first line of each is its title."""
LINE_HEIGHT = 125.0
"""In percent of the font's own."""


class GuideView(QWidget):
    """Shows one page of the guide at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Guide")
        self.list = QListWidget()
        self.list.setAccessibleName("pages of the guide")
        self.browser = QTextBrowser()
        self.browser.setOpenExternalLinks(True)
        self.browser.document().setDocumentMargin(16)
        # A table as wide as the page counts its border twice: there is nothing to scroll to.
        self.browser.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for name in PAGES:
            item = QListWidgetItem(page_title(name), self.list)
            item.setSizeHint(QSize(0, self.list.fontMetrics().height() + 12))
        widest = max(self.list.fontMetrics().horizontalAdvance(page_title(name)) for name in PAGES)
        self.list.setFixedWidth(widest + 32)
        self.list.currentRowChanged.connect(self._on_row_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.addWidget(self.list)
        row.addWidget(self.browser, 1)
        theme().changed.connect(self._on_theme_changed)
        self.show_page(PAGES[0])

    def show_page(self, name: str) -> None:
        """Show a page by its name. Raises ValueError where there is none."""
        self.list.setCurrentRow(PAGES.index(name))

    def sizeHint(self) -> QSize:
        return QSize(820, 620)

    def _space_out(self) -> None:
        """Give lines and headings room: Qt sets Markdown solid."""
        cursor = QTextCursor(self.browser.document())
        block = self.browser.document().firstBlock()
        while block.isValid():
            layout = block.blockFormat()
            layout.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            if layout.headingLevel() > 1:
                layout.setTopMargin(20)
            layout.setBottomMargin(8)
            cursor.setPosition(block.position())
            cursor.setBlockFormat(layout)
            block = block.next()
        for frame in self.browser.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                table = frame.format().toTableFormat()
                table.setBorderBrush(theme().color("border"))
                table.setTopMargin(8)
                table.setBottomMargin(12)
                frame.setFormat(table)

    def _on_theme_changed(self) -> None:
        self._on_row_changed(self.list.currentRow())

    def _on_row_changed(self, row: int) -> None:
        if 0 <= row < len(PAGES):
            self.browser.setMarkdown(resource_text(f"help/{PAGES[row]}.md"))
            self._space_out()
            self.browser.verticalScrollBar().setValue(0)


def page_title(name: str) -> str:
    """Return the heading of a page."""
    return resource_text(f"help/{name}.md").partition("\n")[0].lstrip("# ")


def all_pages() -> tuple[str, ...]:
    """Return the names of all page files."""
    return tuple(sorted(path.stem for path in resource_path("help").glob("*.md")))
