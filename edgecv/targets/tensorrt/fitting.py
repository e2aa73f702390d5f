"""Small changes to an ONNX file that leave its network as it is, and that TensorRT needs."""

from pathlib import Path

from edgecv.errors import InputError
from edgecv.records.files import write_whole
from edgecv.targets.tensorrt.operators import Version, opsets

OLD_OPSET, OLD_IR = 13, 7  # of TensorRT before 8.4


def fit(path: Path, version: Version) -> None:
    """Write out what older parsers do not assume, and lower the opset for those that end before the file's."""
    import onnx

    model = onnx.load(path)
    last = opsets(version)[1]
    old = model.opset_import[0].version > last
    for node in model.graph.node:
        if node.op_type == "Reshape" and not node.attribute and not old:  # 8.4 refuses one that leaves it out
            node.attribute.append(onnx.helper.make_attribute("allowzero", 0))
        elif node.op_type == "Reshape" and old:  # which came with opset 14
            del node.attribute[:]
    if old:
        del model.opset_import[:]
        model.opset_import.append(onnx.helper.make_opsetid("", OLD_OPSET))
        model.ir_version = OLD_IR
        _check(model, version)
    write_whole(path, model.SerializeToString(deterministic=True))


def _check(model: object, version: Version) -> None:
    """From 14 to 17 operators gained types and options; what a network of floats computes stayed the same."""
    import onnx

    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        said = next((line for line in str(error).splitlines() if line.strip()), "no reason given")
        raise InputError(
            f"TensorRT {'.'.join(map(str, version))} reads opset {OLD_OPSET}, which cannot hold this network: {said}"
        ) from error
