"""Transfer: give any photo the colors of another one, as a whole or label by label."""
