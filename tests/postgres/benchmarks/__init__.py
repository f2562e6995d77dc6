"""The comparison of frameworks as `dbtest` runs it."""
