"""A design run by PyTorch: another program's layers, losses and automatic differentiation on the same weights.

Only `record.py` needs it, and with it PyTorch.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch.nn import functional as f

from engine.design import Design
from engine.design.inference import inputs_in_port_order, order_of

Tensor = Any

ACTIVATIONS: dict[str, Any] = {
    "linear": lambda x: x,
    "relu": f.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": f.gelu,
    "elu": f.elu,
    "selu": f.selu,
    "softplus": f.softplus,
    "softsign": f.softsign,
    "swish": f.silu,
    "leaky_relu": lambda x: f.leaky_relu(x, 0.2),
    "softmax": lambda x: torch.softmax(x, -1),
}


def run(
    design: Design, weights: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray
) -> tuple[float, dict[str, Any]]:
    """Return (loss, gradient of each parameter) as PyTorch computes them in training mode."""
    parameters = {name: torch.tensor(array, requires_grad=True) for name, array in weights.items()}
    values: dict[str, Tensor] = {}
    loss: Tensor = torch.zeros(())
    for node_id in order_of(design)[0]:
        node = design.nodes[node_id]
        edges = inputs_in_port_order(design, node_id, design.incoming(node_id)) or []
        inputs = [values[edge.source] for edge in edges]
        if node.type == "Input":
            values[node_id] = torch.tensor(x)
        elif node.type == "Output":
            loss = loss + _loss(node.layer, inputs[0], torch.tensor(y))
        else:
            own = {n.split("/")[1]: p for n, p in parameters.items() if n.split("/")[0] == node.name}
            values[node_id] = _layer(node.layer, inputs, own)
            regularizer = getattr(node.layer, "kernel_regularizer", None)
            if regularizer == "l2":
                loss = loss + 0.01 * own["kernel"].square().sum()
            if regularizer == "l1":
                loss = loss + 0.01 * own["kernel"].abs().sum()
    loss.backward()
    return float(loss.detach()), {n: p.grad.numpy() for n, p in parameters.items() if p.grad is not None}


def _layer(layer: Any, inputs: list[Tensor], own: dict[str, Tensor]) -> Tensor:
    x = inputs[0]
    match layer.NAME:
        case "Dense":
            y = x @ own["kernel"] + own.get("bias", 0)
        case "Conv2D":
            y = _convolution(layer, x, own)
        case "Activation":
            return ACTIVATIONS[layer.function](x)
        case "BatchNormalization":
            flat = x.reshape(-1, x.shape[-1])
            args = {"training": True, "eps": layer.epsilon, "momentum": 0.0}
            y = f.batch_norm(flat, None, None, own["gamma"], own["beta"], **args).reshape(x.shape)
        case "LayerNormalization":
            y = f.layer_norm(x, x.shape[-1:], own["gamma"], own["beta"], layer.epsilon)
        case "MaxPooling2D":
            y = f.max_pool2d(x.permute(0, 3, 1, 2), layer.pool_size).permute(0, 2, 3, 1)
        case "AveragePooling2D":
            y = f.avg_pool2d(x.permute(0, 3, 1, 2), layer.pool_size).permute(0, 2, 3, 1)
        case "GlobalAveragePooling2D":
            y = x.mean((1, 2))
        case "Flatten":
            y = x.reshape(len(x), -1)
        case "Add":
            y = sum(inputs[1:], x)
        case "Multiply":
            y = math.prod(inputs[1:], start=x)
        case "Concatenate":
            y = torch.cat(inputs, -1)
        case other:
            raise AssertionError(f"no twin for {other}")
    return ACTIVATIONS[getattr(layer, "activation", "linear")](y)


def _convolution(layer: Any, x: Tensor, own: dict[str, Tensor]) -> Tensor:
    kernel, x = own["kernel"].permute(3, 2, 0, 1), x.permute(0, 3, 1, 2)
    if layer.padding == "same":
        pads = []
        for size, k, s, d in zip(
            x.shape[2:], layer.kernel_size, layer.strides, layer.dilation_rate, strict=True
        ):
            total = max((math.ceil(size / s) - 1) * s + (k - 1) * d + 1 - size, 0)
            pads.append((total // 2, total - total // 2))
        x = f.pad(x, (*pads[1], *pads[0]))
    y = f.conv2d(x, kernel, own.get("bias"), tuple(layer.strides), 0, tuple(layer.dilation_rate))
    return y.permute(0, 2, 3, 1)


def _loss(layer: Any, p: Tensor, t: Tensor) -> Tensor:
    match layer.loss:
        case "categorical_crossentropy":
            return -(t * torch.log(p)).sum(-1).mean()
        case "binary_crossentropy":
            return f.binary_cross_entropy(p, t)
        case "mean_squared_error":
            return f.mse_loss(p, t)
        case "huber":
            return f.huber_loss(p, t)
        case other:
            raise AssertionError(f"no twin for {other}")
