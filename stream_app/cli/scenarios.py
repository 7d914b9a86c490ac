"""Scenarios as the command line names them."""

import time

import click

from driftline.stream_app.simulator import Scenario, scenarios


def named(scenario: str | None) -> Scenario:
    """The scenario of that id.

    Raises:
        click.UsageError: there is none; the message names all.
    """
    every = scenarios()
    if scenario is None:
        raise click.UsageError(f"Name a scenario: {', '.join(every)}.")
    if scenario not in every:
        raise click.UsageError(f"There is no scenario {scenario!r}; there are {', '.join(every)}.")
    return every[scenario]


def ending_now(scenario: Scenario) -> Scenario:
    """The same, with the last event just past: brokers delete what is old and refuse what is yet to come."""
    return scenario.starting_at(round(1000 * (time.time() - scenario.duration_s)))
