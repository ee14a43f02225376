"""Networks that name what each pixel of a fashion photo shows: their classes, pictures, losses, and training."""
