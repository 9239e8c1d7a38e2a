"""演示数据 · The demonstration district: made from a seed, marked, removable."""
