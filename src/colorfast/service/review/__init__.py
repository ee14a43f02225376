"""The page of `colorfast review` in the service: an API key's jobs are its items, its log lies in the database.

session (who signed in) → jobs (a source of items) → log     behind app, which is mounted at /review/
"""
