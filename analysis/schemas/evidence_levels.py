"""The levels at which evidence tables hold intervals: a one-sided p-value is read off them.

What must not be here: a limit of any rule.
"""

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.992, 0.994, 0.995,
          0.996, 0.997, 0.998, 0.999, 0.9995, 0.9999)  # fmt: skip
"""Half of what the widest interval that lies on one side leaves out is the p-value."""
