"""Writes openai/whisper's weights as the one file that whisper.cpp reads.

The layout is that of ggml-org/whisper.cpp models/convert-pt-to-ggml.py, the choice of what is quantised that of its
examples/quantize; blocks are quantised by the gguf package, so that they are not of our own making."""
import struct

import gguf
import numpy as np

KINDS = {"f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q5_0": 6, "q5_1": 7, "q8_0": 8}  # ggml's element types
FILE_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q8_0": 7, "q5_0": 8, "q5_1": 9}  # ggml's file types
QUANTISATION = 2  # ggml's version of the layout of blocks
WHOLE = ("encoder.conv1.bias", "encoder.conv2.bias", "encoder.positional_embedding", "decoder.positional_embedding")


def kind_of(name, array, kind):
    """The element type of a tensor in a file of this kind."""
    if array.ndim < 2 or name in WHOLE:
        return "f32"
    if array.ndim > 2 and kind != "f32":
        return "f16"
    return kind


def encode(array, kind):
    """The bytes of an array."""
    if kind == "f32":
        return array.astype("<f4").tobytes()
    if kind == "f16":
        return array.astype("<f2").tobytes()
    return gguf.quants.quantize(array, gguf.GGMLQuantizationType(KINDS[kind])).tobytes()


def rounded(array, kind):
    """What a reader of these bytes sees."""
    if kind == "f32":
        return array.astype(np.float32)
    if kind == "f16":
        return array.astype(np.float16).astype(np.float32)
    quant = gguf.GGMLQuantizationType(KINDS[kind])
    return gguf.quants.dequantize(gguf.quants.quantize(array, quant), quant)


def write(path, dims, state, texts, filters, kind):
    """Writes the file; returns the weights as they stand in it, to run the reference on."""
    seen = {}
    with open(path, "wb") as out:
        out.write(struct.pack("<I", 0x67676D6C))
        version = 0 if kind in ("f32", "f16") else QUANTISATION
        out.write(struct.pack(
            "<11i", dims.n_vocab, dims.n_audio_ctx, dims.n_audio_state, dims.n_audio_head, dims.n_audio_layer, dims.n_text_ctx,
            dims.n_text_state, dims.n_text_head, dims.n_text_layer, dims.n_mels, FILE_TYPES[kind] + 1000 * version))
        out.write(struct.pack("<2i", *filters.shape) + filters.astype("<f4").tobytes())
        out.write(struct.pack("<i", len(texts)))
        for text in texts:
            out.write(struct.pack("<i", len(text)) + text)
        for name, tensor in state.items():
            array = np.asarray(tensor, dtype=np.float32)
            own = kind_of(name, array, kind)
            seen[name] = rounded(array, own)
            if name in WHOLE[:2]:
                array = array.reshape(-1, 1)
            out.write(struct.pack("<3i", array.ndim, len(name), KINDS[own]))
            out.write(struct.pack(f"<{array.ndim}i", *reversed(array.shape)) + name.encode() + encode(array, own))
    return seen
