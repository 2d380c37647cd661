"""Forecast noise: what a forecast says once its jitter is taken out, judged by the forecast alone."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, idct  # type: ignore[import-untyped]

from verdazure.carbon.series import Series

_STRENGTHS = np.logspace(-4, 6, 41)
"""Candidates from no smoothing to nearly flat; four to a decade is finer than the choice is sharp."""


def smoothed(forecast: Series) -> Series:
    """The same forecast without what looks like independent noise. Raises `Gap` where a step is not known.

    Picking the cheapest of many noisy steps picks the luckiest errors; smoothing first picks the cheap hours. A
    forecast without noise comes back nearly unchanged, one whose errors are correlated too.
    """
    whole = forecast.between(forecast.start, forecast.end)
    return replace(whole, values=smooth(whole.values))


def smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whittaker's smoother with first differences, its strength by generalised cross-validation.

    Minimises |y - z|² + s·|Dz|² (Whittaker 1923; Eilers 2003, "A perfect smoother"); s is the one of the least GCV
    score (Craven and Wahba 1979). The cosine transform makes D'D diagonal (Garcia 2010), so all strengths cost
    O(n log n) together. The weights are positive: an intensity never becomes negative.
    """
    size = len(values)
    if size == 1:
        return values
    roughness = 2 - 2 * np.cos(np.pi * np.arange(size) / size)
    waves = dct(values, norm="ortho")
    kept = 1 / (1 + _STRENGTHS[:, np.newaxis] * roughness)
    residuals = np.mean(((1 - kept) * waves) ** 2, axis=1)
    scores = residuals / (1 - kept.mean(axis=1)) ** 2
    result: NDArray[np.float64] = idct(kept[int(scores.argmin())] * waves, norm="ortho")
    return np.maximum(result, 0.0)
