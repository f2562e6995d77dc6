"""COPY: much data in and out of tables.

`statement` writes the command, `arguments` puts a query's arguments into it, `source` takes what is
given to be sent apart, `methods` is what a connection and a pool offer.
"""
