"""References for voice activity: a tiny seeded model, regions of seeded probabilities, and the packaged model on recordings.

usage: python3 Tests/Reference/voice_activity.py SILERO_SAFETENSORS SHARED_DATA     (from the project's root)
needs: silero-vad 6.2.3, onnxruntime, torch, safetensors, soundfile. Writes Tests/Reference/voice-activity.*,
tiny-voice-activity/ and its part of manifest.json. Of recordings only identifiers, probabilities and regions are
written, no audio and no text."""
import hashlib
import json
import os
import sys

import numpy as np
import onnxruntime
import silero_vad
import soundfile
import torch
from safetensors.numpy import load_file, save_file
from silero_vad.utils_vad import get_speech_timestamps_from_probs

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
FRAME, CONTEXT, PADDING = 512, 64, 64
SETS = ["en-read", "en-long", "pt-read", "multi-read", "langid", "an4", "non-speech"]
# Milliseconds, but for the thresholds. The first two are the defaults of faster-whisper and of the package.
OPTIONS = [
    {"threshold": 0.5, "silence": 0.35, "padding": 400, "minimumSpeech": 0, "minimumSilence": 2000},
    {"threshold": 0.5, "silence": 0.35, "padding": 30, "minimumSpeech": 250, "minimumSilence": 100},
    {"threshold": 0.35, "silence": 0.2, "padding": 200, "minimumSpeech": 64, "minimumSilence": 512},
    {"threshold": 0.7, "silence": 0.1, "padding": 400, "minimumSpeech": 500, "minimumSilence": 300},
    {"threshold": 0.5, "silence": 0.45, "padding": 0, "minimumSpeech": 96, "minimumSilence": 0},
]
VERSIONS = f"silero-vad 6.2.3, onnxruntime {onnxruntime.__version__}, torch {torch.__version__}"
COMMAND = "python3 Tests/Reference/voice_activity.py SILERO_SAFETENSORS SHARED_DATA"
entries = []
torch.set_num_threads(1)


class Network(torch.nn.Module):
    """The architecture with the sizes of the weights that it is given."""

    def __init__(self, weights):
        super().__init__()
        for layer, (stride, padding) in {
            "stft_conv": (128, 0), "conv1": (1, 1), "conv2": (2, 1), "conv3": (2, 1), "conv4": (1, 1),
            "final_conv": (1, 0)}.items():
            outputs, inputs, taps = weights[layer + ".weight"].shape
            setattr(self, layer, torch.nn.Conv1d(
                inputs, outputs, taps, stride=stride, padding=padding, bias=layer + ".bias" in weights))
        gates, inputs = weights["lstm_cell.weight_ih"].shape
        self.lstm_cell = torch.nn.LSTMCell(inputs, gates // 4)
        self.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})

    @torch.no_grad()
    def probabilities(self, samples):
        samples = np.pad(samples, (CONTEXT, -len(samples) % FRAME))
        state, result = None, []
        for start in range(0, len(samples) - CONTEXT, FRAME):
            x = torch.from_numpy(samples[start:start + CONTEXT + FRAME])[None, None]
            x = self.stft_conv(torch.nn.functional.pad(x, (0, PADDING), "reflect"))
            real, imaginary = x.chunk(2, dim=1)
            x = (real ** 2 + imaginary ** 2).sqrt()
            for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
                x = layer(x).relu()
            state = self.lstm_cell(x[:, :, 0], state)
            result.append(float(self.final_conv(state[0].relu()[:, :, None]).sigmoid()))
        return np.array(result, dtype=np.float32)


def packaged(model, samples):
    """Probabilities by the package's own model and its own framing."""
    return model.audio_forward(torch.from_numpy(samples)[None], 16000)[0].numpy()


def regions(probabilities, sample_count, options):
    """Regions by the package's own segmentation."""
    found = get_speech_timestamps_from_probs(
        [float(p) for p in probabilities], threshold=options["threshold"], neg_threshold=options["silence"],
        min_speech_duration_ms=options["minimumSpeech"], min_silence_duration_ms=options["minimumSilence"],
        speech_pad_ms=options["padding"], audio_length_samples=sample_count)
    return [[int(r["start"]), int(r["end"])] for r in found]


def packaged_weights():
    """The weights inside the package's TorchScript model, under the names of its safetensors file."""
    names = {"stft.forward_basis_buffer": "stft_conv.weight", "decoder.rnn.": "lstm_cell.", "decoder.decoder.2.": "final_conv."}
    names |= {f"encoder.{index}.reparam_conv.": f"conv{index + 1}." for index in range(4)}
    weights = {}
    for name, value in silero_vad.load_silero_vad().state_dict().items():
        scope, name = name.split(".", 1)
        for old, new in names.items():
            name = name.replace(old, new)
        if scope == "_model":  # the other one is for 8 kHz
            weights[name] = value.numpy()
    return weights


def quantized(probabilities):
    return np.round(probabilities * 32767).astype(np.int16)


def keep(name, what, tolerance):
    with open(os.path.join(HERE, name), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    entries.append({
        "file": name, "what": what, "source": VERSIONS, "command": COMMAND, "tolerance": tolerance, "sha256": digest})


def tiny():
    rng = np.random.default_rng(20)
    bins, width, hidden = 9, 8, 8
    shapes = {
        "stft_conv.weight": (2 * bins, 1, 256), "conv1.weight": (width, bins, 3), "conv1.bias": (width,),
        "conv2.weight": (6, width, 3), "conv2.bias": (6,), "conv3.weight": (5, 6, 3), "conv3.bias": (5,),
        "conv4.weight": (width, 5, 3), "conv4.bias": (width,), "lstm_cell.weight_ih": (4 * hidden, width),
        "lstm_cell.weight_hh": (4 * hidden, hidden), "lstm_cell.bias_ih": (4 * hidden,),
        "lstm_cell.bias_hh": (4 * hidden,), "final_conv.weight": (1, hidden, 1), "final_conv.bias": (1,)}
    weights = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    weights["stft_conv.weight"] *= 0.2
    weights["final_conv.weight"] *= 6
    os.makedirs(os.path.join(HERE, "tiny-voice-activity"), exist_ok=True)
    save_file(weights, os.path.join(HERE, "tiny-voice-activity", "silero_vad_16k.safetensors"))
    keep("tiny-voice-activity/silero_vad_16k.safetensors", "tiny seeded model in the layout of silero_vad_16k", 0)
    network, tensors = Network(weights), {}
    time = np.arange(20000) / 16000
    tensors["noise"] = (rng.normal(0, 0.2, 20000) * (np.sin(5 * time) ** 2)).astype(np.float32)[:10_100]
    tensors["tones"] = (0.3 * np.sin(2 * np.pi * (200 + 900 * time) * time)).astype(np.float32)[:8 * FRAME]
    for name in list(tensors):
        tensors[name + ".probabilities"] = network.probabilities(tensors[name])
        print(name, tensors[name + ".probabilities"].min(), tensors[name + ".probabilities"].max())
    save_file(tensors, os.path.join(HERE, "voice-activity.tiny.safetensors"))
    keep("voice-activity.tiny.safetensors", "tiny seeded model: two seeded signals and their probabilities", 1e-5)


def walks():
    """Seeded probabilities that wander about the thresholds, and the package's regions for them."""
    rng, cases = np.random.default_rng(21), []
    for index in range(24):
        frames = int(rng.integers(1, 300))
        drift = np.convolve(rng.normal(0, 3, frames + 40), np.exp(-np.arange(40) / rng.uniform(1, 12)), "valid")[:frames]
        probabilities = quantized(1 / (1 + np.exp(-drift - rng.normal(0, 1))))
        samples = frames * FRAME - int(rng.integers(0, FRAME))
        cases.append({
            "probabilities": probabilities.tolist(), "samples": samples,
            "regions": [regions(probabilities / np.float32(32767), samples, options) for options in OPTIONS]})
    with open(os.path.join(HERE, "voice-activity.walks.json"), "w") as file:
        json.dump({"source": VERSIONS, "command": COMMAND, "options": OPTIONS, "cases": cases}, file, separators=(",", ":"))
    keep("voice-activity.walks.json", "seeded probabilities and the package's regions for five sets of options", 0)


def recordings(weights, shared):
    model, network = silero_vad.load_silero_vad(onnx=True), Network(packaged_weights())
    older = Network(load_file(weights))
    clips, probabilities, differences = [], {"packaged": {}, "older": {}}, []
    listed = [("fixtures", name, f"{name}.flac") for name in ("short-en", "meeting-en", "meeting-pt")]
    for name in SETS:
        with open(os.path.join(shared, name, "manifest.jsonl")) as file:
            listed += [(name, row["id"], row["audio"]) for row in map(json.loads, file)]
    for name, identifier, audio in listed:
        path = os.path.join(ROOT if name == "fixtures" else shared, name, audio)
        samples, rate = soundfile.read(path, dtype="float32")
        assert rate == 16000 and samples.ndim == 1, path
        theirs = packaged(model, samples)
        if len(clips) % 20 == 0:
            differences.append(float(np.abs(network.probabilities(samples) - theirs).max()))
        key = f"{name}/{identifier}"
        probabilities["packaged"][key] = quantized(theirs)
        probabilities["older"][key] = quantized(older.probabilities(samples))
        clips.append({
            "set": name, "id": identifier, "audio": audio, "samples": len(samples), "regions": [
                regions(probabilities["packaged"][key] / np.float32(32767), len(samples), options) for options in OPTIONS]})
    print(f"the architecture above and the packaged model differ by at most {max(differences)}")
    assert max(differences) < 1e-4, "the architecture above is not the packaged one"
    for kind, what in (("packaged", "the model that the package loads"), ("older", "its safetensors weights")):
        save_file(probabilities[kind], os.path.join(HERE, f"voice-activity.{kind}.safetensors"))
        keep(f"voice-activity.{kind}.safetensors", f"probabilities of {what} on recordings, times 32767, int16", 1e-3)
    with open(os.path.join(HERE, "voice-activity.recordings.json"), "w") as file:
        json.dump({"source": VERSIONS, "command": COMMAND, "options": OPTIONS, "clips": clips}, file, separators=(",", ":"))
    keep("voice-activity.recordings.json", "the package's regions for the packaged model's probabilities", 0)


tiny()
walks()
recordings(sys.argv[1], sys.argv[2])
path = os.path.join(HERE, "manifest.json")
with open(path) as file:
    manifest = json.load(file)
made = {entry["file"] for entry in entries}
manifest["tensors"] = [entry for entry in manifest["tensors"] if entry["file"] not in made] + entries
with open(path, "w") as file:
    json.dump(manifest, file, indent=1)
