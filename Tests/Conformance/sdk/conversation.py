"""One conversation through the official Python SDK, unchanged, with whatever CLI it is pointed at.

    conversation.py --cli PATH --transport tcp|stdio --home DIR --provider URL

Run by the Python of an environment that holds one version of github-copilot-sdk. Each step prints a
line of JSON: {"step": …, "ok": true} or the reason it failed. The steps are the same for every
version; where an SDK has no such call the step says so and does not count as passed.
"""

import argparse
import asyncio
import json
import os
import sys
import traceback

from copilot import CopilotClient, RuntimeConnection

# Generous: nothing waits that long unless something is wrong, or the machine very busy.
STEP_TIME = 60.0


class Conversation:
    def __init__(self, options):
        self.options = options
        self.client = None
        self.failed = 0
        self.provider = {"type": "openai", "base_url": options.provider, "api_key": "x"}

    def connection(self):
        if self.options.transport == "tcp":
            return RuntimeConnection.for_tcp(path=self.options.cli, connection_token="sekret")
        return RuntimeConnection.for_stdio(path=self.options.cli)

    def new_client(self):
        environment = {"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "LANG": "C.UTF-8",
                       "COPILOT_OFFLINE": "true", "COPILOT_MODEL": "gpt-4.1",
                       "COPILOT_PROVIDER_BASE_URL": self.options.provider}
        return CopilotClient(
            connection=self.connection(), env=environment, base_directory=self.options.home,
            working_directory=self.options.work, use_logged_in_user=False, log_level="error")

    async def create(self, name, **more):
        return await self.client.create_session(
            session_id=name, model="gpt-4.1", provider=self.provider, **more)

    async def resume(self, name, **more):
        return await self.client.resume_session(
            name, model="gpt-4.1", provider=self.provider, **more)

    # The steps, in order.

    async def start(self):
        self.client = self.new_client()
        await self.client.start()

    async def greeting(self):
        answer = await self.client.ping("hi")
        assert answer.message == "pong: hi", answer
        status = await self.client.get_status()
        assert status.protocolVersion == 3 if hasattr(status, "protocolVersion") else True, status
        authentication = await self.client.get_auth_status()
        assert not authentication.isAuthenticated, authentication

    async def several_turns(self):
        session = await self.create("talk")
        assert session.session_id == "talk"
        for number in range(3):
            answer = await session.send_and_wait(f"hello {number}", timeout=STEP_TIME)
            assert answer is not None and answer.data.content, answer
        kinds = [event.type.value for event in await session.get_events()]
        assert kinds.count("user.message") == 3 and kinds.count("assistant.message") == 3, kinds

    async def streaming(self):
        session = await self.create("stream", streaming=True)
        pieces = []

        def listen(event):
            if event.type.value == "assistant.message_delta":
                pieces.append(event.data.delta_content)

        session.on(listen)
        answer = await session.send_and_wait("stream please", timeout=STEP_TIME)
        assert len(pieces) >= 2, pieces
        assert "".join(pieces) == answer.data.content, (pieces, answer.data.content)

    async def queue(self):
        session = await self.create("queue")
        idle = asyncio.Event()
        texts = []

        def listen(event):
            if event.type.value == "user.message":
                texts.append(event.data.content)
            # A machine under load may send the second prompt after the first idle.
            if event.type.value == "session.idle" and len(texts) == 2:
                idle.set()

        session.on(listen)
        await session.send("one")
        await session.send("two")
        await asyncio.wait_for(idle.wait(), STEP_TIME)
        assert texts == ["one", "two"], texts

    async def disconnect_and_resume(self):
        session = await self.resume("talk")
        await session.disconnect()
        session = await self.resume("talk")
        answer = await session.send_and_wait("do you remember?", timeout=STEP_TIME)
        assert answer.data.content
        kinds = [event.type.value for event in await session.get_events()]
        assert kinds.count("user.message") == 4, kinds
        assert "session.resume" in kinds, kinds

    async def listing(self):
        known = {entry_id(entry) for entry in await self.client.list_sessions()}
        assert {"talk", "stream", "queue"} <= known, known
        assert await self.client.get_session_metadata("talk") is not None
        assert await self.client.get_session_metadata("no-such-session") is None
        assert await self.client.get_last_session_id() in known

    async def abort(self):
        session = await self.create("abort")
        seen, idle = [], asyncio.Event()

        def listen(event):
            seen.append(event.type.value)
            if event.type.value == "session.idle":
                idle.set()

        session.on(listen)
        await session.send("slow please")
        while "assistant.turn_start" not in seen:
            await asyncio.sleep(0.01)
        await session.abort()
        await asyncio.wait_for(idle.wait(), STEP_TIME)
        assert "abort" in seen, seen
        answer = await session.send_and_wait("and now?", timeout=STEP_TIME)
        assert answer.data.content

    async def tools(self):
        from copilot.tools import Tool, ToolResult

        asked = []

        async def weather(invocation):
            asked.append(invocation.arguments)
            return ToolResult(text_result_for_llm="rain", result_type="success")

        tool = Tool(name="get_weather", description="Weather of a city", handler=weather,
                    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
                    skip_permission=True)
        session = await self.create("tools", tools=[tool])
        answer = await session.send_and_wait("use the tool", timeout=STEP_TIME)
        assert asked == [{"city": "Oslo"}], asked
        assert answer.data.content, answer

    async def compaction(self):
        session = await self.resume("talk")
        result = await session.rpc.history.compact()
        assert result.success and result.messages_removed > 0, result
        answer = await session.send_and_wait("still there?", timeout=STEP_TIME)
        assert answer.data.content

    async def deleting(self):
        await self.client.delete_session("stream")
        known = {entry_id(entry) for entry in await self.client.list_sessions()}
        assert "stream" not in known, known
        try:
            await self.client.delete_session("no-such-session")
        except RuntimeError as error:
            assert "Session file not found for no-such-session" in str(error), error
        else:
            raise AssertionError("deleting an unknown session did not fail")

    async def unknown_session(self):
        try:
            await self.resume("no-such-session")
        except Exception as error:
            assert "Session not found: no-such-session" in str(error), error
        else:
            raise AssertionError("resuming an unknown session did not fail")

    async def provider_failure(self):
        session = await self.create("failure")
        try:
            await session.send_and_wait("fail please", timeout=STEP_TIME)
        except Exception as error:
            assert "400 from the provider" in str(error), error
        else:
            raise AssertionError("a failing provider did not fail the turn")

    async def another_process(self):
        """The sessions outlive the server: a new one resumes them from the disk."""
        await self.client.stop()
        self.client = self.new_client()
        await self.client.start()
        session = await self.resume("queue")
        answer = await session.send_and_wait("hello again", timeout=STEP_TIME)
        assert answer.data.content

    async def wrong_token(self):
        if self.options.transport != "tcp":
            return "not over stdio"
        other = CopilotClient(connection=RuntimeConnection.for_uri(
            str(self.client.runtime_port), connection_token="wrong"))
        try:
            await other.start()
        except Exception as error:
            assert "AUTHENTICATION_FAILED" in str(error), error
        else:
            raise AssertionError("a wrong token was accepted")
        finally:
            await other.force_stop()
        return None

    async def second_client(self):
        if self.options.transport != "tcp":
            return "not over stdio"
        other = CopilotClient(connection=RuntimeConnection.for_uri(
            str(self.client.runtime_port), connection_token="sekret"))
        await other.start()
        session = await other.resume_session("queue", model="gpt-4.1", provider=self.provider)
        answer = await session.send_and_wait("from another client", timeout=STEP_TIME)
        assert answer.data.content
        await other.stop()
        return None

    async def stop(self):
        await self.client.force_stop()

    STEPS = ["start", "greeting", "several_turns", "streaming", "queue", "disconnect_and_resume",
             "listing", "abort", "tools", "compaction", "deleting", "unknown_session",
             "provider_failure", "another_process", "wrong_token", "second_client", "stop"]

    async def run(self):
        for name in self.STEPS:
            line = {"step": name.replace("_", " ")}
            try:
                skipped = await asyncio.wait_for(getattr(self, name)(), 2 * STEP_TIME)
                line["skipped" if skipped else "ok"] = skipped or True
            except Exception as error:
                self.failed += 1
                line["failed"] = f"{error.__class__.__name__}: {error}"
                line["where"] = traceback.format_exc(limit=-2)
            print(json.dumps(line), flush=True)
            if name == "start" and self.failed:
                break
        return self.failed


def entry_id(entry):
    return getattr(entry, "session_id", None) or entry.sessionId


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cli", required=True)
    parser.add_argument("--transport", choices=["tcp", "stdio"], required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--provider", required=True)
    options = parser.parse_args()
    conversation = Conversation(options)
    failed = asyncio.run(conversation.run())
    sys.stdout.flush()
    # A client that could not be stopped must not keep the report from being read.
    os._exit(1 if failed else 0)


if __name__ == "__main__":
    main()
