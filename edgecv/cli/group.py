"""The list of commands: a command's module is imported when the command is asked for, so that `--help` is quick."""

import importlib
import os

import click

from edgecv.errors import did_you_mean

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("edgecv.cli.run", "All of it: data, train, build, parity, bench, evaluate, report."),
    "train": ("edgecv.cli.train", "Train the network of a recipe."),
    "convert": ("edgecv.cli.convert", "Turn a network into artifacts that devices run."),
    "parity": ("edgecv.cli.parity", "Prove that an artifact is still its network."),
    "bench": ("edgecv.cli.bench", "Measure the latency and memory of artifacts."),
    "evaluate": ("edgecv.cli.evaluate", "Measure the accuracy of artifacts."),
    "predict": ("edgecv.cli.predict", "Run an artifact on images."),
    "bundle": ("edgecv.cli.bundle", "Make one file of an artifact that runs on a board."),
    "report": ("edgecv.cli.report", "Tables and a page from measurements and evaluations."),
    "inspect": ("edgecv.cli.inspect", "Layers, parameters, multiply-accumulates and memory of a network."),
    "devices": ("edgecv.cli.devices", "List the device profiles, or show one."),
    "recipes": ("edgecv.cli.recipes", "List the recipes, or show one."),
    "models": ("edgecv.cli.models", "List the models, or show one."),
    "data": ("edgecv.cli.data", "Check data before a training, or look at it."),
    "cache": ("edgecv.cli.cache", "The store of finished work: list it, or drop what nobody uses."),
    "probe": ("edgecv.cli.probe", "What this machine is, as a device profile to start from."),
    "doctor": ("edgecv.cli.doctor", "What is installed, what clashes, and what to type to mend it."),
}


class Commands(click.Group):
    """A click group over COMMANDS."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name][0]).command
        if not any(parameter.name == "verbose" for parameter in command.params):
            command.params.append(verbose())  # `edgecv run X -v` is typed as often as `edgecv -v run X`
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not ctx.resilient_parsing and args[0] not in COMMANDS:
            ctx.fail(_unknown(args[0]))
        return super().resolve_command(ctx, args)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in COMMANDS.items()])


def verbose() -> click.Option:
    """The option -v, which reaches child processes through the environment."""
    return click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        expose_value=False,
        callback=_set_verbose,
        help="Show the vendor tools' own output.",
    )


def _set_verbose(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        os.environ["EDGECV_VERBOSE"] = "1"


def _unknown(name: str) -> str:
    return f"no command '{name}'{did_you_mean(name, COMMANDS) or '; to list them: edgecv --help'}"
