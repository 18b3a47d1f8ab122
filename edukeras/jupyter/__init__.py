"""Notebooks: magics (`%load_ext edukeras`), the functions behind them, live training.

Everything works without ipywidgets, as tables and pictures; with it, and in a live
notebook, there are controls.
"""

from edukeras.inspect.array_shapes import shapes as shapes
from edukeras.inspect.display import display as display
from edukeras.inspect.glass_box import glassbox as glassbox
from edukeras.inspect.gradient_history import RecordGradientFlow as RecordGradientFlow
from edukeras.inspect.kernel_profile import profile_kernels as profile_kernels
from edukeras.inspect.prediction import predict as predict
from edukeras.jupyter.consultation import (
    Doctor as Doctor,
    doctor as doctor,
    explain as explain,
)
from edukeras.jupyter.glass_box_viewer import step_through as step_through
from edukeras.jupyter.live_curves import LiveCurves as LiveCurves
from edukeras.jupyter.views import (
    curves as curves,
    explore as explore,
    gradflow as gradflow,
    source as source,
    summary as summary,
    train as train,
    view_weights as view_weights,
    weights as weights,
)
