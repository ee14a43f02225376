"""Review: a page on which people decide what may be published, and a blind study of which method they prefer.

    folder → app (page, pictures, decisions) → log          what `colorfast review` serves
    study/                                                  what `colorfast study` serves and works out

What a person did is kept in a log that is only ever added to; everything else is read off from it.
"""
