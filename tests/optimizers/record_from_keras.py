"""Records what real Keras 3 does: trajectories.npz, configs.json.  Run it with Keras:

    KERAS_BACKEND=jax python tests/optimizers/record_from_keras.py

In the file, "CASE/steps" has one row per step, and a last one after
`finalize_variable_values`: the values of all variables one after the other.
"CASE/state" holds those of `optimizer.variables` after the last step.
"""

import copy
import json
from pathlib import Path

import keras
import numpy as np
from cases import CASES, gradients, starting_values

HERE = Path(__file__).parent


def flat(variables):
    """All values of all variables, one after the other."""
    return np.concatenate([v.numpy().astype("float32").ravel() for v in variables])


def record_case(case):
    record = copy.deepcopy(CASES[case])
    optimizer = getattr(keras.optimizers, record["class_name"]).from_config(
        record["config"]
    )
    variables = []
    for path, value in starting_values().items():
        variable = keras.Variable(value, name=path.split("/")[-1])
        variable._path = path
        variables.append(variable)
    optimizer.build(variables)
    rows = []
    for grads in gradients(case):
        # Not apply(): on JAX, LossScaleOptimizer works in the stateless form only.
        values, state = optimizer.stateless_apply(
            [v.value for v in optimizer.variables],
            [keras.ops.convert_to_tensor(g) for g in grads],
            [v.value for v in variables],
        )
        for variable, value in zip(variables + optimizer.variables, values + state):
            variable.assign(value)
        rows.append(flat(variables))
    state = flat(optimizer.variables)
    optimizer.finalize_variable_values(variables)
    rows.append(flat(variables))
    description = {
        "config": optimizer.get_config(),
        "variables": [[v.path, list(v.shape)] for v in optimizer.variables],
    }
    return {f"{case}/steps": np.stack(rows), f"{case}/state": state}, description


def main():
    arrays, configs = {}, {}
    for case in CASES:
        keras.utils.clear_session()
        recorded, configs[case] = record_case(case)
        arrays.update(recorded)
    np.savez_compressed(HERE / "trajectories.npz", **arrays)
    lines = [f'"{case}": {json.dumps(value)}' for case, value in configs.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (HERE / "configs.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
