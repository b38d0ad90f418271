"""Bringing the outside in line with what was decided: observe, converge, post, sweep. The only writers to the
outside.
"""
