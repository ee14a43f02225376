"""A blind study: of two methods' pictures, which is nearer to the reference?

trials → app (one pair of pictures at a time) → votes in a log → preference, agreement, correlation → report
"""
