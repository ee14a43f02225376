"""Color: spaces, differences, gamut, profiles, lookup tables, distributions and their transport."""
