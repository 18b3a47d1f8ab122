"""The lessons, installed as the data package `edukeras._lessons`.

Each folder `NN_topic/` holds `lesson.ipynb` (nbgrader's source form) and `checks.py`.
"""
