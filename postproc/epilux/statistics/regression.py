"""Regressions whose trials are not independent: fits, variances clustered two ways, Student's t, Holm's rule.

Nothing here knows what a trial is: x [n, k] are columns of numbers, y [n] the outcome, and each observation belongs to
one cluster of each of two kinds (an instance is the same chip at every design point, and a design point holds many
instances). Sources: CameronGelbachMiller2011 and BellMcCaffrey2002 for the variance, Firth1993 and HeinzeSchemper2002 for the
penalty, Holm1979 for the correction.
"""
import math
from dataclasses import dataclass

import numpy as np

MAX_STEPS, SEPARATED = 100, 12.0  # Newton's steps; |log-odds| beyond which a fit is taken to run away
SPARE = 5  # clusters of a kind beyond the coefficients, without which they tell nothing of a variance
LEAST_SHARE = 0.5  # of the larger clustered variance that the two-way difference has to leave


@dataclass
class Fit:
    coefficients: np.ndarray  # [k]
    variance: np.ndarray      # [k, k], clustered
    freedom: int              # degrees of freedom of Student's t: the smallest number of clusters, less 1
    penalised: bool           # by Firth, since the outcome is all or none somewhere

    def error(self, i):
        return math.sqrt(max(self.variance[i, i], 0.0))

    def interval(self, i, confidence):
        half = eval_student_quantile(0.5 + confidence / 2, self.freedom) * self.error(i)
        return self.coefficients[i] - half, self.coefficients[i] + half

    def test(self, columns):
        """The p of Wald's test that all these columns have coefficient 0; 1 where nothing is told from rounding."""
        own = np.asarray(columns)
        b, v = self.coefficients[own], self.variance[np.ix_(own, own)]
        if np.max(np.abs(b)) < 1e-9:
            return 1.0
        statistic = float(b @ np.linalg.pinv(v, rcond=1e-10, hermitian=True) @ b) / own.size
        return eval_f_tail(statistic, own.size, self.freedom)


# ---- distributions

def eval_beta_share(x, a, b):
    """The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - eval_beta_share(1 - x, b, a)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    tiny, c, d = 1e-300, 1.0, 1 / max(1 - (a + b) * x / (a + 1), 1e-300)
    value = d
    for m in range(1, 1000):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * value / a


def eval_f_tail(f, q, freedom):
    """The probability that F with q and `freedom` degrees is above f; Student's t two-sided is q = 1, f = t²."""
    return eval_beta_share(freedom / (freedom + q * f), freedom / 2, q / 2) if f > 0 else 1.0


def eval_student_quantile(probability, freedom):
    """Student's t quantile of a probability in 0.5..1, by bisection."""
    low, high = 0.0, 1.0
    while eval_f_tail(high * high, 1, freedom) > 2 * (1 - probability):
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if eval_f_tail(middle ** 2, 1, freedom) > 2 * (1 - probability) else (low, middle)
    return (low + high) / 2


def eval_half_width(values, probability, overlap=0.0):
    """Half the width of the interval of a mean whose upper end has this probability, by Student's t over values [n], n >= 2;
    overlap: held out over trained on, of values whose splits overlap (Nadeau2003)."""
    spread = np.std(values, ddof=1) * np.sqrt(1 / values.size + overlap)
    return eval_student_quantile(probability, values.size - 1) * spread


def correct_holm(p):
    """Holm's p of each test: the chance that any true null of the family has one as small stays below it."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(raised, 1.0)
    return corrected


# ---- variances

def sum_scores(x, weights, residuals, bread, clusters):
    """The meat of the jackknife over clusters, (G - 1)/G sum of s s', and the number G of clusters.

    s = (1 - A bread)^-1 x_c' residuals_c with A = x_c' weights_c x_c is what leaving cluster c out does to the score;
    without it, a cluster of much leverage would hide its own deviation. None where a cluster alone carries a coefficient.
    """
    names, places = np.unique(clusters, return_inverse=True)
    n, k = x.shape
    weighted = x * weights[:, None]
    if names.size == n:  # each observation by itself, its inverse in closed form
        leverage = np.einsum("ij,jk,ik->i", weighted, bread, x)
        sums = x * (residuals / np.maximum(1 - leverage, 1e-9))[:, None]
        return (None if np.max(leverage) > 1 - 1e-9 else sums.T @ sums * ((n - 1) / n)), n
    scores = np.array([np.bincount(places, residuals * column) for column in x.T]).T
    shares = np.array([[np.bincount(places, u * v) for v in x.T] for u in weighted.T]).transpose(2, 0, 1)
    left = np.eye(k) - shares @ bread
    if names.size < 2 or np.any(np.abs(np.linalg.det(left)) < 1e-9):
        return None, names.size
    sums = np.linalg.solve(left, scores[:, :, None])[:, :, 0]
    return sums.T @ sums * ((names.size - 1) / names.size), names.size


def eval_variance(x, weights, residuals, bread, clusters):
    """(variance [k, k], degrees of freedom) of coefficients whose scores are x' residuals and whose inverse information
    is `bread`: V = V_first + V_second - V_both. clusters: one or two arrays [n] of whole numbers from 0. The second kind is
    left out where it has fewer than SPARE clusters beyond the coefficients; either, where one cluster alone carries a
    coefficient.

    Where the difference leaves some coefficient next to nothing, the sum of the first two stands: cautious rather than
    certain.
    """
    def meat(of):
        return sum_scores(x, weights, residuals, bread, of)

    used = [c for i, c in enumerate(clusters) if i == 0 or np.unique(c).size >= x.shape[1] + SPARE]
    parts = [(m, g, c) for (m, g), c in ((meat(c), c) for c in used) if m is not None]
    if not parts:
        return np.full_like(bread, np.nan), 1
    total, freedom = sum(m for m, _, _ in parts), min(g for _, g, _ in parts) - 1
    sum_of_two = bread @ total @ bread
    if len(parts) == 1:
        return sum_of_two, freedom
    both = meat(parts[0][2] * (np.max(parts[1][2]) + 1) + parts[1][2])[0]
    if both is None:
        return sum_of_two, freedom
    variance = bread @ (total - both) @ bread
    largest = np.max([np.diag(bread @ m @ bread) for m, _, _ in parts], axis=0)
    if np.linalg.eigvalsh(variance)[0] <= 0 or np.any(np.diag(variance) < LEAST_SHARE * largest):
        return sum_of_two, freedom
    return variance, freedom


def raise_variance(variance, floor):
    """The smallest matrix, in the sense of `floor`, that is at least both: robust, but never below the model's. NaN
    where the variance is: then nothing is known of it."""
    if not np.all(np.isfinite(variance)):
        return np.full_like(floor, np.nan)
    root = np.linalg.cholesky(floor)
    inverse = np.linalg.inv(root)
    values, vectors = np.linalg.eigh(inverse @ variance @ inverse.T)
    return root @ (vectors * np.maximum(values, 1)) @ vectors.T @ root.T


# ---- fits

def step_logistic(x, y, b, penalised):
    """(residuals [n], inverse information [k, k]) of log-odds x b; the residuals are Firth's where penalised."""
    p = 1 / (1 + np.exp(-np.clip(x @ b, -500, 500)))
    weight = p * (1 - p)
    inverse = np.linalg.inv((x * weight[:, None]).T @ x)
    if not penalised:
        return y - p, inverse
    leverage = weight * np.einsum("ij,jk,ik->i", x, inverse, x)
    return y - p + leverage * (0.5 - p), inverse


def solve_logistic(x, y, penalised):
    """(coefficients, residuals, inverse information), or None where the fit runs away."""
    b = np.zeros(x.shape[1])
    for _ in range(MAX_STEPS):
        try:
            residuals, inverse = step_logistic(x, y, b, penalised)
        except np.linalg.LinAlgError:
            return None
        step = inverse @ (x.T @ residuals)
        if np.max(np.abs(step)) < 1e-10:
            return b, residuals, inverse
        b = b + step * min(1.0, 3.0 / np.max(np.abs(step)))
        if not penalised and np.max(np.abs(x @ b)) > SEPARATED:
            return None
    return (b, residuals, inverse) if penalised else None


def fit_logistic(x, y, clusters):
    """Fits log-odds(y = 1) = x b by maximum likelihood; with Firth's penalty where that has no maximum (a level or an
    end of a factor with all or none), and then with a variance that is at least the model's own."""
    found = solve_logistic(x, y, False)
    penalised = found is None
    b, residuals, inverse = solve_logistic(x, y, True) if penalised else found
    p = 1 / (1 + np.exp(-x @ b))
    variance, freedom = eval_variance(x, p * (1 - p), residuals, inverse, clusters)
    return Fit(b, raise_variance(variance, inverse) if penalised else variance, freedom, penalised)


def fit_linear(x, y, clusters):
    """Fits y = x b by least squares."""
    bread = np.linalg.inv(x.T @ x)
    b = bread @ (x.T @ y)
    variance, freedom = eval_variance(x, np.ones(y.size), y - x @ b, bread, clusters)
    return Fit(b, variance, freedom, False)


def rank(y):
    """Ranks as shares in 0..1, ties at their mean."""
    _, places, counts = np.unique(y, return_inverse=True, return_counts=True)
    above = np.cumsum(counts)
    return ((above - (counts - 1) / 2) - 0.5)[places] / y.size
