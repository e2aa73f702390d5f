"""The operators of a TFLite file: only built-in ones, and only in versions that the device's runtime knows.

An operator gains a version whenever it learns something new, and converters write what they are used to themselves. A
runtime that is older refuses the file on the board; here it costs a sentence.
"""

from collections.abc import Iterator
from typing import NamedTuple

from edgecv.documents.versions import older
from edgecv.errors import InputError
from edgecv.targets.protocol import Spec

OLD_RUNTIME = "tflite-runtime"  # which ended with 2.14, and is the only one for 32-bit ARM
NEWEST_OLD_RUNTIME = "2.14"

# The newest version of every operator that it knows. Asked of the package itself, one file for each operator and
# version; a test asks again.
KNOWN_TO_OLD_RUNTIME = {
    operator: version
    for version, operators in {
        1: (
            "ADD_N ASSIGN_VARIABLE ATAN2 BITCAST BITWISE_XOR BROADCAST_ARGS BUCKETIZE CALL_ONCE CEIL COMPLEX_ABS "
            "CONV_3D CONV_3D_TRANSPOSE COS CUMSUM DENSIFY DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP_SPARSE EXPAND_DIMS "
            "FLOOR HARD_SWISH HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_LOOKUP HASHTABLE_SIZE IF IMAG "
            "L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOG LOGICAL_AND LOGICAL_NOT LOGICAL_OR LSH_PROJECTION MATRIX_DIAG "
            "MATRIX_SET_DIAG MULTINOMIAL NEG NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 ONE_HOT POW PRELU "
            "RANDOM_STANDARD_NORMAL RANDOM_UNIFORM RANK READ_VARIABLE REAL REDUCE_ALL REDUCE_ANY RELU_0_TO_1 "
            "RELU_N1_TO_1 RESHAPE REVERSE_SEQUENCE RFFT2D RIGHT_SHIFT ROUND SCATTER_ND SEGMENT_SUM SHAPE SIN SKIP_GRAM "
            "SQRT SQUARE UNIQUE UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_MIN UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_SUM "
            "VAR_HANDLE WHILE ZEROS_LIKE"
        ),
        2: (
            "DEPTH_TO_SPACE DIV EXP FAKE_QUANT FLOOR_MOD GELU GREATER L2_NORMALIZATION LEAKY_RELU LESS_EQUAL "
            "LOG_SOFTMAX RANGE REDUCE_PROD RSQRT SELECT_V2 SIGN SPACE_TO_DEPTH SPLIT_V SQUARED_DIFFERENCE SQUEEZE SUM "
            "WHERE"
        ),
        3: (
            "ARG_MAX ARG_MIN AVERAGE_POOL_2D BIDIRECTIONAL_SEQUENCE_LSTM BIDIRECTIONAL_SEQUENCE_RNN BROADCAST_TO "
            "EMBEDDING_LOOKUP FLOOR_DIV GREATER_EQUAL LESS LOGISTIC MAX_POOL_2D MEAN MIRROR_PAD NOT_EQUAL QUANTIZE "
            "REDUCE_MAX REDUCE_MIN RELU RELU6 REVERSE_V2 RNN SOFTMAX SPARSE_TO_DENSE TANH TILE TOPK_V2 "
            "UNIDIRECTIONAL_SEQUENCE_RNN"
        ),
        4: (
            "BATCH_MATMUL BATCH_TO_SPACE_ND CONCATENATION EQUAL FILL GATHER_ND LSTM MAXIMUM MINIMUM PACK PAD PADV2 "
            "RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR SELECT SPACE_TO_BATCH_ND SPLIT SVDF TRANSPOSE_CONV "
            "UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK"
        ),
        5: "ABS ADD CAST DEQUANTIZE SUB",
        6: "GATHER SLICE TRANSPOSE",
        7: "CONV_2D DEPTHWISE_CONV_2D MUL",
        8: "STRIDED_SLICE",
        10: "FULLY_CONNECTED",
    }.items()
    for operator in operators.split()
}


class Operator(NamedTuple):
    """One operator of a file."""

    name: str
    version: int
    mixed: bool  # int8 weights meet float32 values
    custom: str  # what an operator from outside TFLite is called


def check_operators(content: bytes, network: str, spec: Spec) -> None:
    """Refuse a file that the runtime of the device would refuse."""
    for operator in operators(content):
        if operator.custom:
            raise InputError(
                f"{network}: the file needs '{operator.custom}', an operator from outside TFLite, which devices lack; "
                "replace the layer that makes it"
            )
        if spec.package == OLD_RUNTIME:
            _check_old_runtime(operator, network, spec)


def not_checked(spec: Spec) -> tuple[str, ...]:
    """A warning about a runtime that is older than the one whose operators are known here."""
    if spec.package != OLD_RUNTIME or not older(spec.oldest, NEWEST_OLD_RUNTIME):
        return ()
    return (f"its operators were held against {OLD_RUNTIME} {NEWEST_OLD_RUNTIME}; {spec.oldest} may know fewer",)


def _check_old_runtime(operator: Operator, network: str, spec: Spec) -> None:
    name, version = operator.name, operator.version
    known = KNOWN_TO_OLD_RUNTIME.get(name, 0)
    if not known:
        said = f"{name}: {OLD_RUNTIME} does not know this operator"
    elif version > known:
        said = f"{name} of version {version}: {OLD_RUNTIME} ends at version {known}"
    elif operator.mixed and name == "TRANSPOSE_CONV":
        said = f"{name} with int8 weights for float32 values: {OLD_RUNTIME} refuses it"
    else:
        return
    others = "float32, float16, int8 or int16x8" if spec.precision == "dynamic" else "another precision"
    raise InputError(f"{network}: {spec.precision}: {said}; choose {others}, or ai-edge-litert on the device")


def operators(content: bytes) -> Iterator[Operator]:
    """The operators of a file, in its order."""
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    model = schema.Model.GetRootAs(content)
    for graph in map(model.Subgraphs, range(model.SubgraphsLength())):
        for operator in map(graph.Operators, range(graph.OperatorsLength())):
            code = model.OperatorCodes(operator.OpcodeIndex())
            types = {graph.Tensors(index).Type() for index in operator.InputsAsNumpy() if index >= 0}
            mixed = {schema.TensorType.INT8, schema.TensorType.FLOAT32} <= types
            # Files of before operators numbered 128 and more keep theirs in the older field.
            name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            yield Operator(name, code.Version(), mixed, (code.CustomCode() or b"").decode())


def check_one_scale_a_tensor(content: bytes, network: str) -> None:
    """Refuse a file in which a tensor has a scale for each channel: the device's hardware takes only one."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(content)
    for graph in map(model.Subgraphs, range(model.SubgraphsLength())):
        for tensor in map(graph.Tensors, range(graph.TensorsLength())):
            scales = tensor.Quantization().ScaleLength() if tensor.Quantization() else 0
            if scales > 1:
                raise InputError(
                    f"{network}: the TFLite converter keeps {scales} scales for '{tensor.Name().decode()}', "
                    "where the device takes one a tensor; choose float32 or float16"
                )
