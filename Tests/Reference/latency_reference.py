"""Writes latency.json: what published packages say of delays, for the latency figures of the Evaluation room.

usage: latency_reference.py         needs: simuleval 1.1.4, mweralign 1.4.1, simulstream 1.0.0

AL, LAAL and DAL are those of SimulEval's own scorers, imported from the package and given its own log instances; nothing
of them is written again here. Streams are cut by mweralign (mwerSegmenter as a package, by Matt Post). StreamLAAL is
SimulEval's LAAL of the parts by the rule of FBK-fairseq's stream_laal.py (delays from a sentence's beginning, never below 0,
empty sentences left out), which is not a package; where no delay is below 0 it has to equal the score of simulstream, the
package of the same group, or nothing is written. No two words of a stream are equal and sentences keep their first and
last two words, so that only one cut has the fewest edits: where several do, tools may differ."""
import argparse
import importlib.metadata
import json
import os
import random
from statistics import mean

from mweralign import align_texts
from reference_manifest import record
from simuleval.evaluator.instance import LogInstance
from simuleval.evaluator.scorers.latency_scorer import LATENCY_SCORERS_DICT
from simulstream.metrics.readers import OutputWithDelays, ReferenceSentenceDefinition
from simulstream.metrics.scorers.latency import LatencyScoringSample
from simulstream.metrics.scorers.latency.stream_laal import StreamLaal

PACKAGES = ["simuleval", "mweralign", "simulstream"]
draw = random.Random(11)


def simuleval(metric, delays, source_length, reference_length):
    log = {"index": 0, "prediction": " ".join("w" * len(delays)), "delays": delays, "elapsed": delays,
           "prediction_length": len(delays), "reference": " ".join("w" * reference_length),
           "source_length": source_length}
    return LATENCY_SCORERS_DICT[metric]().compute(LogInstance(json.dumps(log)))


def sentence(delays, source_length, reference_length):
    return {"delays": delays, "sourceLength": source_length, "referenceLength": reference_length,
            **{metric: simuleval(metric, delays, source_length, reference_length) for metric in ["AL", "LAAL", "DAL"]}}


def random_sentence():
    length = round(draw.uniform(300, 20000))
    delays = sorted(round(draw.uniform(0, length * draw.choice([0.7, 1, 1.4]))) for _ in range(draw.randint(1, 40)))
    if draw.random() < 0.5:  # several words at once, as programs write them
        delays = [delays[index - index % 3] for index in range(len(delays))]
    return sentence(delays, length, draw.randint(1, 40))


def stream(early):
    """A recording of some sentences and a system's words with their delays, in seconds."""
    references, words, delays, clock = [], [], [], round(draw.uniform(0, 3), 2)
    for index in range(draw.randint(1, 8)):
        count = draw.randint(5, 12)
        own = [f"s{index}w{place}" for place in range(count)]
        duration = round(count * draw.uniform(0.2, 0.5), 2)
        references.append({"start": clock, "duration": duration, "text": " ".join(own)})
        for place, word in enumerate(own):
            inner = 2 <= place < count - 2
            chance = draw.random()
            if inner and chance < 0.1:
                continue
            time = clock + duration * (place + 1) / count + draw.uniform(-4 if early else 0.3, 2.5)
            delays.append(max([0.0, round(time, 2)] + delays[-1:]))
            words.append(f"x{index}w{place}" if inner and chance < 0.2 else word)
            if inner and chance > 0.9:
                delays.append(delays[-1])
                words.append(f"y{index}w{place}")
        clock = round(clock + duration + draw.uniform(0, 2), 2)
    parts = [part.split() for part in align_texts("\n".join(r["text"] for r in references), " ".join(words)).split("\n")]
    assert sum(parts, []) == words and len(parts) == len(references)
    scores, start, clamped = [], 0, False
    for part, reference in zip(parts, references):
        own = [(delay - reference["start"]) * 1000 for delay in delays[start:start + len(part)]]
        clamped = clamped or any(delay < 0 for delay in own)
        start += len(part)
        if own:
            scores.append(simuleval(
                "LAAL", [max(0.0, delay) for delay in own], reference["duration"] * 1000, len(reference["text"].split())))
    score = mean(scores)
    if not clamped:
        sample = LatencyScoringSample(
            "recording", OutputWithDelays(" ".join(words), delays, delays),
            [ReferenceSentenceDefinition(r["text"], r["start"], r["duration"]) for r in references])
        theirs = StreamLaal(argparse.Namespace(latency_unit="word")).score([sample]).ideal_latency * 1000
        assert abs(theirs - score) < 1e-6, (theirs, score)
    return {"words": words, "delays": delays, "sentences": references, "lengths": [len(part) for part in parts],
            "streamLAAL": score, "isClamped": clamped}


EDGES = [([1000.0], 2000.0, 1), ([3000.0], 2000.0, 4), ([2000.0, 2500.0], 2000.0, 2), ([500.0, 1000.0, 1500.0, 2000.0], 2000.0, 4),
         ([0.0, 0.0, 0.0], 1500.0, 1), ([100.0, 2000.0, 2000.0, 2600.0], 2000.0, 9), ([700.0, 700.0, 700.0, 900.0], 1000.0, 3)]

here = os.path.dirname(os.path.abspath(__file__))
versions = {name: importlib.metadata.version(name) for name in PACKAGES}
reference = {"versions": versions, "sentences": [sentence(*edge) for edge in EDGES] + [random_sentence() for _ in range(60)],
             "streams": [stream(early=index % 3 == 0) for index in range(18)]}
path = os.path.join(here, "latency.json")
with open(path, "w", encoding="utf-8") as out:
    json.dump(reference, out, separators=(",", ":"))
    out.write("\n")
record("latency.json", "delays with AL, LAAL and DAL; streams with their cut and StreamLAAL", versions, "latency_reference.py", 1e-6)
print(f"{len(reference['sentences'])} sentences, {len(reference['streams'])} streams, "
      f"{sum(s['isClamped'] for s in reference['streams'])} of them with words before their sentence")
