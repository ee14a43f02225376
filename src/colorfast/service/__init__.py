"""The service: pictures come in over HTTP, jobs are kept in a database, corrected pictures go out by links.

Needs the extra `service`. Nothing is imported here: `colorfast serve` and `colorfast worker` load what they need.
"""
