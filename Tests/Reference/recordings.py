"""Recordings made of the shared clips and of seeded noise, and what dragoman makes of them; for the scripts of `make verify`.

needs: numpy, soundfile."""
import json
import os
import subprocess
import tempfile

import numpy as np

RATE = 16000
FRAME = 160  # samples, 10 ms


def manifest(data, name):
    """The clips of a set, each with its `path`."""
    rows = [json.loads(line) for line in open(os.path.join(data, name, "manifest.jsonl"), encoding="utf-8")]
    return [dict(row, path=os.path.join(data, name, row["audio"])) for row in rows]


def clips(data, *identifiers):
    """Clips by `set/id`, in this order."""
    sets = {}
    for identifier in identifiers:
        name = identifier.split("/")[0]
        if name not in sets:
            sets[name] = {row["id"]: row for row in manifest(data, name)}
    return [sets[name][clip] for name, clip in (identifier.split("/", 1) for identifier in identifiers)]


def read(path):
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE, f"{path} has {rate} Hz"
    return samples


def write(path, samples):
    import soundfile

    soundfile.write(path, np.clip(samples, -1, 1), RATE, subtype="PCM_16")


def levels(samples):
    """Decibels of each 10 ms frame, after a pre-emphasis of 0.97 and a mean over three frames."""
    emphasised = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1])
    count = len(samples) // FRAME
    power = (emphasised[:count * FRAME].reshape(count, FRAME) ** 2).mean(axis=1)
    return 10 * np.log10(np.convolve(power, np.ones(3) / 3, mode="same") + 1e-12)


def sounding(samples):
    """Where a clip's sound starts and ends: (start, end, whether the start is known, whether the end is), in seconds.

    Sound is at most 30 dB below the loudest tenth of the frames. That is an edge of speech for certain when speech stands 36 dB out
    of the clip's own noise, 18 and 35 dB would say the same within 100 ms, and what begins or ends there is no sound of less than
    300 ms apart from the rest by 150 ms of quiet, which may be a breath or a click."""
    level = levels(samples)
    loudest, quietest = np.quantile(level, 0.9), np.quantile(level, 0.02)

    def edges(below):
        loud = np.flatnonzero(level > loudest - below)
        return loud[0], loud[-1] + 1

    (start, end), strict, lax = edges(30), edges(18), edges(35)
    loud = np.flatnonzero(level > loudest - 30)
    runs = np.split(loud, np.flatnonzero(np.diff(loud) > 15) + 1)
    clear = loudest - quietest >= 36
    known = [clear and abs(strict[side] - lax[side]) <= 10 and len(runs[-side]) and runs[-side][-1] - runs[-side][0] >= 30
             for side in (0, 1)]
    return start * FRAME / RATE, end * FRAME / RATE, bool(known[0]), bool(known[1])


def decibels(level):
    return 10 ** (level / 20)


def noise(seconds, kind, level, seed):
    """Noise whose power falls by 0 (white), 10 (pink) or 20 (brown) dB a decade above 20 Hz, of `level` dBFS (root mean square)."""
    count = int(seconds * RATE)
    draw = np.random.default_rng(seed)
    spectrum = np.fft.rfft(draw.standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20)
    samples = np.fft.irfft(spectrum / frequency ** {"white": 0, "pink": 0.5, "brown": 1}[kind], count)
    return (samples * decibels(level) / np.sqrt(np.mean(samples ** 2))).astype(np.float32)


def silence(seconds, level=None, seed=0):
    """Digital silence, or pink noise of `level` dBFS."""
    return np.zeros(int(seconds * RATE), np.float32) if level is None else noise(seconds, "pink", level, seed)


def transcribe(dragoman, recordings, *arguments):
    """The JSON of each of `recordings` (paths, or arrays of samples), in one run."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for index, recording in enumerate(recordings):
            if isinstance(recording, str):
                files.append(os.path.join(folder, f"{index:04d}" + os.path.splitext(recording)[1]))
                os.symlink(os.path.abspath(recording), files[-1])
            else:
                files.append(os.path.join(folder, f"{index:04d}.wav"))
                write(files[-1], recording)
        subprocess.run([os.path.abspath(dragoman), "transcribe", "--model", "whisper-base", "--format", "json", "--output-dir", folder,
                        *arguments, *files], check=True, stderr=subprocess.DEVNULL)
        return [json.load(open(os.path.splitext(path)[0] + ".json", encoding="utf-8")) for path in files]


def words(transcript):
    return [word for segment in transcript["segments"] for word in segment["words"]]


class Figures:
    """Prints what holds and what does not."""

    def __init__(self):
        self.missed = 0

    def check(self, holds, text):
        print(("holds:  " if holds else "MISSED: ") + text, flush=True)
        self.missed += not holds
