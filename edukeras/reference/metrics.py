"""How many predictions are right."""

__all__ = ["count_right_labels", "count_same_class"]


def count_same_class(y_true, y_pred):
    """In how many rows both have their largest number at the same place.

    Shapes: (B, C), (B, C)
    """
    return int((y_true.argmax(axis=1) == y_pred.argmax(axis=1)).sum())


def count_right_labels(labels, y_pred):
    """In how many rows the largest number is at the place that the label says.

    Shapes: (B,) of whole numbers, (B, C)
    """
    return int((labels == y_pred.argmax(axis=1)).sum())
