"""The components of a message run by us, against Rasa's own runner: the day Rasa changes, these say so."""

from __future__ import annotations

import pytest


@pytest.fixture
def as_rasa_does(monkeypatch):
    """Rasa's own runner, which is put back afterwards."""
    from rasa.engine.runner.dask import DaskGraphRunner

    from bot.rasa_runtime.graph_running import run_graph_directly

    kept = DaskGraphRunner.__dict__["run"]
    monkeypatch.setattr(DaskGraphRunner, "run", kept)
    run_graph_directly()
    return kept


class Told:
    """A node that says what it was given."""

    def __init__(self, name, fails=False):
        self.name, self.fails = name, fails

    def __call__(self, *given):
        if self.fails:
            raise RuntimeError("broken")
        return self.name, [self.name, *given]


def runner_of(needs, fails=()):
    from rasa.engine.graph import GraphComponent, GraphSchema, SchemaNode
    from rasa.engine.runner.dask import DaskGraphRunner

    nodes = {
        name: SchemaNode(
            needs={str(n): need for n, need in enumerate(wanted)},
            uses=GraphComponent,
            constructor_name="create",
            fn="run",
            config={},
            is_target=name == "last",
        )
        for name, wanted in needs.items()
    }
    runner = DaskGraphRunner.__new__(DaskGraphRunner)
    runner._graph_schema, runner._execution_context = GraphSchema(nodes), None
    runner._instantiated_nodes = {name: Told(name, name in fails) for name in needs}
    return runner


DIAMOND = {"last": ("left", "right"), "left": ("first",), "right": ("first", "message"), "first": ("message",)}


@pytest.mark.parametrize("targets", [None, ["last"], ["right"], ["left", "right"], ["last", "first"]])
def test_a_graph_comes_to_the_same_as_before(as_rasa_does, targets):
    runner, inputs = runner_of(DIAMOND), {"message": ["xin chào"]}
    before = as_rasa_does(runner, inputs, targets)
    assert runner.run(inputs, targets) == before
    assert runner.run(inputs, targets) == before  # the plan is kept


def test_a_node_is_told_by_name_what_nobody_provides(as_rasa_does):
    runner = runner_of({"last": ("message",)})
    assert runner.run({}, None) == as_rasa_does(runner, {}, None) == {"last": ["last", "message"]}


def test_a_graph_fails_as_before(as_rasa_does):
    from rasa.engine.exceptions import GraphRunError

    for run in (as_rasa_does, type(runner_of(DIAMOND)).run):
        with pytest.raises(GraphRunError):
            run(runner_of(DIAMOND, fails=("left",)), {"message": 1}, None)
        with pytest.raises(GraphRunError, match="clashes"):
            run(runner_of(DIAMOND), {"message": "left"}, None)


def node_of(run, inputs, eager=True):
    from rasa.engine.graph import GraphNode

    node = GraphNode.__new__(GraphNode)
    node.__dict__.update(
        _node_name="node",
        _inputs=inputs,
        _eager=eager,
        _hooks=[],
        _fn=run,
        _component="component",
        _component_class=str,
    )
    node._fn_name, node._constructor_fn = "run", lambda: None
    node._load_component = lambda **given: None
    return node


@pytest.mark.parametrize("eager", [True, False])
def test_a_node_gets_and_gives_what_it_would_get_and_give(eager):
    from bot.rasa_runtime.graph_running import _outcome

    node = node_of(lambda component, **given: (component, given), {"messages": "first", "domain": "provider"}, eager)
    done = {"first": ("first", [1]), "provider": ("provider", None), "other": ("other", 2)}
    needs = ("first", "provider")
    assert _outcome(node, needs, done) == node(*(done[need] for need in needs))
    assert _outcome(node, needs, done) == ("node", ("component", {"messages": [1], "domain": None}))


def test_a_node_fails_as_before(caplog):
    from rasa.engine.exceptions import GraphComponentException, GraphRunError
    from rasa.shared.exceptions import InvalidConfigException, RasaException

    from bot.rasa_runtime.graph_running import _outcome

    def broken(component, **given):
        raise given["error"]

    node, wanted = node_of(broken, {"error": "error"}), []
    for error in (ValueError("a"), RuntimeError("b"), RasaException("c"), InvalidConfigException("d")):
        said = []
        for call in (lambda done: node(*done.values()), lambda done: _outcome(node, ("error",), done)):
            caplog.clear()
            with pytest.raises(Exception) as raised:
                call({"error": ("error", error)})
            said.append((type(raised.value), str(raised.value), raised.value.__cause__, caplog.messages))
        assert said[0] == said[1]
        wanted.append(said[0][0])
    assert wanted == [GraphComponentException, GraphComponentException, RasaException, InvalidConfigException]
    with pytest.raises(GraphRunError, match="Missing input"):
        _outcome(node, ("error",), {})
