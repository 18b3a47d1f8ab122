"""Cross-entropies and their gradients, row by row: (B, C) -> (B,)."""

cimport numpy as cnp
from libc.math cimport fabs
from libc.stdint cimport int64_t

from edukeras.reference import losses as twin

from _activations cimport (
    exponential_worker,
    subtract_row_maximum,
    total,
    total_of_products,
)
from _common cimport (
    alike,
    contiguous,
    doubles,
    empty_like,
    empty_vector,
    floats,
    is_float,
    is_matrix,
    is_real,
    is_vector,
    real,
)
from _elementary cimport exp, log, log1p_up_to_1, sigmoid_of

cnp.import_array()


# --- logits of several classes --------------------------------------------------------


def softmax_crossentropy(logits, targets):
    """-sum(targets * log(softmax(logits))): (loss (B,), probabilities (B, C))."""
    if not (is_real(logits) and is_table(logits) and alike(targets, logits)):
        return twin.softmax_crossentropy(logits, targets)
    logits, targets = contiguous(logits), contiguous(targets)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(logits, 0)
    cdef Py_ssize_t classes = cnp.PyArray_DIM(logits, 1)
    loss, p = empty_vector(rows, logits), empty_like(logits)
    if is_float(logits):
        softmax_worker[float](
            floats(logits), floats(targets), floats(loss), floats(p), rows, classes
        )
    else:
        softmax_worker[double](
            doubles(logits), doubles(targets), doubles(loss), doubles(p), rows, classes
        )
    return loss, p


cdef void softmax_worker(
    const real* logits,
    const real* targets,
    real* loss,
    real* p,
    Py_ssize_t rows,
    Py_ssize_t classes,
) noexcept nogil:
    """With z = logits - max, the loss is sum(t) * log(sum(exp(z))) - sum(t * z)."""
    cdef Py_ssize_t i, start
    cdef real sum_of_exp
    subtract_row_maximum(logits, p, rows, classes)  # p is z for now
    for i in range(rows):
        start = i * classes
        loss[i] = -total_of_products(targets + start, p + start, classes)
    exponential_worker(p, p, rows * classes, 0)
    for i in range(rows):
        start = i * classes
        sum_of_exp = normalize(p + start, classes)
        loss[i] += total(targets + start, classes) * log(sum_of_exp)


def softmax_crossentropy_backward(grad, probabilities, targets):
    """(p * sum(targets) - targets) * grad"""
    p = probabilities
    if not (
        is_real(p)
        and is_table(p)
        and alike(targets, p)
        and is_vector(grad, p, cnp.PyArray_DIM(p, 0))
    ):
        return twin.softmax_crossentropy_backward(grad, p, targets)
    grad, p, targets = contiguous(grad), contiguous(p), contiguous(targets)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(p, 0), classes = cnp.PyArray_DIM(p, 1)
    dlogits = empty_like(p)
    if is_float(p):
        softmax_backward_worker[float](
            floats(grad), floats(p), floats(targets), floats(dlogits), rows, classes
        )
    else:
        softmax_backward_worker[double](
            doubles(grad), doubles(p), doubles(targets), doubles(dlogits), rows, classes
        )
    return dlogits


cdef void softmax_backward_worker(
    const real* grad,
    const real* p,
    const real* targets,
    real* dlogits,
    Py_ssize_t rows,
    Py_ssize_t classes,
) noexcept nogil:
    cdef Py_ssize_t i, j, start
    cdef real target_total
    for i in range(rows):
        start = i * classes
        target_total = total(targets + start, classes)
        for j in range(start, start + classes):
            dlogits[j] = (p[j] * target_total - targets[j]) * grad[i]


def sparse_softmax_crossentropy(logits, labels):
    """-log(softmax(logits))[label]: (loss (B,), probabilities (B, C))."""
    if not (is_real(logits) and is_table(logits) and are_labels(labels, logits)):
        return twin.sparse_softmax_crossentropy(logits, labels)
    logits, labels = contiguous(logits), contiguous(labels)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(logits, 0)
    cdef Py_ssize_t classes = cnp.PyArray_DIM(logits, 1)
    loss, p = empty_vector(rows, logits), empty_like(logits)
    if is_float(logits):
        sparse_softmax_worker[float](
            floats(logits), integers(labels), floats(loss), floats(p), rows, classes
        )
    else:
        sparse_softmax_worker[double](
            doubles(logits), integers(labels), doubles(loss), doubles(p), rows, classes
        )
    return loss, p


cdef void sparse_softmax_worker(
    const real* logits,
    const int64_t* labels,
    real* loss,
    real* p,
    Py_ssize_t rows,
    Py_ssize_t classes,
) noexcept nogil:
    cdef Py_ssize_t i
    subtract_row_maximum(logits, p, rows, classes)
    for i in range(rows):
        loss[i] = -p[i * classes + labels[i]]
    exponential_worker(p, p, rows * classes, 0)
    for i in range(rows):
        loss[i] += log(normalize(p + i * classes, classes))


def sparse_softmax_crossentropy_backward(grad, probabilities, labels):
    """(p - one_hot(labels)) * grad"""
    p = probabilities
    if not (
        is_real(p)
        and is_table(p)
        and are_labels(labels, p)
        and is_vector(grad, p, cnp.PyArray_DIM(p, 0))
    ):
        return twin.sparse_softmax_crossentropy_backward(grad, p, labels)
    grad, p, labels = contiguous(grad), contiguous(p), contiguous(labels)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(p, 0), classes = cnp.PyArray_DIM(p, 1)
    dlogits = empty_like(p)
    if is_float(p):
        sparse_softmax_backward_worker[float](
            floats(grad), floats(p), integers(labels), floats(dlogits), rows, classes
        )
    else:
        sparse_softmax_backward_worker[double](
            doubles(grad), doubles(p), integers(labels), doubles(dlogits), rows, classes
        )
    return dlogits


cdef void sparse_softmax_backward_worker(
    const real* grad,
    const real* p,
    const int64_t* labels,
    real* dlogits,
    Py_ssize_t rows,
    Py_ssize_t classes,
) noexcept nogil:
    cdef Py_ssize_t i, j, start
    for i in range(rows):
        start = i * classes
        for j in range(start, start + classes):
            dlogits[j] = p[j] * grad[i]
        dlogits[start + labels[i]] -= grad[i]


# --- probabilities of several classes -------------------------------------------------


def categorical_crossentropy(probabilities, targets, epsilon):
    """-sum(targets * log(q)) with q = p / sum(p), clipped."""
    p = probabilities
    if not (is_real(p) and is_table(p) and alike(targets, p)):
        return twin.categorical_crossentropy(p, targets, epsilon)
    p, targets = contiguous(p), contiguous(targets)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(p, 0), classes = cnp.PyArray_DIM(p, 1)
    loss = empty_vector(rows, p)
    if is_float(p):
        categorical_worker[float](
            floats(p), floats(targets), floats(loss), rows, classes, epsilon
        )
    else:
        categorical_worker[double](
            doubles(p), doubles(targets), doubles(loss), rows, classes, epsilon
        )
    return loss


cdef void categorical_worker(
    const real* p,
    const real* targets,
    real* loss,
    Py_ssize_t rows,
    Py_ssize_t classes,
    double epsilon,
) noexcept nogil:
    cdef Py_ssize_t i, j, start
    cdef real p_total
    for i in range(rows):
        start = i * classes
        p_total = total(p + start, classes)
        loss[i] = 0
        for j in range(start, start + classes):
            # Most targets are 0, and a logarithm takes its time.
            if targets[j] != 0:
                loss[i] -= targets[j] * log(clipped(p[j] / p_total, epsilon))


def categorical_crossentropy_backward(grad, probabilities, targets, epsilon):
    """The gradient of exactly that formula: 0 where q was clipped, then p / sum(p)."""
    p = probabilities
    if not (
        is_real(p)
        and is_table(p)
        and alike(targets, p)
        and is_vector(grad, p, cnp.PyArray_DIM(p, 0))
    ):
        return twin.categorical_crossentropy_backward(grad, p, targets, epsilon)
    grad, p, targets = contiguous(grad), contiguous(p), contiguous(targets)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(p, 0), classes = cnp.PyArray_DIM(p, 1)
    dp = empty_like(p)
    if is_float(p):
        categorical_backward_worker[float](
            floats(grad), floats(p), floats(targets), floats(dp),
            rows, classes, epsilon,
        )
    else:
        categorical_backward_worker[double](
            doubles(grad), doubles(p), doubles(targets), doubles(dp),
            rows, classes, epsilon,
        )
    return dp


cdef void categorical_backward_worker(
    const real* grad,
    const real* p,
    const real* targets,
    real* dp,
    Py_ssize_t rows,
    Py_ssize_t classes,
    double epsilon,
) noexcept nogil:
    cdef Py_ssize_t i, j, start
    cdef real inverse_total, q, dq_times_q
    for i in range(rows):
        start = i * classes
        inverse_total = <real> 1 / total(p + start, classes)
        dq_times_q = 0
        for j in range(start, start + classes):
            dp[j] = 0  # dq, for now; most targets are 0, and a division takes its time
            if targets[j] != 0:
                q = p[j] * inverse_total
                if clipped(q, epsilon) == q:
                    dp[j] = -targets[j] / q * grad[i]
                    dq_times_q += dp[j] * q
        for j in range(start, start + classes):
            dp[j] = (dp[j] - dq_times_q) * inverse_total


def sparse_categorical_crossentropy(probabilities, labels, epsilon):
    """-log(q[label]) with q = p / sum(p), clipped."""
    p = probabilities
    if not (is_real(p) and is_table(p) and are_labels(labels, p)):
        return twin.sparse_categorical_crossentropy(p, labels, epsilon)
    p, labels = contiguous(p), contiguous(labels)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(p, 0), classes = cnp.PyArray_DIM(p, 1)
    loss = empty_vector(rows, p)
    if is_float(p):
        sparse_categorical_worker[float](
            floats(p), integers(labels), floats(loss), rows, classes, epsilon
        )
    else:
        sparse_categorical_worker[double](
            doubles(p), integers(labels), doubles(loss), rows, classes, epsilon
        )
    return loss


cdef void sparse_categorical_worker(
    const real* p,
    const int64_t* labels,
    real* loss,
    Py_ssize_t rows,
    Py_ssize_t classes,
    double epsilon,
) noexcept nogil:
    cdef Py_ssize_t i, start
    cdef real share
    for i in range(rows):
        start = i * classes
        share = p[start + labels[i]] / total(p + start, classes)
        loss[i] = -log(clipped(share, epsilon))


def sparse_categorical_crossentropy_backward(grad, probabilities, labels, epsilon):
    """As for one-hot targets."""
    p = probabilities
    if not (
        is_real(p)
        and is_table(p)
        and are_labels(labels, p)
        and is_vector(grad, p, cnp.PyArray_DIM(p, 0))
    ):
        return twin.sparse_categorical_crossentropy_backward(grad, p, labels, epsilon)
    grad, p, labels = contiguous(grad), contiguous(p), contiguous(labels)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(p, 0), classes = cnp.PyArray_DIM(p, 1)
    dp = empty_like(p)
    if is_float(p):
        sparse_categorical_backward_worker[float](
            floats(grad), floats(p), integers(labels), floats(dp),
            rows, classes, epsilon,
        )
    else:
        sparse_categorical_backward_worker[double](
            doubles(grad), doubles(p), integers(labels), doubles(dp),
            rows, classes, epsilon,
        )
    return dp


cdef void sparse_categorical_backward_worker(
    const real* grad,
    const real* p,
    const int64_t* labels,
    real* dp,
    Py_ssize_t rows,
    Py_ssize_t classes,
    double epsilon,
) noexcept nogil:
    """dq is -grad / q at the label and 0 elsewhere, so that sum(dq * q) is -grad."""
    cdef Py_ssize_t i, j, start
    cdef real inverse_total, q, everywhere
    for i in range(rows):
        start = i * classes
        inverse_total = <real> 1 / total(p + start, classes)
        q = p[start + labels[i]] * inverse_total
        everywhere = grad[i] * inverse_total
        if clipped(q, epsilon) != q:
            everywhere *= 0  # and not = 0: NaN stays
        for j in range(start, start + classes):
            dp[j] = everywhere
        if clipped(q, epsilon) == q:
            dp[start + labels[i]] -= everywhere / q


# --- yes or no, element by element ----------------------------------------------------


def sigmoid_binary_crossentropy(logits, targets):
    """-(t log(s) + (1 - t) log(1 - s)) with s = sigmoid(x); any shape, no mean."""
    if not (is_real(logits) and alike(targets, logits)):
        return twin.sigmoid_binary_crossentropy(logits, targets)
    logits, targets = contiguous(logits), contiguous(targets)
    loss = empty_like(logits)
    cdef Py_ssize_t n = cnp.PyArray_SIZE(logits)
    if is_float(logits):
        sigmoid_binary_worker[float](floats(logits), floats(targets), floats(loss), n)
    else:
        sigmoid_binary_worker[double](
            doubles(logits), doubles(targets), doubles(loss), n
        )
    return loss


cdef void sigmoid_binary_worker(
    const real* x, const real* targets, real* loss, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real positive
    for i in range(n):
        positive = 0 if x[i] < 0 else x[i]
        loss[i] = (
            positive + log1p_up_to_1(exp(-<real> fabs(x[i]))) - x[i] * targets[i]
        )


def sigmoid_binary_crossentropy_backward(grad, logits, targets):
    """(sigmoid(x) - t) * grad"""
    if not (is_real(logits) and alike(targets, logits) and alike(grad, logits)):
        return twin.sigmoid_binary_crossentropy_backward(grad, logits, targets)
    grad, logits, targets = contiguous(grad), contiguous(logits), contiguous(targets)
    dlogits = empty_like(logits)
    cdef Py_ssize_t n = cnp.PyArray_SIZE(logits)
    if is_float(logits):
        sigmoid_binary_backward_worker[float](
            floats(grad), floats(logits), floats(targets), floats(dlogits), n
        )
    else:
        sigmoid_binary_backward_worker[double](
            doubles(grad), doubles(logits), doubles(targets), doubles(dlogits), n
        )
    return dlogits


cdef void sigmoid_binary_backward_worker(
    const real* grad, const real* x, const real* targets, real* dx, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        dx[i] = grad[i] * (sigmoid_of(x[i]) - targets[i])


def binary_crossentropy(probabilities, targets, epsilon):
    """-(t log(p) + (1 - t) log(1 - p)), p clipped; any shape, no mean."""
    p = probabilities
    if not (is_real(p) and alike(targets, p)):
        return twin.binary_crossentropy(p, targets, epsilon)
    p, targets = contiguous(p), contiguous(targets)
    loss = empty_like(p)
    cdef Py_ssize_t n = cnp.PyArray_SIZE(p)
    if is_float(p):
        binary_worker[float](floats(p), floats(targets), floats(loss), n, epsilon)
    else:
        binary_worker[double](doubles(p), doubles(targets), doubles(loss), n, epsilon)
    return loss


cdef void binary_worker(
    const real* p, const real* targets, real* loss, Py_ssize_t n, double epsilon
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real q, one = 1
    for i in range(n):
        q = clipped(p[i], epsilon)
        loss[i] = -(targets[i] * log(q) + (one - targets[i]) * log(one - q))


def binary_crossentropy_backward(grad, probabilities, targets, epsilon):
    """((1 - t) / (1 - p) - t / p) * grad, 0 where p was clipped."""
    p = probabilities
    if not (is_real(p) and alike(targets, p) and alike(grad, p)):
        return twin.binary_crossentropy_backward(grad, p, targets, epsilon)
    grad, p, targets = contiguous(grad), contiguous(p), contiguous(targets)
    dp = empty_like(p)
    cdef Py_ssize_t n = cnp.PyArray_SIZE(p)
    if is_float(p):
        binary_backward_worker[float](
            floats(grad), floats(p), floats(targets), floats(dp), n, epsilon
        )
    else:
        binary_backward_worker[double](
            doubles(grad), doubles(p), doubles(targets), doubles(dp), n, epsilon
        )
    return dp


cdef void binary_backward_worker(
    const real* grad,
    const real* p,
    const real* targets,
    real* dp,
    Py_ssize_t n,
    double epsilon,
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real q, slope, one = 1
    for i in range(n):
        q = clipped(p[i], epsilon)
        slope = (one - targets[i]) / (one - q) - targets[i] / q
        dp[i] = grad[i] * slope if q == p[i] else 0


# --- what they share ------------------------------------------------------------------


cdef bint is_table(cnp.ndarray x):
    """Whether x is a matrix with something in it."""
    return is_matrix(x, x) and cnp.PyArray_SIZE(x) > 0


cdef const int64_t* integers(cnp.ndarray labels):
    return <const int64_t*> cnp.PyArray_DATA(labels)


cdef bint are_labels(labels, cnp.ndarray table):
    """Whether labels are int64, one per row and each in 0 .. C - 1.

    This keeps the workers inside their memory. The twin words the errors, and it knows
    the other integer types.
    """
    if not (
        cnp.PyArray_Check(labels)
        and cnp.PyArray_TYPE(labels) == cnp.NPY_INT64
        and cnp.PyArray_ISNOTSWAPPED(labels)
        and cnp.PyArray_NDIM(labels) == 1
        and cnp.PyArray_SIZE(labels) == cnp.PyArray_DIM(table, 0)
    ):
        return False
    cdef cnp.ndarray in_order = contiguous(labels)
    cdef const int64_t* numbers = integers(in_order)
    cdef Py_ssize_t i, classes = cnp.PyArray_DIM(table, 1)
    for i in range(cnp.PyArray_SIZE(in_order)):
        if numbers[i] < 0 or numbers[i] >= classes:
            return False
    return True


cdef inline real clipped(real p, double epsilon) noexcept nogil:
    """p within [epsilon, 1 - epsilon]; NaN stays NaN."""
    cdef real lowest = <real> epsilon, highest = <real> (1.0 - epsilon)
    p = lowest if p < lowest else p
    return highest if p > highest else p


cdef inline real normalize(real* p, Py_ssize_t n) noexcept nogil:
    """p /= sum(p), and that sum."""
    cdef Py_ssize_t j
    cdef real result = total(p, n)
    cdef real inverse = <real> 1 / result
    for j in range(n):
        p[j] *= inverse
    return result
