#!/usr/bin/env python3
"""Makes Tests/Reference/tiny-npz: small archives as numpy writes them.

    python3 Tests/Reference/npz.py
"""
import pathlib

import numpy as np

folder = pathlib.Path(__file__).parent / "tiny-npz"
folder.mkdir(exist_ok=True)
a = np.arange(6, dtype=np.float32).reshape(2, 3) * np.float32(0.5)
arrays = {
    "a": a, "half": np.array([1, -2], np.float16), "text": np.frombuffer(b"dim-emb: 8\n\0", np.int8),
    "scalar": np.int32(7),
}
np.savez(folder / "stored.npz", **arrays)
np.savez_compressed(folder / "deflated.npz", **arrays)
np.savez(folder / "fortran.npz", a=np.asfortranarray(a))
np.savez(folder / "float64.npz", a=a.astype(np.float64))
