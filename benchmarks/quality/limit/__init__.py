"""The limit: the exact run lengths of the CUSUM that knows the change it waits for.

No detector with the same mean time between false alarms is faster in the worst case (Moustakides 1986).
"""
