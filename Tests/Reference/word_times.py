"""Word times by openai/whisper, for the recogniser's alignment of words with the audio.

usage: python3 Tests/Reference/word_times.py
         The attention, its path and the tokens' probabilities of the tiny seeded model: tiny-whisper.words.safetensors.
needs: openai-whisper, torch, safetensors. Writes into Tests/Reference, manifest.json too."""
import hashlib
import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def register(name, what, source, command, tolerance):
    path = os.path.join(HERE, "manifest.json")
    manifest = json.load(open(path))
    manifest["tensors"] = [entry for entry in manifest["tensors"] if entry["file"] != name]
    manifest["tensors"].append({
        "file": name, "what": what, "source": source, "command": command, "tolerance": tolerance,
        "sha256": hashlib.sha256(open(os.path.join(HERE, name), "rb").read()).hexdigest()})
    json.dump(manifest, open(path, "w"), indent=1)


def tiny():
    """What `find_alignment` has inside, which it does not return: the same calls in the same order."""
    import torch
    import whisper
    from safetensors.numpy import load_file, save_file
    from whisper import timing
    from whisper.model import disable_sdpa

    import ctranslate2_whisper

    model = ctranslate2_whisper.load(os.path.join(HERE, "tiny-whisper", "model.bin"))
    frames = torch.from_numpy(load_file(os.path.join(HERE, "tiny-whisper.safetensors"))["frames"])
    start, no_timestamps, end = [265, 266, 270], 274, 264
    text = [258, 104, 105, 256, 262, 44, 260, 97, 98, 257, 63, 263, 120, 46]
    tokens = start + [no_timestamps] + text + [end]
    tensors = {"text": np.array(text), "start": np.array(start)}
    for frame_count in (200, 74, 6):
        weights = [None] * model.dims.n_text_layer
        hooks = [
            block.cross_attn.register_forward_hook(lambda _, ins, outs, index=i: weights.__setitem__(index, outs[-1][0]))
            for i, block in enumerate(model.decoder.blocks)]
        with torch.no_grad(), disable_sdpa():
            logits = model(frames.T[None], torch.tensor([tokens]))[0]
        for hook in hooks:
            hook.remove()
        probabilities = logits[len(start):, :end].softmax(dim=-1)[np.arange(len(text)), text]
        heads = torch.stack([weights[1][0], weights[1][1]])[:, :, : frame_count // 2].softmax(dim=-1)
        deviation, mean = torch.std_mean(heads, dim=-2, keepdim=True, unbiased=False)
        matrix = timing.median_filter((heads - mean) / deviation, 7).mean(axis=0)[len(start):-1]
        text_indices, time_indices = timing.dtw(-matrix)
        jumps = np.pad(np.diff(text_indices), (1, 0), constant_values=1).astype(bool)
        tensors[f"attention{frame_count}"] = matrix.numpy()
        tensors[f"path{frame_count}"] = time_indices[jumps]
        tensors["probabilities"] = probabilities.numpy()
    name = "tiny-whisper.words.safetensors"
    save_file({k: np.ascontiguousarray(v, dtype=np.float32) for k, v in tensors.items()}, os.path.join(HERE, name))
    register(name, "tiny seeded model: sharpened attention [token, position] of layer 1's heads, first position of each token on the "
             "best path, and token probabilities, for audio of 200, 74 and 6 frames",
             f"openai-whisper {whisper.__version__}, torch {torch.__version__}", "python3 Tests/Reference/word_times.py", 1e-4)


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    tiny()
