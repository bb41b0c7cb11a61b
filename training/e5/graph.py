"""Writes the layers as an ONNX graph, weights in eight bits. Knows nothing about words: it takes their vectors.

Built from onnxruntime's own fused operators rather than exported and optimised: each was chosen by its time, and the
graph is the same whatever made it. A product's input is scaled to eight bits by its own range, over the text at hand.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.e5.model import Array, Model, Norm

FUSED = "com.microsoft"
OPSETS = {"": 17, FUSED: 1}  # what onnxruntime reads since 1.14
IR = 8
MOST = 127  # the largest code of a weight; 63 would never overflow on processors without VNNI, and is no better there
#: A channel of a product's input whose values reach this many times those of the median channel is divided down to
#: that, and its weights multiplied: else a handful of channels, up to 40 times the others, take the eight bits of all.
OUTLYING = 3.0

#: By layer and product: the largest value of each channel of the product's input, (width,).
Peaks = Mapping[tuple[int, str], Array]


def make_graph(model: Model, peaks: Peaks) -> onnx.ModelProto:
    """A graph from "words", float32 (1, n, dim), the vectors of a text's pieces, to "mean", (1, dim), not scaled."""
    graph = _Graph(model)
    x = graph.embedded("words")
    for i, layer in enumerate(model.layers):
        narrowed = graph.narrowed(x, peaks[i, "attention"])
        heads = [graph.product(narrowed, one.weight, one.bias) for one in (layer.query, layer.key, layer.value)]
        found = graph.add("MultiHeadAttention", heads, domain=FUSED, num_heads=model.heads)
        mixed = graph.product(graph.narrowed(found, peaks[i, "mixed"]), layer.mixed.weight, layer.mixed.bias)
        x = graph.normed(graph.add("Add", [x, mixed]), layer.mixed_norm)
        wide = graph.product(graph.narrowed(x, peaks[i, "wide"]), layer.wide.weight)
        wide = graph.add("BiasGelu", [wide, graph.constant(layer.wide.bias)], domain=FUSED)
        narrow = graph.product(graph.narrowed(wide, peaks[i, "narrow"]), layer.narrow.weight, layer.narrow.bias)
        x = graph.normed(graph.add("Add", [x, narrow]), layer.narrow_norm)
    graph.add("ReduceMean", [x], outputs=["mean"], axes=[1], keepdims=0)
    return graph.finished()


def damping(peaks: Array) -> Array:
    """(width,), 1 or more: what each channel is divided by before it is put into eight bits."""
    return np.maximum(peaks / (OUTLYING * np.median(peaks)), 1).astype(np.float32)


def eight_bits(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """Codes (out, in) and the scale of each output channel, (out,)."""
    scales = np.abs(weight).max(axis=1) / MOST
    return np.rint(weight / scales[:, None]).astype(np.int8), scales.astype(np.float32)


class _Narrow:
    """A product's input in eight bits: names of codes, scale and zero point, and what its channels were divided by."""

    def __init__(self, codes: str, scale: str, zero: str, divisor: Array) -> None:
        self.codes, self.scale, self.zero, self.divisor = codes, scale, zero, divisor


class _Graph:
    """Nodes and constants in the order in which they are added."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, value: NDArray[np.generic]) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, inputs: list[str], outputs: list[str] | None = None, **attributes: object) -> str:
        """The name of the first output of a new node."""
        names = outputs or [f"n{len(self._nodes)}"]
        self._nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0]

    def embedded(self, words: str) -> str:
        """The words' vectors and those of their positions, normalised."""
        positions = self.constant(self._model.positions)
        start, axis = self.constant(np.array([0])), self.constant(np.array([0]))
        length = self.add("Shape", [words], start=1, end=2)
        placed = self.add("Add", [words, self.add("Slice", [positions, start, length, axis])])
        return self.normed(placed, self._model.norm)

    def normed(self, x: str, by: Norm) -> str:
        scale, shift = self.constant(by.scale), self.constant(by.shift)
        return self.add("LayerNormalization", [x, scale, shift], epsilon=self._model.epsilon)

    def narrowed(self, x: str, peaks: Array) -> _Narrow:
        divisor = damping(peaks)
        if (divisor > 1).any():
            x = self.add("Mul", [x, self.constant(1 / divisor)])
        names = [f"n{len(self._nodes)}{part}" for part in ("", "_scale", "_zero")]
        self.add("DynamicQuantizeLinear", [x], names)
        return _Narrow(*names, divisor)

    def product(self, x: _Narrow, weight: Array, bias: Array | None = None) -> str:
        codes, scales = eight_bits(weight * x.divisor)
        inputs = [x.codes, self.constant(codes.T), x.scale, self.constant(scales), x.zero, ""]
        if bias is not None:
            inputs.append(self.constant(bias))
        return self.add("MatMulIntegerToFloat", inputs, domain=FUSED)

    def finished(self) -> onnx.ModelProto:
        dim = self._model.words.shape[1]
        words = helper.make_tensor_value_info("words", TensorProto.FLOAT, [1, "pieces", dim])
        mean = helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1, dim])
        graph = helper.make_graph(self._nodes, "e5", [words], [mean], self._constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="training.e5")
        onnx.checker.check_model(made)
        return made
