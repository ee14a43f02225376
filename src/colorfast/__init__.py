"""colorfast gives the garment in a fashion picture its true color back, and proves it."""
