"""Steps of every optimizer, number by number as real Keras does them."""

import copy
import json
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from edukeras import kernels, optimizers
from edukeras.tensor import Variable

HERE = Path(__file__).parent
_spec = spec_from_file_location("cases", HERE / "cases.py")
cases = module_from_spec(_spec)
_spec.loader.exec_module(cases)
DESCRIPTIONS = json.loads((HERE / "configs.json").read_text(encoding="utf-8"))


def make_optimizer(case):
    return optimizers.deserialize(copy.deepcopy(cases.CASES[case]))


def make_variables(dtype="float32"):
    variables = []
    for path, value in cases.starting_values().items():
        variable = Variable(value.astype(dtype), name=path.split("/")[-1])
        variable.path = path
        variables.append(variable)
    return variables


def flat(variables):
    return np.concatenate([v.numpy().astype("float64").ravel() for v in variables])


@pytest.fixture(scope="module")
def recorded():
    with np.load(HERE / "trajectories.npz") as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_every_case_is_recorded():
    assert list(DESCRIPTIONS) == list(cases.CASES)
    with zipfile.ZipFile(HERE / "trajectories.npz") as file:
        assert len(file.namelist()) == 2 * len(cases.CASES)


def test_every_optimizer_has_a_case():
    covered = {record["class_name"].lower() for record in cases.CASES.values()}
    assert set(optimizers.KNOWN) - covered == {"multioptimizer"}


@pytest.mark.parametrize("case", cases.CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_step_is_that_of_keras(case, dtype, recorded):
    optimizer, variables = make_optimizer(case), make_variables(dtype)
    expected = recorded[f"{case}/steps"]
    for step, gradients in enumerate(cases.gradients(case)):
        optimizer.apply(gradients, variables)
        np.testing.assert_allclose(
            flat(variables), expected[step], 2e-5, 2e-6, err_msg=f"step {step}"
        )
    state = flat(optimizer.variables)
    np.testing.assert_allclose(state, recorded[f"{case}/state"], 1e-4, 1e-6)
    optimizer.finalize_variable_values(variables)
    np.testing.assert_allclose(flat(variables), expected[-1], 2e-5, 2e-6)


@pytest.mark.parametrize("case", ["sgd", "sgd_nesterov", "rmsprop", "adam", "muon"])
def test_steps_are_the_same_with_the_reference_kernels(case, recorded):
    optimizer, variables = make_optimizer(case), make_variables()
    with kernels.using("reference"):
        for gradients in cases.gradients(case):
            optimizer.apply(gradients, variables)
    expected = recorded[f"{case}/steps"][-1]
    np.testing.assert_allclose(flat(variables), expected, 2e-5, 2e-6)


@pytest.mark.parametrize("case", cases.CASES)
def test_state_has_the_order_of_keras_files(case):
    optimizer, variables = make_optimizer(case), make_variables()
    optimizer.build(variables)
    optimizer.build(variables)  # changes nothing
    expected = DESCRIPTIONS[case]["variables"]
    assert [list(v.shape) for v in optimizer.variables] == [s for _, s in expected]
    if "adafactor" not in case and "nadam" not in case:  # nameless ones in Keras
        short = [path.split("/")[-1] for path, _ in expected]
        assert [v.path.split("/")[-1] for v in optimizer.variables] == short


@pytest.mark.parametrize("case", cases.CASES)
def test_config_is_that_of_keras_and_makes_the_same_optimizer(case):
    expected = DESCRIPTIONS[case]["config"]
    optimizer = make_optimizer(case)
    config = json.loads(json.dumps(optimizers.serialize(optimizer)))["config"]
    assert {**config, "name": ""} | {"inner_optimizer": ""} == (
        {**expected, "name": ""} | {"inner_optimizer": ""}
    )
    again = type(optimizer).from_config(copy.deepcopy(config))
    assert again.get_config() == optimizer.get_config()
