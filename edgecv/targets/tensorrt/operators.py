"""What each version of TensorRT reads of ONNX: operators, opsets and types.

From docs/operators.md in the releases 8.0-GA to 10.1-GA of NVIDIA's parser, github.com/onnx/onnx-tensorrt, with only
what is marked as supported there; the opsets of 11 from NVIDIA's documentation. Between two entries the older holds,
and versions after the last are expected to read what it reads.
"""

Version = tuple[int, ...]

_FIRST = """
Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast Ceil Celu Clip Concat
Constant ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout Elu Equal Erf Exp
Expand EyeLike Flatten Floor GRU Gather GatherElements Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
GreaterOrEqual HardSigmoid Identity If InstanceNormalization LRN LSTM LeakyRelu Less LessOrEqual Log LogSoftmax Loop
LpNormalization LpPool MatMul Max MaxPool Mean Min Mul Neg Not Or PRelu Pad Pow QuantizeLinear RNN RandomUniform
RandomUniformLike Range ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
ReduceSum ReduceSumSquare Relu Reshape Resize ReverseSequence Scan Selu Shape Sigmoid Sin Sinh Size Slice Softmax
Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Unsqueeze
Upsample Where
"""

_ADDED: dict[Version, str] = {
    (8, 0): _FIRST,
    (8, 2): "Einsum GatherND IsNaN Round Scatter ScatterElements ScatterND Sign",
    (8, 4): "HardSwish RandomNormal RandomNormalLike Reciprocal Shrink Xor",
    (8, 5): "GridSample MeanVarianceNormalization Mod NonMaxSuppression NonZero OneHot RoiAlign Trilu",
    (8, 6): "GroupNormalization IsInf LayerNormalization",
    (10, 0): "CastLike Gelu Hardmax Mish",
    (10, 1): "DeformConv",
}
ADDED_IN: dict[str, Version] = {operator: version for version, names in _ADDED.items() for operator in names.split()}

_OPSETS: dict[Version, tuple[int, int]] = {(8, 0): (7, 13), (8, 4): (7, 17), (10, 0): (9, 20), (11, 0): (9, 25)}

# float64 is read, and narrowed to float32 without asking; before 10, int64 is narrowed to int32 in the same way.
_TYPES: dict[Version, str] = {
    (8, 0): "FLOAT FLOAT16 INT8 INT32 INT64 BOOL",
    (10, 0): "FLOAT FLOAT16 BFLOAT16 INT8 INT32 INT64 BOOL UINT8",
}


def parsed(version: str) -> Version:
    """(8, 4) of "8.4.1": what the tables go by."""
    major, minor, *_ = (*version.split("."), "0")
    return int(major), int(minor)


def opsets(version: Version) -> tuple[int, int]:
    """The first and the last opset."""
    return _OPSETS[max(each for each in _OPSETS if each <= max(version, (8, 0)))]


def types(version: Version) -> set[str]:
    """The types that tensors may have, by ONNX's names."""
    return set(_TYPES[max(each for each in _TYPES if each <= max(version, (8, 0)))].split())
