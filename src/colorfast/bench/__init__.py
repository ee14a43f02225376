"""Pairs with known truth, and how well and how fast they are corrected: degrade, quality, speed, demo."""
