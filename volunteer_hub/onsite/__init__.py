"""现场 · Around the door: cards, names, groups, walk-ins, kiosks, moving, closing everybody, the live board."""
