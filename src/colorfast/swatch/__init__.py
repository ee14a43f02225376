"""Colors in themselves: palettes of photographs, and libraries of measured swatches."""
