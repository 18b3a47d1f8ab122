"""Keeps the doctests away from the script that needs real Keras."""

collect_ignore = ["record_from_keras.py"]
