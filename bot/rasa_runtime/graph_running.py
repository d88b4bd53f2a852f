"""Runs the components of a model one after the other, in place of the scheduler that Rasa takes for it.

The components of a message are a chain. Dask plans it anew for each message, and Rasa first writes the whole model
into a line for developers that nobody reads: together a tenth of a turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa.engine import graph
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.exceptions import InvalidConfigException, RasaException

Step = tuple[str, Sequence[str]]


def run_graph_directly() -> None:
    """Put it in place. Calling it again changes nothing."""
    DaskGraphRunner.run = _run


def _run(
    runner: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """Return the outcome of each target; raise `GraphRunError` as Rasa does."""
    wanted = tuple(targets or runner._graph_schema.target_names)
    plans: dict[tuple[str, ...], list[Step]] = runner.__dict__.setdefault("_plans", {})
    plan = plans.get(wanted)
    if plan is None:
        plan = plans[wanted] = steps_of(runner._graph_schema.minimal_graph_schema(list(wanted)))
    done = {name: (name, value) for name, value in (inputs or {}).items()}
    clash = next((value for _, value in done.values() if isinstance(value, str) and value in dict(plan)), None)
    if clash is not None:
        raise GraphRunError(f"Input value '{clash}' clashes with a node name.")
    try:
        for name, needs in plan:
            done[name] = _outcome(runner._instantiated_nodes[name], needs, done)
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return {name: done[name][1] for name in wanted}


def _outcome(node: Any, needs: Sequence[str], done: Mapping[str, tuple[str, Any]]) -> tuple[str, Any]:
    """What a node makes of what is done. Rasa sorts what it gets once more, and writes lines for developers."""
    plain = type(node) is GraphNode and node._eager and not node._hooks
    if not plain or any(source not in done for source in node._inputs.values()):
        # What nobody provides is passed on by name: the node says what it lacks
        outcome: tuple[str, Any] = node(*(done.get(need, need) for need in needs))
        return outcome
    given = {name: done[source][1] for name, source in node._inputs.items()}
    try:
        return node._node_name, node._fn(node._component, **given)
    except InvalidConfigException:
        raise
    except RasaException:
        graph.logger.error(f"Error running graph component for node {node._node_name}.")
        raise
    except Exception as error:
        raise GraphComponentException(f"Error running graph component for node {node._node_name}.") from error


def steps_of(schema: GraphSchema) -> list[Step]:
    """Return the nodes of a graph with what each needs, so that each comes after what it needs."""
    nodes: Mapping[str, Any] = schema.nodes
    steps: list[Step] = []
    seen: set[str] = set()

    def add(name: str) -> None:
        if name in seen or name not in nodes:
            return
        seen.add(name)
        needs = list(nodes[name].needs.values())
        for need in needs:
            add(need)
        steps.append((name, needs))

    for name in nodes:
        add(name)
    return steps
