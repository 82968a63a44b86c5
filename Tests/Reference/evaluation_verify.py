"""Writes what the packages make of all shared texts and of real hypotheses, for the Verify suites of EvaluationTests.

usage: evaluation_verify.py DRAGOMAN DATA_FOLDER RECOGNISED.json OUTPUT.json
needs: whisper-normalizer 0.1.15, jiwer, sacrebleu. RECOGNISED is what `dragoman bench wer` wrote of the shared sets; translates with
DRAGOMAN."""
import glob
import json
import os
import random
import subprocess
import sys

from evaluation_common import assigned_characters, basic, corpus, edits, english, fuzzed, normalization, significance, \
    versions, worsened

dragoman, data, recognised, output = sys.argv[1:]
LINES = 500  # of each translated file


def manifest(path):
    return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]


def lines(path):
    return open(path, encoding="utf-8").read().split("\n")[:-1]


def translated(source, to):
    text = subprocess.run([dragoman, "translate", "--from", "en" if to == "pt" else "pt", "--to", to, "-"],
                          input="\n".join(source) + "\n", capture_output=True, text=True, check=True).stdout
    return text.split("\n")[:len(source)]


found = versions()
draw = random.Random(3)
texts, alignments, corpora = [], [], []
for path in sorted(glob.glob(os.path.join(data, "**", "manifest.jsonl"), recursive=True)):
    texts += [row[key] for row in manifest(path) for key in ["text", "translation_en"] if row.get(key)]
texts += [line.split(" ", 1)[1] for line in lines(os.path.join(data, "text", "dev-clean.trans.txt"))]
texts += [text.lower() for text in texts[-2703:]]

for run in json.load(open(recognised, encoding="utf-8"))["runs"]:
    for utterance in run["utterances"]:
        reference, hypothesis = utterance["reference"], utterance["hypothesis"]
        texts += [reference, hypothesis]
        normalize = english if utterance["language"] == "en" else basic
        reference, hypothesis = normalize(reference), normalize(hypothesis)
        if reference.strip():
            alignments += [edits(reference, hypothesis, unit) for unit in ["word", "character"]]

for path in sorted(glob.glob(os.path.join(data, "mt-*", "*.txt"))):
    parts = os.path.basename(path).split(".")
    texts += lines(path)
    references = lines(path)
    words = [word for line in references for word in (line.split() if " " in line else line)]
    corpora.append(corpus("worsened " + os.path.basename(path), [worsened(r, words, draw) for r in references], references))
    alignments += [edits(basic(r), basic(h), "word") for h, r in
                   list(zip(corpora[-1]["hypotheses"], references))[:300] if basic(r).strip()]
    if parts[0].endswith("-en-pt"):
        other = path[:-len(parts[-2] + ".txt")] + ("pt" if parts[-2] == "en" else "en") + ".txt"
        hypotheses = translated(lines(other)[:LINES], parts[-2])
        texts += hypotheses
        corpora.append(corpus("dragoman " + os.path.basename(path), hypotheses, references[:LINES]))

comparisons = []
for entry in corpora:
    if entry["name"].startswith("dragoman"):
        # One comparison that is clear, and one of equals, each worse in lines of its own.
        spoilt = [[h if draw.random() < 0.9 else worsened(h, h.split() or ["x"], draw) for h in entry["hypotheses"]]
                  for _ in range(2)]
        comparisons += [dict(significance(first, spoilt[1], entry["references"]), name=entry["name"])
                        for first in [entry["hypotheses"], spoilt[0]]]

words = sorted({word for text in texts for word in text.split()})
texts += fuzzed(20000, words, seed=11)
texts += assigned_characters()
for _ in range(2000):
    reference = [draw.choice("abcde") for _ in range(draw.randint(1, 150))]
    hypothesis = [draw.choice("abcdef") for _ in range(draw.randint(0, 150))]
    alignments.append(edits(" ".join(reference), " ".join(hypothesis), "word"))

normalized = [normalization(text) for text in dict.fromkeys(texts)]
refused = sum(entry is None for entry in normalized)
with open(output, "w", encoding="utf-8") as out:
    json.dump({"versions": found, "normalizations": [n for n in normalized if n], "alignments": alignments,
               "corpora": corpora, "comparisons": comparisons}, out, ensure_ascii=False)
print(f"evaluation: {len(normalized) - refused} texts ({refused} on which the package fails), {len(alignments)} "
      f"alignments, {len(corpora)} corpora, {len(comparisons)} comparisons in {output}")
