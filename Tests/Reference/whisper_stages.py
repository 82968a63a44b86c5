"""Reference tensors for the recogniser's stages, made by openai/whisper on recordings of the project and on a tiny
seeded model.

usage: python3 Tests/Reference/whisper_stages.py WHISPER_BASE_FOLDER     (from the project's root)
needs: openai-whisper, torch, soundfile, safetensors. Writes Tests/Reference/*.safetensors, tiny-whisper/ and manifest.json."""
import hashlib
import json
import os
import struct
import sys

import numpy as np
import soundfile
import torch
import whisper
from safetensors.numpy import save_file

import ctranslate2_whisper

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURE = "fixtures/short-en.flac"
entries = []


def keep(name, tensors, tolerance, what):
    path = os.path.join(HERE, name)
    save_file({k: np.ascontiguousarray(v, dtype=np.float32) for k, v in tensors.items()}, path)
    entries.append({
        "file": name, "what": what, "source": f"openai-whisper {whisper.__version__}, torch {torch.__version__}",
        "command": "python3 Tests/Reference/whisper_stages.py WHISPER_BASE_FOLDER", "tolerance": tolerance,
        "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest()})


def tiny():
    """A two-layer model with seeded weights in CTranslate2's layout: float16, so that all readers agree exactly."""
    rng = np.random.default_rng(20111122)
    state, heads, layers, context, text_context, mels = 32, 2, 2, 100, 64, 80
    texts = [bytes([b]) for b in range(256)] + [b" t", b"he", b" the", b"in", b"ing", b" a", b"an", b" and"]
    printable = {}
    extra = 256
    for b in range(256):
        if 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b <= 255:
            printable[b] = chr(b)
        else:
            printable[b] = chr(extra)
            extra += 1
    vocabulary = ["".join(printable[b] for b in t) for t in texts]
    vocabulary += ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|pt|>", "<|de|>", "<|translate|>", "<|transcribe|>",
                   "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    vocabulary += [f"<|{i * 0.02:.2f}|>" for i in range(context + 1)]
    v = {}

    def linear(name, outputs, inputs, bias=True):
        v[name + "/weight"] = rng.normal(0, inputs**-0.5, (outputs, inputs))
        if bias:
            v[name + "/bias"] = rng.normal(0, 0.1, outputs)

    def norm(name):
        v[name + "/gamma"], v[name + "/beta"] = rng.normal(1, 0.1, state), rng.normal(0, 0.1, state)

    for i, inputs in ((1, mels), (2, state)):
        v[f"encoder/conv{i}/weight"] = rng.normal(0, (3 * inputs) ** -0.5, (state, inputs, 3))
        v[f"encoder/conv{i}/bias"] = rng.normal(0, 0.1, state)
    v["encoder/position_encodings/encodings"] = rng.normal(0, 0.5, (context, state))
    v["decoder/position_encodings/encodings"] = rng.normal(0, 0.5, (text_context, state))
    v["decoder/embeddings/weight"] = rng.normal(0, 0.5, (len(vocabulary), state))
    norm("encoder/layer_norm"), norm("decoder/layer_norm")
    for side in ("encoder", "decoder"):
        for i in range(layers):
            l = f"{side}/layer_{i}"
            norm(l + "/self_attention/layer_norm")
            linear(l + "/self_attention/linear_0", 3 * state, state)
            v[l + "/self_attention/linear_0/bias"][state : 2 * state] = 0
            linear(l + "/self_attention/linear_1", state, state)
            if side == "decoder":
                norm(l + "/attention/layer_norm")
                linear(l + "/attention/linear_0", state, state)
                linear(l + "/attention/linear_1", 2 * state, state)
                v[l + "/attention/linear_1/bias"][:state] = 0
                linear(l + "/attention/linear_2", state, state)
            norm(l + "/ffn/layer_norm")
            linear(l + "/ffn/linear_0", 4 * state, state)
            linear(l + "/ffn/linear_1", state, 4 * state)
    folder = os.path.join(HERE, "tiny-whisper")
    os.makedirs(folder, exist_ok=True)
    text = lambda s: struct.pack("<H", len(s) + 1) + s.encode() + b"\0"
    data = struct.pack("<I", 6) + text("WhisperSpec") + struct.pack("<II", 3, len(v) + 2)
    for side in ("encoder", "decoder"):
        data += text(side + "/num_heads") + struct.pack("<BBI", 0, 2, 2) + struct.pack("<h", heads)
    for name, value in v.items():
        raw = value.astype(np.float16).tobytes()
        data += text(name) + struct.pack("<B", value.ndim) + struct.pack(f"<{value.ndim}I", *value.shape)
        data += struct.pack("<BI", 4, len(raw)) + raw
    data += struct.pack("<I", 1) + text("decoder/projection/weight") + text("decoder/embeddings/weight")
    open(os.path.join(folder, "model.bin"), "wb").write(data)
    open(os.path.join(folder, "vocabulary.txt"), "w").write("\n".join(vocabulary) + "\n")
    model = ctranslate2_whisper.load(os.path.join(folder, "model.bin"))
    frames = rng.normal(0, 0.7, (2 * context, mels)).astype(np.float32)
    tokens = [265, 266, 270, 256, 104, 258, 263, 70, 300]
    with torch.no_grad():
        audio = model.encoder(torch.from_numpy(frames.T.copy())[None])
        logits = model.decoder(torch.tensor([tokens]), audio)
    keep("tiny-whisper.safetensors",
         {"frames": frames, "encoder": audio[0].numpy(), "tokens": np.array(tokens), "logits": logits[0].numpy()},
         1e-4, "tiny seeded model (tiny-whisper/): encoder output and logits for a seeded window and a token sequence")


os.chdir(os.path.join(HERE, "..", ".."))
tiny()
audio, rate = soundfile.read(FIXTURE, dtype="float32")
assert rate == 16000
mel = {m: whisper.log_mel_spectrogram(audio, m, padding=480000)[:, : len(audio) // 160] for m in (80, 128)}
keep("short-en.log-mel.safetensors", {f"mel{m}": x.T.numpy() for m, x in mel.items()}, 1e-4,
     f"log_mel_spectrogram of {FIXTURE} with 30 s of padding, [frame, mel], the recording's own frames")
model = ctranslate2_whisper.load(os.path.join(sys.argv[1], "model.bin"))
with torch.no_grad():
    encoded = model.encoder(whisper.pad_or_trim(mel[80], 3000)[None])[0]
keep("short-en.whisper-base.encoder.safetensors", {"rows": encoded[::25].numpy()}, 2e-3,
     f"whisper-base encoder output for {FIXTURE}, every 25th position, [60, 512]")
json.dump({"tensors": entries}, open(os.path.join(HERE, "manifest.json"), "w"), indent=1)
