"""The code of cells, read and never run."""

from edukeras.inspect.doctor.program import Program, is_held_out, line_of


def test_magics_and_broken_cells_are_left_out():
    program = Program(["%load_ext edukeras\nx = 1", "def (", "%%bash\nls", "y = 2"])
    assert [name for name, _ in program.assigned] == ["x", "y"]


def test_the_cell_of_an_explain_magic_is_code():
    assert Program("%%explain\nmodel.fit(x, y, batch_size=4)").batch_size == 4


def test_only_the_last_version_of_an_edited_cell_counts():
    cells = [
        "model.fit(x, y, epochs=3, validation_split=0.2)",
        "print(model)",
        "model.fit(x, y, epochs=3, validation_split=0.3)",
    ]
    assert Program(cells).validation_split == 0.3
    assert len(Program(cells).calls_of("fit")) == 1
    assert len(Program(cells).ever.calls_of("fit")) == 2


def test_the_same_cell_run_twice_counts_twice():
    assert len(Program(["model.evaluate(a, b)"] * 2).calls_of("evaluate")) == 2


def test_tuples_are_taken_apart():
    program = Program("(a, b), c = f(x), g(x)")
    assert [(n, line_of(v)) for n, v in program.assigned] == [
        ("a", "f(x)"),
        ("b", "f(x)"),
        ("c", "g(x)"),
    ]


def test_names_of_held_out_data():
    assert [is_held_out(n) for n in ("x_val", "test_images", "values", "x")] == [
        True,
        True,
        False,
        False,
    ]
