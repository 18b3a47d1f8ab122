"""Messages of a running cell's widgets, through real sockets and signatures."""

import asyncio

import pytest

pytest.importorskip("ipykernel")

import zmq
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from zmq.eventloop.zmqstream import ZMQStream

from edukeras.jupyter.live_messages import LiveMessages


class Widget:
    model_id = "ours"


class Kernel:
    """As much of an ipykernel 6 as LiveMessages talks to."""

    shell_channel_thread = None

    def __init__(self, stream):
        self.shell_stream = stream
        self.session = Session(key=b"secret")
        self.comm_manager = self
        self.handled, self.states, self.later = [], [], []

    def comm_msg(self, stream, identities, message):
        self.handled.append(message["content"]["data"])

    def _publish_status(self, state, channel, parent=None):
        self.states.append((state, parent is not None))


@pytest.fixture
def ends():
    """A kernel, and a function that sends it a message."""
    context, loop = zmq.Context(), asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    router.bind("inproc://test-live-messages")
    dealer.connect("inproc://test-live-messages")
    kernel = Kernel(ZMQStream(router, IOLoop.current()))
    kernel.shell_stream.on_recv(kernel.later.append, copy=False)
    browser = Session(key=b"secret")

    def send(kind, **content):
        browser.send(dealer, kind, content)

    yield kernel, send
    kernel.shell_stream.close()
    dealer.close()
    context.term()
    asyncio.set_event_loop(None)
    loop.close()


def kinds(kernel):
    kernel.shell_stream.io_loop.call_later(0.05, kernel.shell_stream.io_loop.stop)
    kernel.shell_stream.io_loop.start()
    session = kernel.session
    parts = [session.feed_identities(m, copy=False)[1] for m in kernel.later]
    return [session.deserialize(p, copy=False)["header"]["msg_type"] for p in parts]


def test_what_is_for_our_widgets_is_handled_at_once_and_the_rest_later(ends):
    kernel, send = ends
    messages = LiveMessages(kernel, [Widget])
    assert messages.can_arrive
    send("execute_request", code="1")
    send("comm_msg", comm_id="ours", data={"n": 1})
    send("comm_msg", comm_id="another", data={})
    send("comm_msg", comm_id="ours", data={"n": 2})
    send("complete_request", code="")
    messages.deliver()
    assert kernel.handled == [{"n": 1}, {"n": 2}]
    assert kernel.later == []
    assert kinds(kernel) == ["execute_request", "comm_msg", "complete_request"]


def test_the_browser_hears_that_the_kernel_is_done_and_the_cell_still_runs(ends):
    kernel, send = ends
    send("comm_msg", comm_id="ours", data={})
    LiveMessages(kernel, [Widget]).deliver()
    assert kernel.states == [("busy", True), ("idle", True), ("busy", False)]


def test_after_that_the_kernel_reads_its_messages_as_before(ends):
    kernel, send = ends
    LiveMessages(kernel, [Widget]).deliver()
    send("comm_msg", comm_id="ours", data={})
    assert kinds(kernel) == ["comm_msg"]
    assert kernel.handled == []
