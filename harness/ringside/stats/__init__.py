"""What samples say: summaries, ratios to the reference, and the regression gate.

Nothing here reads a clock or a guest; numpy and scipy are imported only where sampled clocks need
them, so that judging exact counts starts at once.
"""
