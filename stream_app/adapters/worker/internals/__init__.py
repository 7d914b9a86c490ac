"""Everything that the worker uses of Faust and aiokafka beyond what they promise, in one place.

`expected.py` says which releases it was written for and looks, at start, whether what it needs is there.
"""
