"""Looking inside models and training: plain data that shows itself.

Nothing here needs Jupyter.  `edukeras.jupyter` adds magics and widgets.
"""

from pathlib import Path as _Path

from edukeras.inspect.activity import (
    Activations as Activations,
    activations as activations,
)
from edukeras.inspect.compared_curves import (
    ComparedCurves as ComparedCurves,
    compare_curves as compare_curves,
)
from edukeras.inspect.curves import (
    Curve as Curve,
    LearningCurves as LearningCurves,
    learning_curves as learning_curves,
)
from edukeras.inspect.display import View as View, display as display
from edukeras.inspect.doctor import (
    Diagnosis as Diagnosis,
    DiagnosisError as DiagnosisError,
    Doctor as Doctor,
    Finding as Finding,
    catalogue as catalogue,
    diagnose as diagnose,
)
from edukeras.inspect.explanation import (
    Explanation as Explanation,
    explain_error as explain_error,
)
from edukeras.inspect.exploration import Exploration as Exploration, explore as explore
from edukeras.inspect.formulas import parameter_formula as parameter_formula
from edukeras.inspect.glass_box import GlassBox as GlassBox, glassbox as glassbox
from edukeras.inspect.gradient_flow import (
    GradientFlow as GradientFlow,
    gradient_flow as gradient_flow,
)
from edukeras.inspect.gradient_history import RecordGradientFlow as RecordGradientFlow
from edukeras.inspect.kernel_profile import (
    KernelProfile as KernelProfile,
    KernelRow as KernelRow,
    profile_kernels as profile_kernels,
)
from edukeras.inspect.layer_page import LayerPage as LayerPage
from edukeras.inspect.source_code import SourceView as SourceView, source as source
from edukeras.inspect.summary import (
    LayerSummary as LayerSummary,
    ModelSummary as ModelSummary,
    summarize as summarize,
)
from edukeras.inspect.tape_records import (
    TapeRecord as TapeRecord,
    TapeRecords as TapeRecords,
    tape_records as tape_records,
)
from edukeras.inspect.weight_changes import (
    WeightChanges as WeightChanges,
    compare_weights as compare_weights,
)
from edukeras.inspect.weights import (
    WeightReport as WeightReport,
    WeightStatistics as WeightStatistics,
    describe_weights as describe_weights,
)
from edukeras.messages import add_catalogue as _add_catalogue

# What the views and findings say, in the chosen language.
_add_catalogue(_Path(__file__).parent)
