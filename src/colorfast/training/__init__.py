"""How the project's networks are trained. The only place that needs torch: the extra `train`."""
