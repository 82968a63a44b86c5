"""Tokens of openai/whisper (float32, temperature 0 only) over manifests, for the token comparisons of `make verify`.

usage: window_tokens.py [--beam N] MODEL_FOLDER OUT.json MANIFEST.jsonl…     (needs: openai-whisper, torch, soundfile)
Greedy unless --beam is given. Only identifiers, tokens and, for greedy, logit margins are written, no audio and no text."""
import hashlib
import json
import os
import sys

import soundfile
import torch
import whisper
from whisper import decoding

import ctranslate2_whisper

torch.set_num_threads(2)
arguments = sys.argv[1:]
beam = int(arguments[1]) if arguments[0] == "--beam" else None
folder, out, *manifests = arguments[2:] if beam else arguments
model = ctranslate2_whisper.load(os.path.join(folder, "model.bin"))
margins = []


class Margins(decoding.GreedyDecoder):
    def update(self, tokens, logits, sum_logprobs):
        best = logits.topk(2).values[0]
        margins.append(round(float(best[0] - best[1]), 4))
        return super().update(tokens, logits, sum_logprobs)


decoding.GreedyDecoder = Margins
clips = []
for manifest in manifests:
    root = os.path.dirname(manifest)
    for line in open(manifest):
        row = json.loads(line)
        audio, rate = soundfile.read(os.path.join(root, row["audio"]), dtype="float32")
        if rate != 16000 or len(audio) > 30 * 16000:
            continue
        margins.clear()
        result = model.transcribe(audio, language=row["lang"][:2], temperature=0, beam_size=beam, fp16=False)
        clips.append({
            "set": os.path.basename(root), "id": row["id"], "language": row["lang"][:2],
            "audio": os.path.join(os.path.basename(root), row["audio"]),
            "tokens": [t for s in result["segments"] for t in s["tokens"]],
            **({} if beam else {"smallest_margin": min(margins)})})
        print(len(clips), row["id"], result["text"], file=sys.stderr)
digest = hashlib.sha256(open(os.path.join(folder, "model.bin"), "rb").read()).hexdigest()
json.dump({
    "source": f"openai-whisper {whisper.__version__}, torch {torch.__version__}, float32, temperature 0" + (f", beam {beam}" if beam else ""),
    "command": "python3 Tests/Reference/window_tokens.py " + (f"--beam {beam} " if beam else "") + "WHISPER_BASE OUT en-read/manifest.jsonl pt-read/manifest.jsonl multi-read/manifest.jsonl",
    "model_sha256": digest, "clips": clips}, open(out, "w"), separators=(",", ":"))
