"""Transfer networks: from the colors of two pictures to what the one should look like in those of the other."""
