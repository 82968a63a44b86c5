"""Whisper weights in the layouts that users have, and what openai/whisper computes with each of them.

usage: python3 Tests/Reference/whisper_layouts.py                        (from the project's root) the tiny seeded model
       python3 Tests/Reference/whisper_layouts.py WHISPER_FOLDER FOLDER  a pulled model, for DRAGOMAN_LAYOUTS=FOLDER
needs: openai-whisper, torch, transformers, safetensors, gguf. The first form reads Tests/Reference/tiny-whisper, writes
Tests/Reference/layouts/ and its entries of manifest.json. Hugging Face folders are saved by transformers itself."""
import base64
import hashlib
import json
import os
import shutil
import sys

import numpy as np
import torch
import whisper
from safetensors.numpy import load_file, save_file
from transformers import WhisperConfig, WhisperForConditionalGeneration

import ctranslate2_whisper
import ggml_whisper

HERE = os.path.dirname(os.path.abspath(__file__))
COMMAND = "python3 Tests/Reference/whisper_layouts.py"


def byte_of():
    """GPT-2's printable characters and the bytes that they stand for."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printed]
    return {chr(b): b for b in printed} | {chr(256 + i): b for i, b in enumerate(rest)}


def vocabulary(folder):
    """Bytes of the text tokens, their printable names, names of the special tokens."""
    table = byte_of()
    names = open(os.path.join(folder, "vocabulary.txt"), encoding="utf-8").read().split("\n")[:-1]
    end = names.index("<|endoftext|>")
    return [bytes(table[c] for c in name) for name in names[:end]], names[:end], names[end:]


def rename(name):
    """Hugging Face's name of an openai/whisper tensor."""
    for old, new in (
            ("blocks.", "layers."), ("positional_embedding", "embed_positions.weight"), ("token_embedding", "embed_tokens"),
            ("cross_attn_ln", "encoder_attn_layer_norm"), ("attn_ln", "self_attn_layer_norm"), ("mlp_ln", "final_layer_norm"),
            ("cross_attn.", "encoder_attn."), ("ln_post", "layer_norm"), ("decoder.ln.", "decoder.layer_norm."),
            ("mlp.0", "fc1"), ("mlp.2", "fc2"), (".query", ".q_proj"), (".key", ".k_proj"), (".value", ".v_proj"), (".out.", ".out_proj.")):
        name = name.replace(old, new)
    return "model." + name.replace(".attn.", ".self_attn.")


def hugging_face(model, folder, dtype, shard=None, heads=None):
    """A folder saved by transformers."""
    dims = model.dims
    config = WhisperConfig(
        vocab_size=dims.n_vocab, num_mel_bins=dims.n_mels, d_model=dims.n_audio_state, encoder_layers=dims.n_audio_layer,
        decoder_layers=dims.n_text_layer, encoder_attention_heads=dims.n_audio_head, decoder_attention_heads=dims.n_text_head,
        encoder_ffn_dim=4 * dims.n_audio_state, decoder_ffn_dim=4 * dims.n_text_state,
        max_source_positions=dims.n_audio_ctx, max_target_positions=dims.n_text_ctx,
        pad_token_id=0, bos_token_id=0, eos_token_id=0, decoder_start_token_id=0)
    config.begin_suppress_tokens = None
    theirs = WhisperForConditionalGeneration(config).eval()
    state = {rename(k): v for k, v in model.state_dict().items()}
    missing, unexpected = theirs.load_state_dict(state, strict=False)
    assert not unexpected and missing == ["proj_out.weight"], (missing, unexpected)
    theirs = theirs.to(dtype)
    if heads is not None:
        theirs.generation_config.alignment_heads = heads
    theirs.save_pretrained(folder, **({} if shard is None else {"max_shard_size": shard}))
    return theirs


def run(model, state, frames, tokens):
    """openai/whisper's encoder output and logits on the given weights."""
    model = whisper.model.Whisper(model.dims).eval()
    model.load_state_dict({k: torch.from_numpy(np.array(v, dtype=np.float32)) for k, v in state.items()})
    with torch.no_grad():
        audio = model.encoder(torch.from_numpy(frames.T.copy())[None])
        return audio[0].numpy(), model.decoder(torch.tensor([tokens]), audio)[0].numpy()


def slow_tokenizer(folder, names, special):
    ids = {name: i for i, name in enumerate(names)}
    json.dump(ids | {special[0]: len(names)}, open(os.path.join(folder, "vocab.json"), "w"))
    added = {name: len(names) + i for i, name in enumerate(special)}
    json.dump(added, open(os.path.join(folder, "added_tokens.json"), "w"))


def fast_tokenizer(folder, names, special):
    """Without timestamps, as many published folders are."""
    special = special[: special.index("<|notimestamps|>") + 1]
    added = [{"id": len(names) + i, "content": name, "special": True} for i, name in enumerate(special)]
    model = {"type": "BPE", "vocab": {name: i for i, name in enumerate(names)} | {special[0]: len(names)}, "merges": []}
    json.dump({"version": "1.0", "added_tokens": added, "model": model}, open(os.path.join(folder, "tokenizer.json"), "w"))


def layouts(source, target, kinds, shard, heads, bins):
    """All layouts of a CTranslate2 folder; weights as a reader sees them, by layout. `bins` cuts the unused mel filters short."""
    model = ctranslate2_whisper.load(os.path.join(source, "model.bin"))
    texts, names, special = vocabulary(source)
    state = {k: v.numpy() for k, v in model.state_dict().items()}
    seen = {}
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    filters = np.load(os.path.join(os.path.dirname(whisper.__file__), "assets", "mel_filters.npz"))[f"mel_{model.dims.n_mels}"][:, :bins]
    for kind in kinds:
        name = f"ggml-{kind}.bin"
        seen[name] = ggml_whisper.write(os.path.join(target, name), model.dims, state, texts, filters, kind)
    half = {k: v.astype(np.float16) for k, v in state.items()}
    seen["hugging-face"] = half
    folder = os.path.join(target, "hugging-face")
    hugging_face(model, folder, torch.float16, heads=heads)
    fast_tokenizer(folder, names, special)
    seen["hugging-face-shards"] = {k: torch.from_numpy(v).bfloat16().float().numpy() for k, v in state.items()}
    folder = os.path.join(target, "hugging-face-shards")
    hugging_face(model, folder, torch.bfloat16, shard=shard)
    assert os.path.exists(os.path.join(folder, "model.safetensors.index.json")), "there are several shards"
    slow_tokenizer(folder, names, special)
    seen["openai"] = state
    folder = os.path.join(target, "openai")
    os.makedirs(folder)
    save_file({k: np.ascontiguousarray(v) for k, v in state.items()}, os.path.join(folder, "whisper.safetensors"))
    json.dump({k: int(v) for k, v in vars(model.dims).items()}, open(os.path.join(folder, "config.json"), "w"))
    with open(os.path.join(folder, "multilingual.tiktoken"), "w") as out:
        out.writelines(f"{base64.b64encode(text).decode() or '='} {rank}\n" for rank, text in enumerate(texts))
    return model, seen


def tiny():
    model, seen = layouts(
        os.path.join(HERE, "tiny-whisper"), os.path.join(HERE, "layouts"), ("f16", "q8_0", "q5_0", "q5_1", "q4_0", "q4_1"), "80KB",
        [[1, 0], [0, 1]], 4)
    reference = load_file(os.path.join(HERE, "tiny-whisper.safetensors"))
    frames, tokens = reference["frames"], [int(t) for t in reference["tokens"]]
    path = os.path.join(HERE, "manifest.json")
    manifest = json.load(open(path))
    manifest["tensors"] = [e for e in manifest["tensors"] if not e["command"].startswith(COMMAND)]
    for layout, state in seen.items():
        encoder, logits = run(model, state, frames, tokens)
        if layout in ("ggml-f16.bin", "hugging-face", "openai"):  # the very weights of tiny-whisper
            assert np.array_equal(encoder, reference["encoder"]) and np.array_equal(logits, reference["logits"])
            continue
        print(layout, "differs from the unrounded model by", abs(logits - reference["logits"]).max())
        name = f"layouts/{layout.removesuffix('.bin')}.reference.safetensors"
        save_file({"encoder": encoder, "logits": logits}, os.path.join(HERE, name))
        manifest["tensors"].append({
            "file": name, "what": f"layouts/{layout}: encoder output and logits for the window and tokens of tiny-whisper.safetensors",
            "source": f"openai-whisper {whisper.__version__}, torch {torch.__version__}", "command": COMMAND,
            "tolerance": 0.0001, "sha256": hashlib.sha256(open(os.path.join(HERE, name), "rb").read()).hexdigest()})
    json.dump(manifest, open(path, "w"), indent=1)
    theirs = WhisperForConditionalGeneration.from_pretrained(os.path.join(HERE, "layouts", "hugging-face"), dtype=torch.float32)
    with torch.no_grad():
        logits = theirs(torch.from_numpy(frames.T.copy())[None], decoder_input_ids=torch.tensor([tokens])).logits[0]
    print("transformers differs from openai/whisper by", abs(logits.numpy() - reference["logits"]).max())


if len(sys.argv) == 1:
    tiny()
else:
    layouts(sys.argv[1], sys.argv[2], ("f16", "q8_0", "q5_0", "q5_1", "q4_0"), "60MB", None, None)
