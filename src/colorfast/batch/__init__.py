"""Batch: many pairs through the pipeline, with a journal to resume from. Use `run_batch` of `batch.run`.

Nothing is imported here: a worker process sets its threads before numpy and numba are loaded.
"""
