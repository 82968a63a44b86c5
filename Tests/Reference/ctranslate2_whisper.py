"""Loads a CTranslate2 Whisper folder into openai/whisper's own model class, so that the reference runs on the same weights."""
import struct

import numpy as np
import torch
import whisper
from whisper.model import ModelDimensions

TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def read(path):
    """All variables of a model.bin, by name."""
    data = open(path, "rb").read()
    at = 0

    def take(form):
        nonlocal at
        value = struct.unpack_from("<" + form, data, at)[0]
        at += struct.calcsize("<" + form)
        return value

    def string():
        nonlocal at
        length = take("H")
        text = data[at : at + length - 1].decode()
        at += length
        return text

    take("I"), string(), take("I")
    variables = {}
    for _ in range(take("I")):
        name = string()
        shape = [take("I") for _ in range(take("B"))]
        kind, count = TYPES[take("B")], take("I")
        variables[name] = np.frombuffer(data, kind, count // np.dtype(kind).itemsize, at).reshape(shape)
        at += count
    for _ in range(take("I")):
        alias = string()
        variables[alias] = variables[string()]
    return variables


def load(path):
    """An openai/whisper model in float32 with the weights of a model.bin."""
    v = {name: torch.from_numpy(np.array(x)).float() for name, x in read(path).items()}
    layers = lambda side: 1 + max(int(n.split("/")[1][6:]) for n in v if n.startswith(side + "/layer_") and n.split("/")[1][6:].isdigit())
    state = v["encoder/conv1/weight"].shape[0]
    dims = ModelDimensions(
        n_mels=v["encoder/conv1/weight"].shape[1], n_audio_ctx=v["encoder/position_encodings/encodings"].shape[0],
        n_audio_state=state, n_audio_head=int(v["encoder/num_heads"]), n_audio_layer=layers("encoder"),
        n_vocab=v["decoder/embeddings/weight"].shape[0], n_text_ctx=v["decoder/position_encodings/encodings"].shape[0],
        n_text_state=state, n_text_head=int(v["decoder/num_heads"]), n_text_layer=layers("decoder"))
    s = {}

    def pair(target, source, names=("weight", "bias")):
        for name in names:
            s[f"{target}.{name}"] = v[f"{source}/{name}"]

    def norm(target, source):
        s[target + ".weight"], s[target + ".bias"] = v[source + "/gamma"], v[source + "/beta"]

    for i in (1, 2):
        pair(f"encoder.conv{i}", f"encoder/conv{i}")
    s["encoder.positional_embedding"] = v["encoder/position_encodings/encodings"]
    s["decoder.positional_embedding"] = v["decoder/position_encodings/encodings"]
    s["decoder.token_embedding.weight"] = v["decoder/embeddings/weight"]
    norm("encoder.ln_post", "encoder/layer_norm")
    norm("decoder.ln", "decoder/layer_norm")
    for side, count in (("encoder", dims.n_audio_layer), ("decoder", dims.n_text_layer)):
        for i in range(count):
            t, l = f"{side}.blocks.{i}", f"{side}/layer_{i}"
            norm(t + ".attn_ln", l + "/self_attention/layer_norm")
            for name in ("weight", "bias"):
                q, k, value = v[f"{l}/self_attention/linear_0/{name}"].split(state)
                s[f"{t}.attn.query.{name}"], s[f"{t}.attn.value.{name}"] = q, value
                if name == "weight":
                    s[f"{t}.attn.key.weight"] = k
                else:
                    assert not k.any(), "the key projection has no bias"
            pair(t + ".attn.out", l + "/self_attention/linear_1")
            if side == "decoder":
                norm(t + ".cross_attn_ln", l + "/attention/layer_norm")
                pair(t + ".cross_attn.query", l + "/attention/linear_0")
                for name in ("weight", "bias"):
                    k, value = v[f"{l}/attention/linear_1/{name}"].split(state)
                    s[f"{t}.cross_attn.value.{name}"] = value
                    if name == "weight":
                        s[f"{t}.cross_attn.key.weight"] = k
                pair(t + ".cross_attn.out", l + "/attention/linear_2")
            norm(t + ".mlp_ln", l + "/ffn/layer_norm")
            pair(t + ".mlp.0", l + "/ffn/linear_0")
            pair(t + ".mlp.2", l + "/ffn/linear_1")
    model = whisper.model.Whisper(dims)
    missing, unexpected = model.load_state_dict(s, strict=False)
    assert not unexpected and all("mask" in m for m in missing), (missing, unexpected)
    return model.eval()
