"""Files that are damaged, or made to do harm: an error, and nothing has changed."""

import functools
import io
import json
import struct
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edukeras import errors
from edukeras.models import load_model, model_from_json, model_from_yaml
from edukeras.saving import hdf5
from tests.saving.models import mlp, randomize

FILES = ("a.weights.h5", "legacy.h5", "whole.h5", "a.keras")

some_damage = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    """The bytes of an undamaged file of each kind."""
    folder = tmp_path_factory.mktemp("undamaged")
    model = mlp(compiled=True)
    for file in FILES:
        weights_only = file in ("a.weights.h5", "legacy.h5")
        (model.save_weights if weights_only else model.save)(folder / file)
    return {file: (folder / file).read_bytes() for file in FILES}


def check_loads_or_raises(path):
    """Whatever is in the file: a model, or a ValueError and no change."""
    try:
        load_model(path)
    except ValueError:
        pass
    model = randomize(mlp(), seed=5)
    before = model.get_weights()
    try:
        model.load_weights(path)
    except ValueError:
        for weight, old in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(weight, old)


@pytest.mark.parametrize("file", FILES)
@some_damage
@given(data=st.data())
def test_truncated_files(file, data, tmp_path, contents):
    content = contents[file]
    length = data.draw(st.integers(0, len(content) - 1))
    (tmp_path / file).write_bytes(content[:length])
    check_loads_or_raises(tmp_path / file)
    if length < len(content) // 2:
        with pytest.raises(errors.FileFormatError):
            mlp().load_weights(tmp_path / file)


@pytest.mark.parametrize("file", FILES)
@some_damage
@given(data=st.data())
def test_overwritten_bytes(file, data, tmp_path, contents):
    content = bytearray(contents[file])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content) - 1))
        noise = data.draw(st.binary(min_size=1, max_size=40))
        content[start : start + len(noise)] = noise
    (tmp_path / file).write_bytes(content)
    check_loads_or_raises(tmp_path / file)


@some_damage
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"])
)
def test_random_bytes(tmp_path, noise, start):
    (tmp_path / "x.h5").write_bytes(start + noise)
    check_loads_or_raises(tmp_path / "x.h5")
    with pytest.raises(errors.FileFormatError):
        load_model(tmp_path / "x.h5")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner)
    ),
    max_leaves=5,
)


def paths_in(value, path=()):
    """The paths of all values inside a nesting of lists and dicts."""
    yield path
    items = enumerate(value) if isinstance(value, list) else ()
    for key, item in value.items() if isinstance(value, dict) else items:
        yield from paths_in(item, (*path, key))


@settings(some_damage, max_examples=150)
@given(data=st.data())
def test_wrong_values_anywhere_in_a_config(data):
    record = json.loads(_config())
    path = data.draw(st.sampled_from(list(paths_in(record))[1:]))
    target = record
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = data.draw(json_values)
    for from_text in (model_from_json, model_from_yaml):
        try:
            from_text(json.dumps(record))  # JSON is YAML, too
        except ValueError:
            pass


@functools.cache
def _config():
    return mlp(compiled=True).to_json()


# -- made to do harm ----------------------------------------------------------


@pytest.fixture
def weights_file(tmp_path):
    """A weights file, open for changes, and its path."""
    path = tmp_path / "a.weights.h5"
    mlp().save_weights(path)
    return path


KERNEL = "layers/dense/vars/0"


def refused(path, words):
    model = randomize(mlp(), seed=5)
    before = model.get_weights()
    with pytest.raises(errors.FileFormatError, match=words):
        model.load_weights(path)
    for weight, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_links_are_not_followed(weights_file, tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as secret:
        secret["x"] = np.ones((4, 5), "float32")
    for link in (
        h5py.SoftLink("/layers/dense_1/vars/0"),
        h5py.ExternalLink("secret.h5", "x"),
    ):
        with h5py.File(weights_file, "r+") as file:
            del file[KERNEL]
            file[KERNEL] = link
        refused(weights_file, "link")


def test_numbers_in_other_files_are_not_read(weights_file, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(80))
    with h5py.File(weights_file, "r+") as file:
        del file[KERNEL]
        external = [(str(tmp_path / "secret"), 0, 80)]
        file.create_dataset(KERNEL, (4, 5), "float32", external=external)
    refused(weights_file, "another file")
    with h5py.File(weights_file, "r+") as file:
        del file[KERNEL]
        layout = h5py.VirtualLayout((4, 5), "float32")
        layout[:] = h5py.VirtualSource("secret.h5", "x", (4, 5))
        file.create_virtual_dataset(KERNEL, layout)
    refused(weights_file, "another file|texts")


def test_absurd_sizes_are_refused_before_memory_is_taken(weights_file, monkeypatch):
    read = []
    monkeypatch.setattr(hdf5, "read_numbers", lambda dataset: read.append(dataset))
    with h5py.File(weights_file, "r+") as file:
        del file[KERNEL]
        file.create_dataset(KERNEL, (2**40, 2**20), "float32", chunks=(1024, 1024))
    with pytest.raises(errors.ShapeError, match="1099511627776"):
        mlp().load_weights(weights_file)
    assert read == []


def test_absurd_pieces_are_refused(weights_file):
    with h5py.File(weights_file, "r+") as file:
        del file[KERNEL]
        file.create_dataset(
            KERNEL, (4, 5), "float32", chunks=(2**14, 2**12), maxshape=(None, None)
        )
    refused(weights_file, "absurd")


@pytest.mark.parametrize(
    "value", [np.array([b"a"] * 5), np.zeros(5, "c8"), [b"long", b"", b"", b"", b""]]
)
def test_what_is_no_number_is_refused(value, weights_file):
    with h5py.File(weights_file, "r+") as file:
        del file["layers/dense/vars/1"]
        file["layers/dense/vars/1"] = value
    refused(weights_file, "not numbers")


def attribute_file(path, **attributes):
    """A file with texts of variable length, as bytes that may be changed."""
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
    return bytearray(path.read_bytes())


def test_texts_without_end_are_refused(tmp_path):
    path = tmp_path / "a.h5"
    content = attribute_file(path, backend="tensorflow")
    # Behind the head of the block and one record comes that of the free space.
    free = content.find(b"GCOL") + 16 + 32
    number, _, _, length = struct.unpack_from("<HHIQ", content, free)
    assert (number, length) == (0, 4096 - 48)
    content[free + 8 : free + 16] = bytes(8)
    path.write_bytes(content)
    refused(path, "texts")


def test_texts_longer_than_the_file_are_refused(tmp_path):
    path = tmp_path / "a.h5"
    content = attribute_file(path, backend="tensorflow")
    address = struct.pack("<Q", content.find(b"GCOL"))
    length = content.find(struct.pack("<I", len("tensorflow")) + address)
    content[length : length + 4] = struct.pack("<I", 2**32 - 1)
    path.write_bytes(content)
    refused(path, "texts")


@pytest.mark.parametrize("value", [3, [1.5, 2.5], h5py.Empty("f4")])
def test_attributes_that_are_no_text_are_refused(value, tmp_path):
    path = tmp_path / "a.h5"
    mlp().save_weights(path)
    with h5py.File(path, "r+") as file:
        file.attrs["layer_names"] = value
    refused(path, "no text|should be a text")


def test_gaps_and_strangers_among_the_weights_are_told(weights_file):
    with h5py.File(weights_file, "r+") as file:
        file["layers/dense/vars"].move("1", "one")
    refused(weights_file, "damaged")
    with h5py.File(weights_file, "r+") as file:
        del file["layers/dense/vars"]
    with pytest.raises(errors.ShapeError, match="layer_1"):
        mlp().load_weights(weights_file)


def zip_with(path, **members):
    """A copy of an archive with some members replaced, or left out if None."""
    mlp().save(path)
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content.update({k.replace("__", "."): v for k, v in members.items()})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in content.items():
            if value is not None:
                archive.writestr(name, value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("config__json", None, "has no \"config.json\""),
        ("config__json", b"{", "no JSON"),
        ("config__json", b"[]", "no architecture"),
        ("config__json", b" " * (65 * 2**20), "too large"),
        ("metadata__json", b"{", "no JSON"),
        ("model.weights__h5", None, "has no \"model.weights.h5\""),
        ("model.weights__h5", b"x", "cannot be read"),
        ("model.weights__h5", bytes(2**25), "too large"),
    ],
)  # fmt: skip
def test_damaged_archives_name_the_file_and_the_member(name, value, words, tmp_path):
    path = tmp_path / "a.keras"
    zip_with(path, **{name: value})
    with pytest.raises(errors.FileFormatError, match=words) as caught:
        load_model(path)
    assert "a.keras" in str(caught.value)


def test_pickled_weights_are_refused(tmp_path):
    path = tmp_path / "a.keras"
    buffer = io.BytesIO()
    np.savez(buffer, a=np.array({"layers": 1}, dtype=object))
    zip_with(
        path, **{"model.weights__h5": None, "model.weights.npz": buffer.getvalue()}
    )
    with pytest.raises(errors.FileFormatError, match="pickles"):
        load_model(path)


def test_members_outside_the_folder_are_left_alone(tmp_path):
    path = tmp_path / "a.keras"
    zip_with(path, **{"../evil": b"x", "assets/../../evil": b"x"})
    load_model(path)
    assert not list(tmp_path.parent.glob("evil*"))


def test_encrypted_members_are_told(tmp_path):
    path = tmp_path / "a.keras"
    mlp().save(path)
    content = bytearray(path.read_bytes())
    for marker, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := content.find(marker, start + 1)) >= 0:
            content[start + place] |= 1
    path.write_bytes(content)
    with pytest.raises(errors.FileFormatError, match="encrypted"):
        load_model(path)
