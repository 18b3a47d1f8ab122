"""Runs the programs of the corpus, and lets the doctor look at what they leave."""

import numpy as np

import edukeras as keras
from edukeras.inspect import diagnose


def leaves(program):
    """The variables that a program leaves behind."""
    names = {"np": np, "keras": keras, "layers": keras.layers}
    exec(compile(program, "<corpus>", "exec"), names)
    return names


def examined(program):
    """The Diagnosis of a program: its model, its data and its code."""
    left = leaves(program)

    def first(*names):
        return next((left[name] for name in names if name in left), None)

    validation = left.get("validation_data")
    if "x_val" in left:
        validation = left["x_val"], left["y_val"]
    return diagnose(
        left["model"],
        first("x_train", "x"),
        first("y_train", "y"),
        validation_data=validation,
        weights=left.get("weights"),
        source=program,
    )
