#!/usr/bin/env python3
"""Errors in words of clips joined with short and with long silences between them: what silence costs.

usage: Benchmarks/silences.py DRAGOMAN [--data FOLDER] [--set NAME] [--clips N] [--orders N] [--level DBFS] [--seeds N] [--beam N]
  --level   of the pink noise in the silences (digital silence unless told)
  --clips   that a recording is joined of (4); --orders shuffles all clips of the set so often (4)
  --seeds   draws of the noise and of the lengths (1)
needs: numpy, soundfile, jiwer, whisper-normalizer.

Every clip of the set is in one recording of each order. The short silences have 1 s, the long ones 30 to 60 s. The interval of the
difference is a bootstrap over recordings (10,000 draws)."""
import argparse
import os
import sys

import jiwer
import numpy as np
from whisper_normalizer.english import EnglishTextNormalizer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/Reference"))
from recordings import manifest, read, silence, transcribe  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("dragoman")
parser.add_argument("--data", default="../shared/data")
parser.add_argument("--set", default="en-read")
parser.add_argument("--clips", type=int, default=4)
parser.add_argument("--orders", type=int, default=4)
parser.add_argument("--level", type=float)
parser.add_argument("--seeds", type=int, default=1)
parser.add_argument("--beam", default="5")
options = parser.parse_args()
normalize = EnglishTextNormalizer()
rows = manifest(options.data, options.set)
groups = []
for order in range(options.orders):
    shuffled = [rows[index] for index in np.random.default_rng(order).permutation(len(rows))]
    groups += [shuffled[first:first + options.clips] for first in range(0, len(shuffled), options.clips)]
references = [normalize(" ".join(row["text"] for row in group)) for group in groups]
words = [len(reference.split()) for reference in references]


def joined(group, lengths, seed):
    parts = [silence(lengths(), options.level, seed)]
    for number, row in enumerate(group):
        parts += [read(row["path"]), silence(lengths(), options.level, seed + number + 1)]
    return np.concatenate(parts)


def errors(lengths, seed):
    """Errors of each recording; few recordings at a time, for they are long."""
    texts = []
    for first in range(0, len(groups), 12):
        recordings = [joined(group, lengths, 1000 * seed + 10 * (first + index))
                      for index, group in enumerate(groups[first:first + 12])]
        found = transcribe(options.dragoman, recordings, "--from", "en", "--beam", options.beam)
        texts += [normalize(transcript["text"]) for transcript in found]
    counts = [jiwer.process_words(reference, text) for reference, text in zip(references, texts)]
    return np.array([count.substitutions + count.deletions + count.insertions for count in counts])


differences = []
for seed in range(options.seeds):
    draw = np.random.default_rng(seed)
    short, long = errors(lambda: 1.0, seed), errors(lambda: draw.uniform(30, 60), seed)
    differences.append(long - short)
    print(f"seed {seed}: 1 s {short.sum()} errors, 30 to 60 s {long.sum()}, of {sum(words)} words; recordings that differ: "
          + ", ".join(f"{index} {change:+d}" for index, change in enumerate(differences[-1]) if change), flush=True)
mean, draw = np.mean(differences, axis=0), np.random.default_rng(1)
chosen = draw.integers(0, len(words), (10_000, len(words)))
samples = 100 * mean[chosen].sum(axis=1) / np.array(words)[chosen].sum(axis=1)
low, high = np.quantile(samples, [0.025, 0.975])
print(f"long silences cost {100 * mean.sum() / sum(words):+.2f} points ({low:+.2f} to {high:+.2f})")
