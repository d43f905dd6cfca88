"""The parts of the canvas without a hand: routes, search, texts, overlays, levels of detail."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from designer.canvas.badges import Badge
from designer.canvas.hits import Hit
from designer.canvas.items.wire_item import outlined
from designer.canvas.node_content import content_of
from designer.canvas.routing import CLEARANCE, find_lane, lane_path, obstacles_of, plain_path
from designer.canvas.search.entries import layer_entries, matching
from designer.canvas.style import SHADES, shade_of
from designer.canvas.tools.guides import align
from designer.canvas.tooltips import tooltip
from designer.common.fuzzy import score
from designer.common.theme import theme
from designer.document.document import Document
from engine.design import Design
from tests.designer.canvas.hands import Hands, network

CARDS = obstacles_of([QRectF(240 * i, 0, 176, 80) for i in range(4)])


def test_neighbours_are_joined_by_a_straight_line() -> None:
    assert find_lane(QPointF(176, 40), QPointF(240, 40), CARDS, []) is None
    assert plain_path(QPointF(176, 40), QPointF(240, 40)).length() == pytest.approx(64)


def test_a_shortcut_goes_round_the_cards_between() -> None:
    start, stop = QPointF(176, 40), QPointF(720, 40)
    lane = find_lane(start, stop, CARDS, [])
    assert lane == 80 + CLEARANCE
    path = lane_path(start, stop, lane)
    assert path.pointAtPercent(0) == start
    assert (path.pointAtPercent(1) - stop).manhattanLength() < 1e-6
    for left in (240, 480):
        assert not outlined(path).intersects(QRectF(left, 0, 176, 80))


def test_a_second_shortcut_lies_outside_the_first() -> None:
    lane = find_lane(QPointF(176, 40), QPointF(720, 40), CARDS, [(176, 720, 96.0)])
    assert lane is not None
    assert abs(lane - 96.0) >= 16
    assert not -CLEARANCE < lane < 80 + CLEARANCE


def test_a_wire_back_runs_between_the_rows() -> None:
    two_rows = obstacles_of([QRectF(240 * i, 160 * row, 176, 80) for i in range(3) for row in range(2)])
    lane = find_lane(QPointF(656, 40), QPointF(0, 200), two_rows, [])
    assert lane is not None
    assert 80 < lane < 160


@pytest.mark.parametrize(
    ("query", "name", "rivals"),
    [
        ("dense", "Dense", ("Dropout",)),
        ("mp2", "MaxPooling2D", ("MultiHeadAttention", "Dense")),
        ("conv", "Conv2D", ("GlobalAveragePooling2D",)),
        ("batchnorm", "BatchNormalization", ("LayerNormalization",)),
        ("gap", "GlobalAveragePooling2D", ("Dense", "Dropout")),
        ("norm", "LayerNormalization", ("Dense", "Conv2D")),
        ("drp", "Dropout", ("Dense", "Conv2D")),
    ],
)
def test_the_search_puts_what_was_meant_first(query: str, name: str, rivals: tuple[str, ...]) -> None:
    assert score(query, name) > max(score(query, rival) for rival in rivals)


def test_keywords_find_a_layer_but_names_come_first(qapp: object) -> None:
    entries = layer_entries(Document())
    assert "Dense" in [entry.title for entry in matching(entries, "fully connected")]
    assert matching(entries, "add")[0].title == "Add"
    assert matching(entries, "qqqq") == []
    assert len(matching(entries, "")) == len(entries)


def test_guides_pull_a_card_level_with_another() -> None:
    shift, lines = align(QRectF(0, 0, 176, 80), QPointF(303, 4), [QRectF(300, 200, 176, 80)])
    assert shift == QPointF(300, 4)
    assert {line.x1() for line in lines} == {300.0, 476.0}
    assert align(QRectF(0, 0, 176, 80), QPointF(330, 50), [QRectF(300, 200, 176, 80)])[1] == []


def test_a_card_says_what_matters(qapp: object) -> None:
    document = Document()
    document.set_design(network())
    first = content_of(document, document.design.node_named("first").id)
    assert (first.shape, first.parameters) == ("8 × 8 × 4", "40 parameters")
    assert first.settings == "3 × 3"
    assert content_of(document, document.design.node_named("both").id).settings == "2 inputs"
    assert content_of(document, document.design.node_named("dense").id).settings == "softmax"


def test_a_card_tells_of_spectral_normalization(qapp: object) -> None:
    design = Design()
    x = design.add("Input", shape=(8,))
    node = design.add("Dense", x, units=4, kernel_reparameterization="spectral", activation="relu")
    document = Document()
    document.set_design(design)
    assert content_of(document, node.id).settings == "relu · spectral"


def test_a_card_is_wide_enough_for_its_texts(hands: Hands) -> None:
    style = hands.view.style_
    node = hands.document.design.add("GlobalAveragePooling2D", name="a_rather_long_name_for_a_layer")
    hands.document.set_design(hands.document.design)
    card = hands.scene.nodes[node.id].card
    name_end = card.name[0].x() + style.name_metrics.horizontalAdvance("a_rather_long_name_for_a_layer")
    assert name_end + 8 <= card.type[0].x()
    assert card.width % 16 == 0


def test_tooltips_tell_shapes_parameters_problems_and_gradients(hands: Hands) -> None:
    document = hands.document
    text = tooltip(document, Hit("node", node=hands.node("first")))
    for part in ("8 × 8 × 1", "8 × 8 × 4", "40 parameters", "kernel 3 × 3 × 1 × 4", "multiply-adds"):
        assert part in text
    edge = hands.edge("first", "second")
    assert "RMS 4.39e-4" in tooltip(document, Hit("wire", edge=edge), (), {edge: 0.000438568})
    assert "Takes any number of wires" in tooltip(
        document, Hit("port", node=hands.node("both"), port=(False, 0))
    )
    badge = Badge("31 % dead", tooltip="40 of 128 units are dead.", kind="dead")
    assert "40 of 128" in tooltip(document, Hit("node", node=hands.node("dense")), [badge])


def test_gradients_paint_wires_and_bring_the_legend(hands: Hands) -> None:
    view = hands.view
    edge = hands.edge("first", "second")
    assert not view.legend.visible
    view.set_edge_gradients({edge: 1e-6, hands.edge("dense", "loss"): 1.0})
    assert view.legend.visible
    assert hands.scene.wires[edge].shade == 0
    assert hands.scene.wires[hands.edge("dense", "loss")].shade == SHADES - 1
    assert hands.scene.wires[hands.edge("flat", "dense")].shade == -1
    widths = [hands.scene.wires[x].pen().widthF() for x in (edge, hands.edge("dense", "loss"))]
    assert widths[0] < widths[1]
    view.set_edge_gradients(None)
    assert not view.legend.visible
    assert hands.scene.wires[edge].shade == -1


def test_shades_cover_the_scale_and_what_lies_outside() -> None:
    assert [shade_of(x) for x in (0.0, 1e-9, 1e-6)] == [0, 0, 0]
    assert [shade_of(x) for x in (1.0, 1e6, float("inf"), float("nan"))] == [SHADES - 1] * 4
    assert shade_of(1e-3) == round(0.5 * (SHADES - 1))


def test_from_afar_wires_are_one_item_that_can_still_be_hit(hands: Hands) -> None:
    view, edge = hands.view, hands.edge("flat", "dense")
    view.set_zoom(0.4)
    assert not hands.scene.wires[edge].isVisible()
    assert hands.scene.overview is not None
    assert hands.scene.overview.isVisible()
    middle = (hands.port("flat", output=True) + hands.port("dense", output=False)) / 2
    assert hands.scene.hit(middle, view.tolerance()).edge == edge
    view.set_zoom(1.0)
    assert hands.scene.wires[edge].isVisible()
    assert not hands.scene.overview.isVisible()


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize("zoom", [0.1, 0.25, 0.5, 1.0, 2.0])
def test_every_state_is_painted(hands: Hands, mode: str, zoom: float) -> None:
    view, scene = hands.view, hands.scene
    theme().set_mode("light" if mode == "light" else "dark")
    view.set_badges({hands.node("dense"): [Badge("31 % dead", kind="dead"), Badge("saturated", "failing")]})
    view.edit.select_all()
    view.edit.toggle_frozen()
    view.set_edge_gradients(dict.fromkeys(hands.document.design.edges, 1e-3))
    view.set_zoom(zoom)
    view.centerOn(scene.content_rect().center())
    picture: QImage = view.grab().toImage()
    colors = {picture.pixelColor(x, y).name() for x in range(0, 1200, 3) for y in range(0, 700, 3)}
    assert theme().color("canvas").name() in colors
    assert len(colors) > 4
    theme().set_mode("dark")


def test_the_overview_leads_the_view(hands: Hands) -> None:
    view = hands.view
    assert view.minimap.visible
    corner = view.minimap.rect().center()
    before = view.visible_rect().center()
    view.pan_by(view.rect().center() * 2)
    assert view.visible_rect().center() != before
    place = view.minimap.scene_point(corner)
    hands.press(view.mapToScene(corner))
    hands.release(view.mapToScene(corner))
    assert (view.visible_rect().center() - place).manhattanLength() < 3


def test_a_new_design_ends_the_gesture_under_way(hands: Hands) -> None:
    for start in (hands.at("first"), hands.port("first", output=True), QPointF(300, 400)):
        hands.carry(start, start + QPointF(60, 60))
        assert hands.view.input.tool is not None
        hands.document.set_design(network())
        assert hands.view.input.tool is None
        hands.view.zoom_reset()
        hands.view.centerOn(500, 250)
    hands.document.set_design(Design())
