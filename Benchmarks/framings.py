#!/usr/bin/env python3
"""Word error rates of Dragoman and of faster-whisper on the same clips, each begun at several places.

usage: PYTHON Benchmarks/framings.py DRAGOMAN WHISPER_FOLDER [--data FOLDER] [--sets NAME,...] [--beam N,...] [--precision int8|float32]
                                     [--shifts MS,...] [--threads N] [--keep FILE.json]
PYTHON has faster-whisper, jiwer, whisper-normalizer and soundfile. WHISPER_FOLDER holds the weights of whisper-base as both read them.
--keep writes down what the peer said, which takes most of the time, and reads it when asked again.

Where a clip begins decides where the frames of 10 ms lie and how all later sums are rounded; it changes words here and there, in
either direction, without changing what is said. A single figure of a set of 150 to 900 words moves by a point with it. So each clip is
recognised with a few milliseconds of silence before it, or without its first ones, and what counts is the mean. Each clip's
mean number of errors is compared: the interval of the difference is a bootstrap over clips (10,000 draws)."""
import argparse
import json
import os
import random
import subprocess
import tempfile

import jiwer
import numpy
import soundfile
from faster_whisper import WhisperModel
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("dragoman")
parser.add_argument("model")
parser.add_argument("--data", default="../shared/data")
parser.add_argument("--sets", default="an4,pt-read,en-long,en-read,multi-read")
parser.add_argument("--beam", default="5,1")
parser.add_argument("--precision", default="int8", choices=["int8", "float32"])
parser.add_argument("--shifts", default="0,5,10,15,-10")
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--keep")
options = parser.parse_args()
shifts = [int(shift) for shift in options.shifts.split(",")]
english, basic = EnglishTextNormalizer(), BasicTextNormalizer()


def shifted(name, shift, folder):
    """The clips of a set, begun `shift` ms earlier in silence or later in themselves: a manifest."""
    manifest = os.path.join(folder, f"{name}{shift:+d}.jsonl")
    with open(os.path.join(options.data, name, "manifest.jsonl")) as lines, open(manifest, "w") as output:
        for number, line in enumerate(lines):
            clip = json.loads(line)
            samples, rate = soundfile.read(os.path.join(options.data, name, clip["audio"]), dtype="int16")
            count = abs(shift) * rate // 1000
            samples = numpy.concatenate([numpy.zeros(count, "int16"), samples]) if shift >= 0 else samples[count:]
            path = os.path.join(folder, f"{name}{shift:+d}-{number}.wav")
            soundfile.write(path, samples, rate, subtype="PCM_16")
            output.write(json.dumps({"id": str(number), "audio": path, "text": clip["text"], "lang": clip["lang"]}) + "\n")
    return manifest


def errors(clip, text):
    """Wrong, missing and added words; of no text all that there should be."""
    normalize = english if clip["lang"] == "en" else basic
    reference, hypothesis = normalize(clip["text"]), normalize(text)
    if not hypothesis.strip():
        return len(reference.split())
    result = jiwer.process_words([reference], [hypothesis])
    return result.substitutions + result.deletions + result.insertions


def own(manifest, beam, clips):
    output = manifest + ".json"
    subprocess.run(
        [options.dragoman, "bench", "wer", manifest, "--beam", beam, "--precision", options.precision, "--threads",
         str(options.threads), "--output", output], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(output) as file:
        texts = {one["id"]: one["hypothesis"] for one in json.load(file)["runs"][0]["utterances"]}
    return [errors(clip, texts[clip["id"]]) for clip in clips]


def peer(name, shift, beam, clips):
    key = f"{name} {shift:+d} {beam} {options.precision}"
    if key not in kept:
        def text(clip):
            segments, _ = model.transcribe(clip["audio"], beam_size=int(beam), language=clip["lang"], vad_filter=True)
            return "".join(segment.text for segment in segments)
        kept[key] = [text(clip) for clip in clips]
        if options.keep:
            with open(options.keep, "w") as file:
                json.dump(kept, file)
    return [errors(clip, text) for clip, text in zip(clips, kept[key])]


def row(name, beam, words, mine, theirs):
    """A line of the table: errors in words of each time, and the difference of the means with its interval."""
    total = sum(words)
    difference = [(sum(a) - sum(b)) / len(shifts) for a, b in zip(zip(*mine), zip(*theirs))]
    draw = random.Random(1)

    def sample():
        chosen = [draw.randrange(len(words)) for _ in words]
        return 100 * sum(difference[index] for index in chosen) / max(1, sum(words[index] for index in chosen))
    draws = sorted(sample() for _ in range(10_000))

    def mean(counts):
        return 100 * sum(map(sum, counts)) / len(shifts) / total
    return (f"{name:11} {beam:>4} {total:6}  {' '.join(str(sum(one)) for one in mine):21} {mean(mine):6.2f}   "
            f"{' '.join(str(sum(one)) for one in theirs):21} {mean(theirs):6.2f}   {mean(mine) - mean(theirs):+.2f}, "
            f"{draws[250]:+.2f} to {draws[9750]:+.2f}")


kept = json.load(open(options.keep)) if options.keep and os.path.exists(options.keep) else {}
model = WhisperModel(options.model, device="cpu", compute_type=options.precision, cpu_threads=options.threads)
print(f"{options.precision}, clips begun at {options.shifts} ms, {options.threads} threads; errors in words, % of words")
print("set         beam  words  Dragoman, each        mean %   faster-whisper, each  mean %   difference, 95 %")
for name in options.sets.split(","):
    with tempfile.TemporaryDirectory() as folder:
        manifests = [(shift, shifted(name, shift, folder)) for shift in shifts]
        for beam in options.beam.split(","):
            mine, theirs, words = [], [], []
            for shift, manifest in manifests:
                with open(manifest) as lines:
                    clips = [json.loads(line) for line in lines]
                words = [errors(clip, "") for clip in clips]
                mine.append(own(manifest, beam, clips))
                theirs.append(peer(name, shift, beam, clips))
            print(row(name, beam, words, mine, theirs), flush=True)
