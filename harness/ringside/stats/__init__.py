"""Statistics: summaries, ratios to the reference, and the regression gate.

numpy and scipy are imported only for sampled clocks, so that judging exact counts starts fast.
"""
