"""Stories of the keyboard: which process gets the keys, and when hotrun has them back."""

from __future__ import annotations

from hotrun.core.model import events, inputs
from hotrun.core.model.inputs import Request
from tests.core.process.stories import app_and_web
from tests.core.simulated_session import World, process, project, step


def test_keys_go_to_the_process_that_was_chosen_until_ctrl_right_bracket() -> None:
    world = app_and_web()
    world.send(inputs.KeysTyped(b"lost"), Request("attach", name="web"), inputs.KeysTyped(b"n\n"))
    assert world.take_commands() == ["type b'n\\n' into web"]
    world.send(inputs.KeysTyped(b"q\x1drest"), inputs.KeysTyped(b"more"))
    assert world.take_commands() == ["type b'q' into web"]
    assert [event.process for event in world.told(events.InputAttached)] == ["web", None]  # type: ignore[attr-defined]


def test_a_restart_loses_no_key() -> None:
    world = app_and_web()
    world.send(Request("attach")).change("main.go").does("app").take_commands()
    world.send(inputs.KeysTyped(b"a"), inputs.KeysTyped(b"b"))
    assert world.take_commands() == [], "the old run is on its way out"
    world.ends("web").send(inputs.KeysTyped(b"c")).up("web")
    assert world.take_commands() == ["spawn web", "probe web by tcp", "type b'abc' into web"]


def test_what_cannot_be_typed_into_is_said() -> None:
    world = World(project(process("web", tty=False), process("db")))
    world.begin().send(Request("attach", name="web"), Request("attach", name="nobody"), Request("attach"))
    texts = [event.text for event in world.told(events.Message)]  # type: ignore[attr-defined]
    assert texts == [
        "cannot attach to web: it has no terminal (tty = false)",
        'no process named "nobody" (available: web, db)',
        "select a process before you attach (available: web, db)",
    ]
    assert not world.told(events.InputAttached)


def test_the_keyboard_comes_back_when_its_process_goes() -> None:
    world = app_and_web()
    world.send(Request("attach", name="web"), inputs.ConfigLoaded(project(step("app", paths=("*.go",)))))
    assert [event.process for event in world.told(events.InputAttached)] == ["web", None]  # type: ignore[attr-defined]


def test_a_prompt_is_told_and_the_output_has_the_line_later() -> None:
    world = app_and_web()
    world.send(inputs.Prompted(world.run("web"), "(Pdb) "))
    assert [event.text for event in world.told(events.ProcessPrompt)] == ["(Pdb) "]  # type: ignore[attr-defined]
