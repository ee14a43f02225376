"""The network of `colorfast swatch`: simulated and real patches in, Lab with its deviations out."""
