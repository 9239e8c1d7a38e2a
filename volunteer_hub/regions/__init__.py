"""行政区划 · Divisions of five levels and the population figures set against them."""
