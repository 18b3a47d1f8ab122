"""The formulas of the optimizers with the numbers of one weight in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edukeras import optimizers
from edukeras.inspect.glass_box.steps import Explanation, factor, number
from edukeras.inspect.glass_box.update import Update
from edukeras.messages import say
from edukeras.optimizers.adam import missing_share


@dataclass
class _Work:
    """The numbers of one element, and the lines that are written about them."""

    update: Update
    index: tuple[int, ...]
    weight: float
    gradient: float
    lines: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def state(self, name: str, after: bool = False) -> float:
        states = self.update.state_after if after else self.update.state_before
        return float(states[name][self.index])

    def write(self, letter: str, arithmetic: str, value: float) -> float:
        """One line `letter = arithmetic = value`."""
        self.lines.append(f"{letter} = {arithmetic} = {number(value)}")
        self.values[letter] = value
        return value


def explain_update(update: Update, name: str, index: tuple[int, ...]) -> Explanation:
    """How the optimizer changes one element of a weight."""
    before, after = float(update.before[index]), float(update.after[index])
    result = f"{number(before)} → {number(after)}"
    if update.gradient is None:
        meaning = say("No gradient reaches this weight, so it stays as it is.")
        return Explanation(
            result, meaning=meaning, values={"w": before, "w_new": after}
        )
    gradient = float(update.gradient[index])
    work = _Work(update, index, before, gradient)
    work.values.update({"w": before, "g": gradient, "w_new": after})
    if update.used is None or update.decayed is None:
        meaning = say("The optimizer collects gradients; no weight changes this time.")
        return Explanation(result, meaning=meaning, values=work.values)
    _before_the_formula(work)
    kind = type(update.optimizer)
    formula = FORMULAS.get(kind)
    letters = ""
    if formula is not None:
        letters = formula(work)
    else:
        same_shape = [
            name
            for name, state in update.state_after.items()
            if state.shape == update.before.shape
        ]
        for state in same_shape:
            old, new = work.state(state), work.state(state, after=True)
            work.lines.append(f"{state}: {number(old)} → {number(new)}")
    _after_the_formula(work, after)
    meaning = say(
        "{optimizer}, step {step}: the weight moves against its gradient.",
        optimizer=kind.__name__,
        step=update.step,
    )
    return Explanation(
        result=result,
        formula=letters,
        lines=tuple(work.lines),
        meaning=meaning,
        values=work.values,
    )


def _before_the_formula(work: _Work) -> None:
    """Scaling, clipping and weight decay."""
    update, optimizer = work.update, work.update.optimizer
    assert update.used is not None
    assert update.decayed is not None
    used = float(update.used[work.index])
    work.lines.append(f"g = {number(work.gradient)}")
    clipnorm = optimizer.clipnorm or optimizer.global_clipnorm
    as_it_came = not (
        optimizer.loss_scale_factor or optimizer.gradient_accumulation_steps
    )
    if optimizer.clipvalue and as_it_came:
        limit = number(optimizer.clipvalue)
        arithmetic = f"clip({number(work.gradient)}, -{limit}, {limit})"
        work.write("g_used", arithmetic, used)
    elif clipnorm and as_it_came:
        norm, limit = number(update.norm), number(clipnorm)
        arithmetic = f"{number(work.gradient)} * {limit} / max({norm}, {limit})"
        work.write("g_used", arithmetic, used)
    elif used != work.gradient:
        text = say("after scaling, accumulation and clipping")
        work.lines.append(f"g_used = {number(used)} ({text})")
        work.values["g_used"] = used
    work.gradient = used
    if optimizer.weight_decay is not None:
        decayed = float(update.decayed[work.index])
        decay, rate = number(optimizer.weight_decay), number(update.learning_rate)
        arithmetic = f"{number(work.weight)} * (1 - {decay}*{rate})"
        if decayed == work.weight:
            work.lines.append(say("This weight does not decay."))
        else:
            work.write("w_decayed", arithmetic, decayed)
        work.weight = decayed


def _after_the_formula(work: _Work, after: float) -> None:
    """Running averages and constraints may still change the weight."""
    computed = work.values.get("w_formula")
    if computed is None:
        work.lines.append(f"w_new = {number(after)}")
    elif not np.isclose(computed, after, rtol=1e-4, atol=1e-7):
        text = say("after the weight's constraint or the running average")
        work.lines.append(f"w_new = {number(after)} ({text})")


def _sgd(work: _Work) -> str:
    optimizer, rate = work.update.optimizer, work.update.learning_rate
    w, g = work.weight, work.gradient
    if not optimizer.momentum:
        _new_weight(work, f"{number(w)} - {number(rate)}*{factor(g)}", w - rate * g)
        return "w_new = w - learning_rate * g"
    old, m = work.state("velocities"), optimizer.momentum
    arithmetic = f"{number(m)}*{factor(old)} - {number(rate)}*{factor(g)}"
    v = work.write("v_new", arithmetic, m * old - rate * g)
    if optimizer.nesterov:
        arithmetic = (
            f"{number(w)} + {number(m)}*{factor(v)} - {number(rate)}*{factor(g)}"
        )
        _new_weight(work, arithmetic, w + m * v - rate * g)
        return (
            "v_new = momentum*v - learning_rate*g;  "
            "w_new = w + momentum*v_new - learning_rate*g"
        )
    _new_weight(work, f"{number(w)} + {factor(v)}", w + v)
    return "v_new = momentum*v - learning_rate*g;  w_new = w + v_new"


def _rmsprop(work: _Work) -> str:
    optimizer, rate = work.update.optimizer, work.update.learning_rate
    w, g, rho, old = work.weight, work.gradient, optimizer.rho, work.state("velocities")
    arithmetic = f"{number(rho)}*{number(old)} + {number(1 - rho)}*{factor(g)}**2"
    v = work.write("v_new", arithmetic, rho * old + (1 - rho) * g * g)
    letters = "v_new = rho*v + (1 - rho)*g**2;  "
    under, root = v, "v_new"
    if optimizer.centered:
        old = work.state("means")
        arithmetic = f"{number(rho)}*{factor(old)} + {number(1 - rho)}*{factor(g)}"
        mean = work.write("m_new", arithmetic, rho * old + (1 - rho) * g)
        under, root = v - mean * mean, "v_new - m_new**2"
        letters += "m_new = rho*m + (1 - rho)*g;  "
    root_text = f"sqrt({number(under)} + {number(optimizer.epsilon)})"
    step = rate * g / np.sqrt(under + optimizer.epsilon)
    arithmetic = f"{number(rate)}*{factor(g)} / {root_text}"
    if not optimizer.momentum:
        _new_weight(work, f"{number(w)} - {arithmetic}", w - step)
        return letters + f"w_new = w - learning_rate*g / sqrt({root} + epsilon)"
    step = work.write("step", arithmetic, step)
    old, m = work.state("momentums"), optimizer.momentum
    arithmetic = f"{number(m)}*{factor(old)} + {factor(step)}"
    moved = work.write("u_new", arithmetic, m * old + step)
    _new_weight(work, f"{number(w)} - {factor(moved)}", w - moved)
    letters += f"step = learning_rate*g / sqrt({root} + epsilon);  "
    return letters + "u_new = momentum*u + step;  w_new = w - u_new"


def _adagrad(work: _Work) -> str:
    optimizer, rate = work.update.optimizer, work.update.learning_rate
    w, g, old = work.weight, work.gradient, work.state("accumulators")
    total = work.write("s_new", f"{number(old)} + {factor(g)}**2", old + g * g)
    arithmetic = (
        f"{number(w)} - {number(rate)}*{factor(g)} / "
        f"sqrt({number(total)} + {number(optimizer.epsilon)})"
    )
    _new_weight(work, arithmetic, w - rate * g / np.sqrt(total + optimizer.epsilon))
    return "s_new = s + g**2;  w_new = w - learning_rate*g / sqrt(s_new + epsilon)"


def _adam(work: _Work) -> str:
    optimizer, rate, t = (
        work.update.optimizer,
        work.update.learning_rate,
        work.update.step,
    )
    w, g, b1, b2 = work.weight, work.gradient, optimizer.beta_1, optimizer.beta_2
    old = work.state("momentums")
    arithmetic = f"{number(b1)}*{factor(old)} + {number(1 - b1)}*{factor(g)}"
    m = work.write("m_new", arithmetic, old + (g - old) * (1 - b1))
    old = work.state("velocities")
    arithmetic = f"{number(b2)}*{number(old)} + {number(1 - b2)}*{factor(g)}**2"
    v = work.write("v_new", arithmetic, old + (g * g - old) * (1 - b2))
    letters = (
        "m_new = beta_1*m + (1 - beta_1)*g;  v_new = beta_2*v + (1 - beta_2)*g**2;  "
    )
    if optimizer.amsgrad:
        old = work.state("velocity_hats")
        v = work.write("v_max", f"max({number(old)}, {number(v)})", max(old, v))
        letters += "v_max = max(v_max, v_new);  "
    alpha = rate * np.sqrt(missing_share(b2, t)) / missing_share(b1, t)
    arithmetic = (
        f"{number(rate)} * sqrt(1 - {number(b2)}**{t}) / (1 - {number(b1)}**{t})"
    )
    work.write("alpha", arithmetic, alpha)
    arithmetic = (
        f"{number(w)} - {number(alpha)}*{factor(m)} / "
        f"(sqrt({number(v)}) + {number(optimizer.epsilon)})"
    )
    _new_weight(work, arithmetic, w - alpha * m / (np.sqrt(v) + optimizer.epsilon))
    largest = "v_max" if optimizer.amsgrad else "v_new"
    return (
        letters + "alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t);  "
        f"w_new = w - alpha*m_new / (sqrt({largest}) + epsilon)"
    )


def _new_weight(work: _Work, arithmetic: str, value: float) -> None:
    work.lines.append(f"w_new = {arithmetic} = {number(value)}")
    work.values["w_formula"] = float(value)


# By exact class: a subclass may compute something else.
FORMULAS: dict[type, Callable[[_Work], str]] = {
    optimizers.SGD: _sgd,
    optimizers.RMSprop: _rmsprop,
    optimizers.Adagrad: _adagrad,
    optimizers.Adam: _adam,
    optimizers.AdamW: _adam,
}
