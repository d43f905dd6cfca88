"""What theory says of a trained network, computed from its weights: knots, linear regions, the one linear map."""

from __future__ import annotations

from engine.analysis.bounds import region_bound, region_growth, regions_of_one_layer
from engine.analysis.linear_map import LinearMap, linear_map
from engine.analysis.polygon import Knot, Polygon, polygon
from engine.analysis.regions import Regions, linear_regions
from engine.analysis.widths import WidthResult, widened, width_results

__all__ = [
    "Knot",
    "LinearMap",
    "Polygon",
    "Regions",
    "WidthResult",
    "linear_map",
    "linear_regions",
    "polygon",
    "region_bound",
    "region_growth",
    "regions_of_one_layer",
    "widened",
    "width_results",
]
