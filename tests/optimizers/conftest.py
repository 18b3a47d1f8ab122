"""The recording script needs real Keras: pytest must not import it."""

collect_ignore = ["record_from_keras.py"]
