"""Training and predicting for long takes no more memory than for short."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOUND = 6.0  # MB: 60 bytes a step

CODE = """
import gc, os
import numpy as np
import edukeras as keras
from edukeras import layers

def resident():
    gc.collect()
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
rng = np.random.default_rng(0)
x = rng.random((20_000, 4), dtype="float32")
y = np.eye(3, dtype="float32")[rng.integers(0, 3, 20_000)]
kept = []

def steps(count):
    for _ in range(count // 2):
        model.train_on_batch(x[:4], y[:4])
        LEAK
    model.fit(x, y, batch_size=4, epochs=max(1, count // 10_000), verbose=0)

def calls(count):
    for _ in range(count):
        model.fit(x[:8], y[:8], batch_size=4, verbose=0)
        model.predict(x[:8], verbose=0)
        model.predict(x[:200], batch_size=50, verbose=0)

steps(2_000)
calls(20)
start = resident()
steps(100_000)
after_steps = resident()
calls(1_000)
print(after_steps - start, resident() - after_steps)
"""


def growth(leak="pass"):
    """Megabytes after 100,000 steps, and after 1,000 calls of fit and predict."""
    done = subprocess.run(
        [sys.executable, "-c", CODE.replace("LEAK", leak)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return [float(number) for number in done.stdout.split()]


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/statm").exists(), reason="resident memory: Linux only"
    ),
]


def test_100_000_steps_and_1_000_calls_leave_memory_flat():
    by_steps, by_calls = growth()
    assert by_steps < BOUND
    assert by_calls < BOUND


def test_a_small_leak_would_be_seen():
    by_steps, _ = growth(leak="kept.append(np.zeros(16))")
    assert by_steps > BOUND
