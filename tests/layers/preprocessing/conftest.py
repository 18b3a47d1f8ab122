"""Keeps the doctests away from the scripts that need real Keras."""

collect_ignore = ["record_from_keras.py", "record_with_tensorflow.py"]
