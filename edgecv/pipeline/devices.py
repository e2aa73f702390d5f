"""The bench and evaluate stages on all devices of a run: boards side by side, this machine after them and alone."""

import dataclasses
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from edgecv.errors import Unavailable
from edgecv.evaluation import HERE
from edgecv.pipeline.measure import evaluate, measure
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.evaluation import SUFFIX as EVALUATION
from edgecv.records.evaluation import Evaluation
from edgecv.records.measurement import SUFFIX as MEASUREMENT
from edgecv.records.measurement import Measurement
from edgecv.records.recipe import Recipe
from edgecv.records.samples import Samples

Records = tuple[list[Measurement], list[Evaluation]]


@dataclass(frozen=True)
class Stages:
    recipe: Recipe
    artifacts: Sequence[Artifact]
    test: Samples
    float_predictions: Path
    out: Path
    remeasure: bool

    def on(self, profiles: Sequence[DeviceProfile], workshop: Workshop) -> Records:
        """The records of every device, in their order."""
        boards = [profile for profile in profiles if profile.connection]
        done = dict(zip((board.name for board in boards), self._side_by_side(boards, workshop), strict=True))
        for profile in profiles:
            if not profile.connection:
                done[profile.name] = self._on(profile, workshop)
        every = [done[profile.name] for profile in profiles] or [([], self._scored(None, workshop))]
        return [each for taken, _ in every for each in taken], [each for _, scored in every for each in scored]

    def _side_by_side(self, boards: Sequence[DeviceProfile], workshop: Workshop) -> list[Records]:
        """A thread for each, which is mostly spent listening; Ctrl-C reaches them where they tell of progress."""
        interrupted = threading.Event()

        def on(board: DeviceProfile) -> Records:
            def progress(text: str) -> None:
                if interrupted.is_set():
                    raise KeyboardInterrupt
                workshop.progress(text if len(boards) == 1 else f"{board.name}: {text}")

            return self._on(board, dataclasses.replace(workshop, progress=progress))

        with ThreadPoolExecutor(max(1, len(boards))) as threads:
            try:
                return list(threads.map(on, boards))
            except KeyboardInterrupt:
                interrupted.set()
                raise

    def _on(self, profile: DeviceProfile, workshop: Workshop) -> Records:
        taken = [self._measured(artifact, profile, workshop) for artifact in self.artifacts]
        return [each for each in taken if each], self._scored(profile, workshop)

    def _scored(self, profile: DeviceProfile | None, workshop: Workshop) -> list[Evaluation]:
        scored = [self._evaluated(artifact, profile, workshop) for artifact in self.artifacts]
        return [each for each in scored if each]

    def _measured(self, artifact: Artifact, profile: DeviceProfile, workshop: Workshop) -> Measurement | None:
        name = f"{artifact.folder_name}-{profile.name}"
        place = self.out / "measurements" / f"{name}{MEASUREMENT}"
        try:
            taken = measure(artifact, profile, self.recipe.bench, workshop, place, again=self.remeasure)
        except Unavailable as reason:
            workshop.say(f"bench     {name}: not measured: {reason}")
            return None
        latency = f"p50 {taken.latency.p50_ms:.3g} ms" if taken.latency else "; ".join(taken.reasons)
        workshop.say(f"bench     {name}: {latency}, {taken.verdict}")
        return taken

    def _evaluated(self, artifact: Artifact, profile: DeviceProfile | None, workshop: Workshop) -> Evaluation | None:
        name = f"{artifact.folder_name}-{profile.name if profile else HERE}"
        try:
            scored = evaluate(
                artifact,
                self.test,
                self.recipe.accuracy,
                workshop,
                self.out / "evaluations" / f"{name}{EVALUATION}",
                device=profile,
                split="test",
                float_predictions=self.float_predictions,
            )
        except Unavailable as reason:
            workshop.say(f"evaluate  {name}: not evaluated: {reason}")
            return None
        told = f"{scored.metric} {scored.value:.4f}, drop {scored.drop:+.4f}, {scored.verdict}"
        workshop.say(f"evaluate  {name}: {told}")
        return scored
