"""plot_model: what is in the boxes, where they stand, and the files."""

import os
import re
import stat
from xml.etree import ElementTree

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers, ops
from edukeras.models import layered_layout
from edukeras.models.drawing_plan import Show, plan_model
from edukeras.models.layered_layout import lay_out
from edukeras.models.plotting import model_to_dot, plot_model

SVG = "{http://www.w3.org/2000/svg}"


def residual():
    """a and b through a shared layer; one op; a path beside; a model inside."""
    keras.utils.clear_session()  # the op shall be called "square", without a number
    a, b = layers.Input((8,), name="a"), layers.Input((8,), name="b")
    shared = layers.Dense(8, "relu", name="shared")
    x = layers.Add(name="sum")([shared(a), shared(b)])
    x = ops.square(layers.Add(name="beside")([layers.Dense(8, name="path")(x), x]))
    inner = keras.Sequential(
        [layers.Input((8,)), layers.Dense(4, name="one"), layers.Dense(2, name="two")],
        name="inner",
    )
    inner.trainable = False
    return keras.Model([a, b], layers.Activation("tanh", name="out")(inner(x)))


def names_of_arrows(plan):
    names = [box.name for box in plan.boxes]
    return {(names[start], names[end]) for start, end in plan.arrows}


def test_arrows_follow_the_graph_and_a_shared_layer_is_one_box():
    plan = plan_model(residual(), Show())
    assert names_of_arrows(plan) == {
        ("a", "shared"),
        ("b", "shared"),
        ("shared", "sum"),
        ("sum", "path"),
        ("sum", "beside"),
        ("path", "beside"),
        ("beside", "square"),
        ("square", "inner"),
        ("inner", "out"),
    }
    assert len(plan.boxes) == 9


def test_boxes_tell_what_is_asked_for():
    model = residual()
    boxes = {
        box.name: box.lines
        for box in plan_model(
            model,
            Show(shapes=True, dtype=True, activations=True, trainable=True),
        ).boxes
    }
    assert boxes["shared"] == (
        "shared (Dense)",
        "activation: relu",
        "input: (None, 8)",
        "output: (None, 8)",
        "dtype: float32",
        "trainable",
    )
    assert boxes["inner"][-1] == "frozen"
    assert boxes["a"] == ("a (InputLayer)", "output: (None, 8)", "dtype: float32")
    assert boxes["square"][0] == "square (Square)"
    bare = plan_model(model, Show(layer_names=False)).boxes
    assert {box.lines for box in bare if box.name == "shared"} == {("Dense",)}


def test_a_model_inside_is_one_box_or_opened():
    model = residual()
    closed = {box.name: box.inside for box in plan_model(model, Show()).boxes}
    assert closed["inner"] is None
    opened = plan_model(model, Show(expand_nested=True))
    inside = next(box.inside for box in opened.boxes if box.name == "inner")
    assert [box.name for box in inside.boxes] == ["one", "two"]
    assert names_of_arrows(inside) == {("one", "two")}


def test_a_subclass_is_one_box_and_a_model_without_weights_is_refused():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.dense = layers.Dense(2)

        def call(self, x):
            return self.dense(x)

    model = Own()
    with pytest.raises(keras.errors.NotBuiltError, match="cannot be drawn yet"):
        model_to_dot(model)
    model(np.ones((1, 3)))
    assert [box.lines for box in plan_model(model, Show()).boxes] == [("own (Own)",)]


def test_a_layer_called_on_its_own_output():
    x = layers.Input((4,), name="x")
    again = layers.Dense(4, name="again")
    between = layers.ReLU(name="between")
    model = keras.Model(x, again(between(again(again(x)))))
    plan = plan_model(model, Show())
    assert names_of_arrows(plan) == {
        ("x", "again"),
        ("again", "between"),
        ("between", "again"),
    }
    assert b"between" in model_to_dot(model).create()


# -- the layout ---------------------------------------------------------------


def random_graph(seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 25))
    sizes = [(float(w), float(h)) for w, h in random.uniform(10, 120, (count, 2))]
    arrows = {
        (int(random.integers(0, end)), end) for end in range(1, count) for _ in "ab"
    }
    return sizes, sorted(arrows)


@pytest.mark.parametrize("seed", range(12))
def test_boxes_do_not_overlap_and_arrows_run_down_beside_them(seed):
    sizes, arrows = random_graph(seed)
    layout = lay_out(sizes, arrows)
    boxes = [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in zip(layout.centres, sizes)
    ]
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert left > -1e-6
        assert top > -1e-6
        assert right < layout.width + 1e-6
        assert bottom < layout.height + 1e-6
        for other in boxes[:k]:
            apart = (
                left >= other[2] + layered_layout.GAP - 1e-6
                or other[0] >= right + layered_layout.GAP - 1e-6
                or top >= other[3] + layered_layout.ROW_GAP - 1e-6
                or other[1] >= bottom + layered_layout.ROW_GAP - 1e-6
            )
            assert apart
    for (start, end), route in zip(arrows, layout.routes):
        assert route[0] == pytest.approx((layout.centres[start][0], boxes[start][3]))
        assert route[-1] == pytest.approx((layout.centres[end][0], boxes[end][1]))
        ys = [y for _, y in route]
        assert ys == sorted(ys)
        for x, y in route[1:-1]:
            assert not any(
                left < x < right and top <= y <= bottom
                for left, top, right, bottom in boxes
            )


def test_a_chain_is_straight_and_branches_stand_side_by_side():
    chain = lay_out([(40, 20), (90, 30), (10, 5)], [(0, 1), (1, 2)])
    assert [x for x, _ in chain.centres] == [45, 45, 45]
    fork = lay_out([(40, 20)] * 4, [(0, 1), (0, 2), (1, 3), (2, 3)])
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = fork.centres
    assert y0 < y1 == y2 < y3
    assert x0 == x3 == pytest.approx((x1 + x2) / 2)


def test_arrows_do_not_cross_if_they_need_not():
    # 0 -> 3 and 1 -> 2: the second row turns round.
    layout = lay_out([(40, 20)] * 4, [(0, 3), (1, 2)])
    xs = [x for x, _ in layout.centres]
    assert (xs[0] < xs[1]) == (xs[3] < xs[2])


# -- DOT, SVG, PNG ------------------------------------------------------------


def test_dot_text_has_boxes_arrows_and_clusters():
    text = model_to_dot(residual(), expand_nested=True, rankdir="LR").to_string()
    assert text.startswith("digraph")
    assert "rankdir=LR" in text
    assert '"shared" [label="shared (Dense)"];' in text
    assert 'subgraph "cluster_inner"' in text
    assert '"square" -> "inner/one";' in text
    assert '"inner/two" -> "out";' in text
    assert text.count("{") == text.count("}") == 2


def test_dot_text_quotes_odd_names():
    model = keras.Sequential(
        [layers.Input((2,)), layers.Dense(1, name='say "$x$" <b>\\')]
    )
    picture = model_to_dot(model)
    assert r'"say \"$x$\" <b>\\" [label="say \"$x$\" <b>\\ (Dense)"];' in (
        picture.to_string()
    )
    words = ElementTree.fromstring(picture.create()).findall(f"{SVG}text")
    assert [word.text for word in words] == ['say "$x$" <b>\\ (Dense)']
    assert picture.create(format="png")[:4] == b"\x89PNG"


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_svg_is_well_formed_and_points_where_it_should(rankdir):
    picture = model_to_dot(residual(), rankdir=rankdir, expand_nested=True)
    root = ElementTree.fromstring(picture.create(format="svg"))
    place = {
        word.text.split()[0]: (float(word.get("x")), float(word.get("y")))
        for word in root.findall(f"{SVG}text")
    }
    assert set(place) >= {"a", "b", "shared", "one", "two", "square", "out"}
    axis = 0 if rankdir in ("LR", "RL") else 1
    steps = [place[name][axis] for name in ("a", "shared", "sum", "path", "one", "two")]
    assert steps == sorted(steps, reverse=rankdir in ("BT", "RL"))
    width, height = float(root.get("width")), float(root.get("height"))
    assert all(0 < x < width and 0 < y < height for x, y in place.values())
    assert picture._repr_svg_() == picture.create().decode()


def test_plot_model_writes_files_by_their_endings(tmp_path):
    model = residual()
    for name, start in {
        "m.svg": b"<svg",
        "m.png": b"\x89PNG",
        "m.pdf": b"%PDF",
        "m.dot": b"digraph",
    }.items():
        plot_model(model, tmp_path / name, show_shapes=True)
        assert (tmp_path / name).read_bytes().startswith(start)
    again = model_to_dot(model, show_shapes=True, show_layer_names=False)
    assert again.create(format="png") == (tmp_path / "m.png").read_bytes()
    coarse = model_to_dot(model, dpi=50).create(format="png")
    assert len(coarse) < len(again.create(format="png"))


def test_no_file_and_a_picture_for_the_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture = plot_model(residual(), to_file=None)
    assert os.listdir(tmp_path) == []
    assert picture._repr_svg_().startswith("<svg")


def test_graphviz_draws_if_it_is_asked_to(tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho drawn $1\ncat\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    drawn = model_to_dot(residual()).create(prog="dot", format="svg").decode()
    assert re.match(r"drawn -Tsvg\ndigraph", drawn)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=r"rankdir.*'UP'"):
        model_to_dot(residual(), rankdir="UP")
    with pytest.raises(TypeError, match="show_shape'"):
        plot_model(residual(), None, show_shape=True)
