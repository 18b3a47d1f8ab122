"""edukeras.export: models for other libraries."""

from edukeras.export.real_keras import to_keras as to_keras
