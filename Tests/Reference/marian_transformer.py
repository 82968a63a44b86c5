#!/usr/bin/env python3
"""Makes Tests/Reference/tiny-marian*: tiny seeded OPUS-MT models in three folders, and what transformers computes with them.

    python3 -m venv peers && peers/bin/pip install transformers==5.23.0 torch==2.13.0 safetensors sentencepiece numpy
    peers/bin/python Tests/Reference/marian_transformer.py

- tiny-marian/hf-shared: Hugging Face's layout, one vocabulary for both languages, swish.
- tiny-marian/hf-two: the same layout with a vocabulary for each language, ReLU, float16 file.
- tiny-marian/marian: the weights of hf-shared as Marian stores them: `model.npz`, `decoder.yml`, `vocab.yml`.

tiny-marian.json has, for each folder and each of a few texts, the piece ids and what `generate` answers greedily and with a beam
of 4 (ids, score). tiny-marian.safetensors has encoder outputs and the logits of a forced target. For the Marian folder the
reference model is given Marian's own position signal and norm epsilon, in which transformers departs from Marian.
"""
import io, json, math, pathlib, shutil

import numpy as np
import sentencepiece
import torch
from safetensors.torch import save_file
from transformers import MarianConfig, MarianMTModel
import transformers

TEXTS = [
    "the cat sat on the mat", "a dog", "we sing and we dance in the rain", "it is late",
    "the rain in the hills sings to the sea and the sea answers", "xyz, the end!",
]
CORPUS = TEXTS + [
    "o gato sentou no tapete", "um cachorro", "cantamos e dançamos na chuva", "é tarde", "a chuva nas colinas canta para o mar",
]
LIMIT = 2.5  # words for each source piece, the end of the sentence counted
HERE = pathlib.Path(__file__).parent
ROOT = HERE / "tiny-marian"


def pieces(corpus, words):
    """A SentencePiece model without normalisation, as bytes."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_writer=model, vocab_size=words, hard_vocab_limit=False,
        normalization_rule_name="identity", minloglevel=2, num_threads=1)
    return model.getvalue()


def table(*models):
    """Numbers as OPUS-MT has them: the end of the sentence, the unknown word, the pieces, and the padding last."""
    words = ["</s>", "<unk>", ">>por<<"]
    for model in models:
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        for index in range(processor.get_piece_size()):
            word = processor.id_to_piece(index)
            if word not in words and word != "<s>":
                words.append(word)
    return {word: number for number, word in enumerate(words + ["<pad>"])}


def model(words, shared, activation, end, seed):
    torch.manual_seed(seed)
    config = MarianConfig(
        vocab_size=words[0], decoder_vocab_size=words[1], d_model=32, encoder_layers=2, decoder_layers=3,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=40,
        activation_function=activation, scale_embedding=True, share_encoder_decoder_embeddings=shared,
        tie_word_embeddings=True, pad_token_id=words[1] - 1, decoder_start_token_id=words[1] - 1, eos_token_id=0,
        forced_eos_token_id=None, max_position_embeddings=128, use_cache=True, dropout=0.0)
    model = MarianMTModel(config).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "embed_positions" in name:
                continue
            if "layer_norm.weight" in name:
                value.uniform_(0.8, 1.2)
            elif name.endswith("bias"):
                value.uniform_(-0.2, 0.2)
            elif "embed" in name or "shared" in name:
                value.normal_(0, 0.3)
            else:
                value.normal_(0, 0.4)
        # A word's own logit is low, so that the model does not only repeat its last word.
        model.model.decoder.layers[-1].final_layer_norm.weight.neg_()
        # The decoder begins with a vector of zeros, as in the converted models.
        model.model.decoder.embed_tokens.weight[-1] = 0
        model.final_logits_bias.uniform_(-0.5, 0.5)
        model.final_logits_bias[0, 0] = end  # sentences end
        model.final_logits_bias[0, 1] = -9  # Marian never answers the unknown word
    return model


def marian_positions(positions, dimension):
    """marian-dev src/graph/node_initializers.cpp: the wavelengths of the first and the last channel are both reached."""
    half = dimension // 2
    frequencies = np.exp(np.arange(half) * -(math.log(10000) / (half - 1)))
    angles = np.arange(positions)[:, None] * frequencies[None]
    return torch.tensor(np.concatenate([np.sin(angles), np.cos(angles)], 1), dtype=torch.float32)


def marianise(model):
    for side in (model.model.encoder, model.model.decoder):
        table = side.embed_positions.weight
        table.data.copy_(marian_positions(*table.shape))
    for module in model.modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.eps = 1e-6


def marian_arrays(model, config):
    """The weights under Marian's names, matrices as [input, output]."""
    arrays = {"Wemb": model.model.encoder.embed_tokens.weight, "decoder_ff_logit_out_b": model.final_logits_bias}

    def attention(prefix, module, norm):
        for letter, part in zip("qkvo", (module.q_proj, module.k_proj, module.v_proj, module.out_proj)):
            arrays[f"{prefix}_W{letter}"], arrays[f"{prefix}_b{letter}"] = part.weight.T, part.bias[None]
        arrays[prefix + "_Wo_ln_scale"], arrays[prefix + "_Wo_ln_bias"] = norm.weight[None], norm.bias[None]

    for side, stack in (("encoder", model.model.encoder), ("decoder", model.model.decoder)):
        for number, layer in enumerate(stack.layers, 1):
            prefix = f"{side}_l{number}"
            attention(prefix + "_self", layer.self_attn, layer.self_attn_layer_norm)
            if side == "decoder":
                attention(prefix + "_context", layer.encoder_attn, layer.encoder_attn_layer_norm)
            for index, part in (("1", layer.fc1), ("2", layer.fc2)):
                arrays[f"{prefix}_ffn_W{index}"], arrays[f"{prefix}_ffn_b{index}"] = part.weight.T, part.bias[None]
            arrays[prefix + "_ffn_ffn_ln_scale"] = layer.final_layer_norm.weight[None]
            arrays[prefix + "_ffn_ffn_ln_bias"] = layer.final_layer_norm.bias[None]
    settings = {
        "type": "transformer", "transformer-decoder-autoreg": "self-attention", "transformer-preprocess": '""',
        "transformer-postprocess": "dan", "transformer-postprocess-emb": "d",
        "transformer-ffn-activation": config.activation_function, "transformer-heads": config.encoder_attention_heads,
        "enc-depth": config.encoder_layers, "dec-depth": config.decoder_layers, "dim-emb": config.d_model,
        "transformer-dim-ffn": config.encoder_ffn_dim, "transformer-decoder-dim-ffn": config.decoder_ffn_dim,
        "transformer-ffn-depth": 2, "tied-embeddings-all": "true", "layer-normalization": "false",
        "dim-vocabs": [config.vocab_size, config.vocab_size],
    }
    text = "".join(f"{key}: {value}\n" for key, value in settings.items())
    arrays = {name: value.detach().numpy().copy() for name, value in arrays.items()}
    arrays["special:model.yml"] = np.frombuffer(text.encode() + b"\0", dtype=np.int8)
    return arrays


def answers(model, source, words):
    processor = sentencepiece.SentencePieceProcessor(model_proto=source)
    pad = model.config.pad_token_id
    results = []
    for text in TEXTS:
        ids = [words.get(piece, 1) for piece in processor.encode(text, out_type=str)] + [0]
        limit = math.ceil(LIMIT * len(ids))
        result = {"text": text, "source": ids}
        for beam in (1, 4):
            found = model.generate(
                torch.tensor([ids]), num_beams=beam, max_new_tokens=limit, do_sample=False, bad_words_ids=[[pad]],
                length_penalty=1.0, early_stopping=False, output_scores=True, return_dict_in_generate=True,
                num_return_sequences=beam, forced_eos_token_id=None)
            if beam == 1:
                result["greedy"] = found.sequences[0, 1:].tolist()
            else:
                result["beam"] = [row[1:].tolist() for row in found.sequences]
                result["beam"] = [[word for word in row if word != pad] for row in result["beam"]]
                result["scores"] = [round(score, 6) for score in found.sequences_scores.tolist()]
        results.append(result)
    return results


def stages(model, results):
    source = torch.tensor([results[4]["source"]])
    target = torch.tensor([[model.config.decoder_start_token_id] + results[0]["beam"][1][:8]])
    with torch.no_grad():
        encoded = model.get_encoder()(source).last_hidden_state[0]
        logits = model(input_ids=source, decoder_input_ids=target).logits[0]
    return {"encoder": encoded.contiguous(), "logits": logits.contiguous()}, target[0].tolist()[1:]


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    tensors, folders = {}, []
    source, target = pieces(CORPUS[: len(TEXTS)], 60), pieces(CORPUS[len(TEXTS) :], 50)

    def write(name, model, results, target_words):
        stage, forced = stages(model, results)
        tensors.update({f"{name}.{key}": value for key, value in stage.items()})
        folders.append({"folder": name, "texts": results, "stages_of": 4, "forced": forced})

    def folder(name):
        path = ROOT / name
        path.mkdir(parents=True)
        (path / "source.spm").write_bytes(source)
        (path / "target.spm").write_bytes(target)
        return path

    words = table(source, target)
    shared = model((len(words), len(words)), True, "swish", 2, 7)
    path = folder("hf-shared")
    shared.save_pretrained(path)
    (path / "vocab.json").write_text(json.dumps(words, ensure_ascii=False, indent=0))
    write("hf-shared", shared, answers(shared, source, words), words)

    source_words, target_words = table(source), table(target)
    two = model((len(source_words), len(target_words)), False, "relu", 3, 11)
    path = folder("hf-two")
    two.half().save_pretrained(path)
    two.float()
    for side in (two.model.encoder, two.model.decoder):  # computed in float by a model that is loaded from this file
        side.embed_positions.weight.data.copy_(side.embed_positions.create_weight())
    (path / "vocab.json").write_text(json.dumps(source_words, ensure_ascii=False, indent=0))
    (path / "target_vocab.json").write_text(json.dumps(target_words, ensure_ascii=False, indent=0))
    write("hf-two", two, answers(two, source, source_words), target_words)

    marianise(shared)
    path = folder("marian")
    np.savez(path / "model.npz", **marian_arrays(shared, shared.config))
    (path / "vocab.yml").write_text("".join(f"{json.dumps(word, ensure_ascii=False)}: {id}\n" for word, id in words.items()))
    (path / "decoder.yml").write_text(
        "relative-paths: true\nmodels:\n  - model.npz\nvocabs:\n  - vocab.yml\n  - vocab.yml\nbeam-size: 6\nnormalize: 1\n")
    write("marian", shared, answers(shared, source, words), words)

    for entry in ROOT.glob("*/generation_config.json"):
        entry.unlink()
    save_file(tensors, HERE / "tiny-marian.safetensors")
    made = f"transformers {transformers.__version__}, torch {torch.__version__}"
    (HERE / "tiny-marian.json").write_text(
        json.dumps({"made_by": "Tests/Reference/marian_transformer.py", "engine": made, "folders": folders}) + "\n")


main()
