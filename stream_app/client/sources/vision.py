"""An image in numbers: how bright, how contrasty.

Images are arrays of shape (height, width), or (height, width, channels) with 1 (grey), 2 (grey, alpha),
3 (RGB) or 4 (RGBA) channels; alpha is ignored. Integers span their type's range, floats 0 to 1.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

REC_709_LUMA = np.array([0.2126, 0.7152, 0.0722])
"""Weights of R, G and B in luma (Recommendation ITU-R BT.709, item 3.2)."""


def brightness(image: NDArray[Any]) -> float | None:
    """Mean luma, from 0 (black) to 1 (white); None for an image without pixels.

    Raises:
        ValueError: not an image's shape or type.
    """
    luma = _luma(image)
    return float(luma.mean()) if luma.size else None


def contrast(image: NDArray[Any]) -> float | None:
    """Root-mean-square contrast: the standard deviation of luma, from 0 to 0.5; None without pixels.

    Raises:
        ValueError: not an image's shape or type.
    """
    luma = _luma(image)
    return float(luma.std()) if luma.size else None


def describe_image(image: NDArray[Any]) -> dict[str, float | None]:
    """Features of an image: brightness, contrast, and its size in pixels.

    Raises:
        ValueError: not an image's shape or type.
    """
    luma = _luma(image)  # an image in shades of grey
    height_px, width_px = luma.shape
    return {
        "brightness": brightness(luma),
        "contrast": contrast(luma),
        "width_px": float(width_px),
        "height_px": float(height_px),
    }


def _luma(image: NDArray[Any]) -> NDArray[np.float64]:
    """One value per pixel, from 0 to 1."""
    pixels = np.asarray(image)
    if pixels.dtype.kind not in "uf":
        raise ValueError(f"pixels of type {pixels.dtype}: pass unsigned integers, or floats from 0 to 1.")
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if pixels.ndim not in (2, 3) or channels not in (1, 2, 3, 4):
        raise ValueError(f"an array of shape {pixels.shape}: pass (height, width[, 1 to 4]).")
    scale = 1.0 / np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1.0
    if channels >= 3:
        return np.asarray(pixels[:, :, :3] @ REC_709_LUMA * scale, dtype=np.float64)
    return np.asarray((pixels[:, :, 0] if pixels.ndim == 3 else pixels) * scale, dtype=np.float64)
