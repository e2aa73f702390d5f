"""The classifiers of the zoo, from shallow to deep within a kind; the trunk of each can be tried as a backbone."""

from edgecv.models import (
    alexnet,
    densenet,
    ds_cnn,
    efficientnet_lite,
    googlenet,
    lenet5,
    mobilenet_v1,
    mobilenet_v2,
    mobilenet_v3,
    resnet,
    resnet8,
    tiny_classifier,
    vgg,
)
from edgecv.models.protocol import Classifier

CLASSIFIERS: dict[str, Classifier] = {
    "tiny_classifier": tiny_classifier,
    **lenet5.VARIANTS,
    **resnet8.VARIANTS,
    **ds_cnn.VARIANTS,
    **mobilenet_v1.VARIANTS,
    **mobilenet_v2.VARIANTS,
    **mobilenet_v3.VARIANTS,
    **efficientnet_lite.VARIANTS,
    **alexnet.VARIANTS,
    **vgg.VARIANTS,
    **googlenet.VARIANTS,
    **resnet.VARIANTS,
    **densenet.VARIANTS,
}
