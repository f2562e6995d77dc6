"""What asv measures for each commit, a module for each kind of thing.

asv imports all of it, with any framework missing: nothing here imports one before it measures.
"""
